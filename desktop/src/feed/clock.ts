import { useEffect, useState } from "react";

/** Seconds by which the node's clock is ahead of the browser's. The smallest delay of a message is the truest. */
let aheadS = 0;
let known = false;

/** A message of the node says its time (UTC epoch seconds). */
export function heard(at: number | undefined): void {
  if (at === undefined) {
    return;
  }
  const seen = at - Date.now() / 1000;
  aheadS = known ? Math.max(seen, aheadS - 0.001) : seen;
  known = true;
}

/** The node's time, UTC epoch seconds. */
export const serverNow = (): number => Date.now() / 1000 + aheadS;

/** The node's time, told anew each second while the component is shown. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(serverNow()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}
