import { useCallback, useEffect, useRef, useState } from "react";
import { Refusal, type Schemas } from "../../api/client";
import { useCommands } from "../context";

export interface Draft {
  result: string | null;
  disposition: string;
  note: string;
  doNotCall: boolean;
  data: Record<string, string>;
}

/** Typing is kept on the node after so long without a key. */
const QUIET_MS = 600;

export function kept(interaction: Schemas["InteractionView"]): Draft {
  const { outcome } = interaction;
  const fields = [...interaction.case, ...interaction.record].filter((field) => field.editable);
  return {
    result: outcome.agent_result?.code ?? null,
    disposition: outcome.disposition,
    note: outcome.note,
    doNotCall: outcome.do_not_call,
    data: Object.fromEntries(fields.map((field) => [field.key, field.value])),
  };
}

/** The part of a draft that the node does not have yet; null: it has all. */
export function unkept(draft: Draft, on: Draft): Partial<Schemas["OutcomeRequest"]> | null {
  const data = Object.fromEntries(Object.entries(draft.data).filter(([key, value]) => value !== on.data[key]));
  const part: Partial<Schemas["OutcomeRequest"]> = {
    ...(draft.result !== on.result && draft.result !== null ? { result: draft.result as Schemas["CallResult"] } : {}),
    ...(draft.disposition !== on.disposition ? { disposition: draft.disposition } : {}),
    ...(draft.note !== on.note ? { note: draft.note } : {}),
    ...(draft.doNotCall !== on.doNotCall ? { do_not_call: draft.doNotCall } : {}),
    ...(Object.keys(data).length > 0 ? { data } : {}),
  };
  return Object.keys(part).length > 0 ? part : null;
}

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
