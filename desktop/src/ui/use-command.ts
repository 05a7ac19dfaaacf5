import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../api/client";
import { refusalWords } from "../api/problems";

export interface Command {
  busy: boolean;
  /** Why the node refused; empty when it did not. */
  refused: string;
  run: (ask: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/** One request at a time: a second click while it is at work does nothing. */
export function useCommand(): Command {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const atWork = useRef(false);
  const run = async (ask: () => Promise<unknown>): Promise<boolean> => {
    if (atWork.current) {
      return false;
    }
    atWork.current = true;
    setBusy(true);
    setRefused("");
    try {
      await ask();
      return true;
    } catch (error) {
      setRefused(refusalWords(error instanceof Refusal ? error : new Refusal(null), t));
      return false;
    } finally {
      atWork.current = false;
      setBusy(false);
    }
  };
  return { busy, refused, run, clear: () => setRefused("") };
}
