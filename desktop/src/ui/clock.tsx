import { useNow } from "../feed/clock";

const two = (number: number): string => String(number).padStart(2, "0");

/** Seconds as 02:14, from an hour on as 1:02:14. */
export function lasted(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Time since an instant of the node's clock. */
export function Since({ at }: { at: number | null }) {
  const now = useNow();
  return at === null ? null : <span className="numbers">{lasted(now - at)}</span>;
}

/** Time until an instant of the node's clock. */
export function Until({ at }: { at: number }) {
  const now = useNow();
  return <span className="numbers">{lasted(Math.ceil(at - now))}</span>;
}
