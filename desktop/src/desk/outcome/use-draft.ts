import { useCallback, useEffect, useRef, useState } from "react";
import { Refusal, type Schemas } from "../../api/client";
import { useCommands } from "../context";
import { type Draft, kept, unkept } from "./draft";

/** Typing is kept on the node after so long without a key. */
const QUIET_MS = 600;

/**
 * Outcome, note and fields as they are typed. The node keeps them after each pause, so that a reload or another
 * browser shows them; what the node refuses stays as typed, with the refusal.
 */
export function useDraft(interaction: Schemas["InteractionView"]) {
  const { outcome } = useCommands();
  const [draft, setDraft] = useState(() => kept(interaction));
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [saving, setSaving] = useState(false);
  const now = useRef({ draft, on: kept(interaction) });
  now.current = { draft, on: kept(interaction) };
  const atWork = useRef<Promise<void> | null>(null);

  const save = useCallback(async (): Promise<void> => {
    await atWork.current;
    const part = unkept(now.current.draft, now.current.on);
    if (part === null) {
      return;
    }
    setSaving(true);
    const work = outcome(interaction.id, part)
      .then(() => setRefusal(null))
      .catch((error: unknown) => {
        const refused = error instanceof Refusal ? error : new Refusal(null);
        setRefusal(refused);
        throw refused;
      })
      .finally(() => {
        atWork.current = null;
        setSaving(false);
      });
    atWork.current = work.catch(() => undefined);
    await work;
  }, [interaction.id, outcome]);

  const saveNow = useRef(save);
  saveNow.current = save;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the draft begins the pause anew
  useEffect(() => {
    const timer = window.setTimeout(() => void saveNow.current().catch(() => undefined), QUIET_MS);
    return () => window.clearTimeout(timer);
  }, [draft]);

  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const unsaved = unkept(draft, kept(interaction)) !== null;
  return { draft, change, save, refusal, saving, unsaved };
}
