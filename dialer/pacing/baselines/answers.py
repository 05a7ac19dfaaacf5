"""Answer rate and abandoned answers, as the simple rules follow them."""

from __future__ import annotations

from dialer.pacing.answer_rate import PRIOR_RATE, AnswerRate, Dial
from dialer.pacing.pacer import Observation, Observed, Outcome

#: Age at which nothing can happen to a dial any more: the longest ring and a tick.
RIPE_S = 25.5


class Answers:
    """Follows dials and their ends. `answers` and `lost` (abandoned ones) count from the begin of the shift."""

    def __init__(self) -> None:
        self._level = AnswerRate(RIPE_S)
        self.answers = self.lost = 0

    def observe(self, observation: Observation) -> None:
        attempt, at = observation.attempt, observation.at
        if attempt is None:
            return
        if observation.kind is Observed.DIALED:
            self._level.dialed(attempt, at, PRIOR_RATE)
        elif observation.kind is Observed.ANSWERED:
            self.answers += 1
            self._level.resolved(attempt, at, 1.0)
        elif observation.outcome is Outcome.ABANDONED:
            self.lost += 1
        elif observation.outcome is Outcome.UNANSWERED:
            self._level.resolved(attempt, at, 0.0)

    def ripen(self, now: float) -> list[Dial]:
        """Count the dials that are old enough at `now`; returns them."""
        return self._level.ripen(now)

    @property
    def rate(self) -> float:
        """The answer rate, a part of 1."""
        return self._level.level * PRIOR_RATE

    def over(self, limit: float) -> bool:
        """Whether more than this part of the answers has been abandoned."""
        return self.lost > limit * self.answers
