"""How many dials are answered, by cohorts of dials: no survivorship bias.

A dial enters the estimate only when it is older than the longest ring, whatever became of it meanwhile. Counting
dials as they are resolved would see busy lines and quick answers first, and be wrong after every change of rate.
"""

from __future__ import annotations

from collections import deque

from dialer.pacing.pacer import Traits
from dialer.vocabulary.ids import AttemptId

#: What is assumed of answers before anything is known: 25 %, worth as much as 8 dials.
PRIOR_RATE = 0.25
PRIOR_DIALS = 8.0
#: Memory of the estimate: the dials of six minutes, within these bounds (dials).
MEMORY_S = 360.0
LEAST_MEMORY, MOST_MEMORY = 150.0, 3000.0
#: Over how long the rate of dialing is averaged.
PACE_S = 180.0


class Dial:
    """One dial of a cohort. `expected`: chance of an answer before the present level is applied; `answer`: 1 or 0,
    in between when we gave it up; None when it never reached the contact. `ended_s`: ring until answer or end,
    seconds; None while it rings; `shed`: given up by us."""

    __slots__ = ("answer", "at", "attempt", "ended_s", "expected", "shed", "traits")

    def __init__(self, attempt: AttemptId, at: float, expected: float, traits: Traits | None) -> None:
        self.attempt = attempt
        self.at = at
        self.expected = expected
        self.traits = traits
        self.answer: float | None = 0.0
        self.ended_s: float | None = None
        self.shed = False


class AnswerRate:
    """The present level of answers: what was answered over what was expected, forgetting exponentially.

    With an expectation that is the same for all dials, `rate` is the forgetting Beta estimate of the answer rate.
    """

    def __init__(self, ripe_s: float, prior_rate: float = PRIOR_RATE) -> None:
        """`ripe_s`: age at which nothing can happen to a dial any more (longest ring and a tick)."""
        self._ripe_s = ripe_s
        self._prior = PRIOR_DIALS * prior_rate
        self._answers = self._prior
        self._expected = self._prior
        #: Dials of the cohort, the first ones, that were made before the estimate began anew.
        self._former = 0
        #: Dials of the estimate since it last began anew, or ever.
        self.dials = 0
        self._cohort: deque[Dial] = deque()
        self._open: dict[AttemptId, Dial] = {}
        self._pace = 0.0
        self._paced_at: float | None = None

    @property
    def level(self) -> float:
        """Factor on the expectation of a dial."""
        return self._answers / self._expected

    def restart(self, level: float) -> None:
        """The dials so far say nothing of those to come: begin anew from `level`, with the weight of the prior."""
        self._answers, self._expected = self._prior * level, self._prior
        self._former = len(self._cohort)
        self.dials = 0

    def dialed(self, attempt: AttemptId, at: float, expected: float, traits: Traits | None = None) -> None:
        dial = Dial(attempt, at, expected, traits)
        self._cohort.append(dial)
        self._open[attempt] = dial
        self._count_pace(at)

    def resolved(self, attempt: AttemptId, at: float, answer: float | None, *, shed: bool = False) -> Dial | None:
        """`attempt` was answered (1), ended (0), was given up (chance of an answer) or never reached anybody (None).
        Returns its dial; None if it is unknown or settled already."""
        dial = self._open.pop(attempt, None)
        if dial is None:
            return None
        dial.answer = answer
        dial.ended_s = at - dial.at
        dial.shed = shed
        return dial

    def ripen(self, now: float) -> list[Dial]:
        """Take in the dials that are old enough; returns them. O(1) per dial."""
        if not self._cohort or self._cohort[0].at + self._ripe_s > now:
            return []
        ripe = []
        keep = 1.0 - 1.0 / min(max(self._pace * MEMORY_S, LEAST_MEMORY), MOST_MEMORY)
        while self._cohort and self._cohort[0].at + self._ripe_s <= now:
            dial = self._cohort.popleft()
            is_former = self._former > 0
            self._former -= is_former
            self._open.pop(dial.attempt, None)
            if dial.answer is None:
                continue
            ripe.append(dial)
            if not is_former:
                self._answers = self._answers * keep + dial.answer
                self._expected = self._expected * keep + dial.expected
                self.dials += 1
        return ripe

    def _count_pace(self, at: float) -> None:
        """Dials per second, averaged exponentially."""
        if self._paced_at is not None and at > self._paced_at:
            self._pace *= max(0.0, 1.0 - (at - self._paced_at) / PACE_S)
        self._paced_at = at
        self._pace += 1.0 / PACE_S
