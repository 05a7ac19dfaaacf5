import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../api/client";
import { refusalWords } from "../api/problems";

export interface Command {
  /** Which request is at work. */
  working: string | null;
  busy: boolean;
  /** Why the node refused; empty when it did not. */
  refused: string;
  run: (ask: () => Promise<unknown>, what?: string) => Promise<boolean>;
  clear: () => void;
}

/**
 * One request at a time: a second click while it is at work does nothing. `what` tells requests apart, as hold and
 * resume of one button: the node's event may show the new state before its answer is here.
 */
export function useCommand(): Command {
  const { t } = useTranslation();
  const [working, setWorking] = useState<string | null>(null);
  const [refused, setRefused] = useState("");
  const atWork = useRef<string | null>(null);
  const run = async (ask: () => Promise<unknown>, what = ""): Promise<boolean> => {
    if (atWork.current === what) {
      return false;
    }
    atWork.current = what;
    setWorking(what);
    setRefused("");
    try {
      await ask();
      return true;
    } catch (error) {
      setRefused(refusalWords(error instanceof Refusal ? error : new Refusal(null), t));
      return false;
    } finally {
      if (atWork.current === what) {
        atWork.current = null;
        setWorking(null);
      }
    }
  };
  return { working, busy: working !== null, refused, run, clear: () => setRefused("") };
}
