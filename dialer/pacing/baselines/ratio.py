"""Fixed ratio: a number of lines for each idle agent, whatever is abandoned."""

from __future__ import annotations

from dialer.pacing.pacer import Decision, Observation, PacingSnapshot
from dialer.vocabulary.reasons.decisions import LinesForEachIdle


class Ratio:
    """A Pacer that keeps `lines` calls on their way for each idle agent (1.0 or more), rounded
    down to whole calls."""

    def __init__(self, lines: float) -> None:
        self._lines = lines

    def observe(self, observation: Observation) -> None:
        """A fixed ratio learns nothing."""

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        idle = snapshot.idle + snapshot.reserved
        wanted = int(self._lines * idle)
        dial = max(0, wanted - snapshot.ringing - snapshot.waiting)
        reason = LinesForEachIdle(self._lines, idle, snapshot.ringing)
        return Decision(dial, reason, figures={"idle": idle, "lines": self._lines})
