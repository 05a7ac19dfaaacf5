import { useMemo } from "react";
import { useNow } from "../feed/clock";

/** The time of day now in a zone, as 14:05 (Europe/Rome). */
export function ZoneClock({ zone }: { zone: string }) {
  const now = useNow();
  const format = useMemo(() => formatOf(zone), [zone]);
  return (
    <span className="numbers">
      {format?.format(now * 1000)} ({zone})
    </span>
  );
}

/** Browsers may lack a zone that the node knows. */
function formatOf(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat(undefined, {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      weekday: "short",
      hourCycle: "h23",
    });
  } catch {
    return null;
  }
}

const two = (number: number): string => String(number).padStart(2, "0");

/** Seconds since midnight as 09:30. */
export const timeOfDay = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
