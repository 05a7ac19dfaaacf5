"""Fixed ratio: so many lines for each idle agent, whatever comes of it."""

from __future__ import annotations

from dialer.pacing.pacer import Decision, Observation, PacingSnapshot


class Ratio:
    """A Pacer that keeps `lines` calls on their way for each idle agent (1.0 or more), in whole
    numbers: half a line is none."""

    def __init__(self, lines: float) -> None:
        self._lines = lines

    def observe(self, observation: Observation) -> None:
        """A fixed ratio learns nothing."""

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        idle = snapshot.idle + snapshot.reserved
        wanted = int(self._lines * idle)
        dial = max(0, wanted - snapshot.ringing - snapshot.waiting)
        reason = f"{self._lines:g} lines for each of {idle} idle agents, {snapshot.ringing} ring"
        return Decision(dial, reason, figures={"idle": idle, "lines": self._lines})
