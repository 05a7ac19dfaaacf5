import { Badge } from "@mantine/core";

/** Colour and sign of a state; the word is beside them. */
const LOOK: Record<string, [color: string, sign: string]> = {
  ready: ["green", "●"],
  not_ready: ["yellow", "❙❙"],
  logged_out: ["gray", "○"],
  busy: ["blue", "▶"],
  after_call_work: ["violet", "✎"],
  running: ["green", "▶"],
  loaded: ["cyan", "●"],
  stopping: ["yellow", "❙❙"],
  unloading: ["yellow", "▼"],
  inactive: ["gray", "○"],
  up: ["green", "●"],
  down: ["red", "✕"],
  connected: ["green", "▶"],
  on_hold: ["yellow", "❙❙"],
  reconnecting: ["red", "↻"],
  waiting: ["red", "◷"],
  ended: ["violet", "✎"],
  not_reached: ["gray", "✕"],
};

export function StateBadge({ state, label, size = "lg" }: { state: string; label: string; size?: string }) {
  const [color, sign] = LOOK[state] ?? ["blue", "●"];
  return (
    <Badge
      color={color}
      size={size}
      variant="light"
      tt="none"
      miw="max-content"
      leftSection={<span aria-hidden>{sign}</span>}
    >
      {label}
    </Badge>
  );
}
