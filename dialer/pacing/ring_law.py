"""How long calls ring: until a live answer, and until the end of those that nobody answers.

Learned from whole cohorts of dials (see `answer_rate`), so that long rings count as much as short ones.
"""

from __future__ import annotations

import math

import numpy as np

from dialer.pacing.answer_rate import Dial
from dialer.pacing.grid import AGE_STEP_S, Floats, Grid

#: Width of a bin of ring times.
BIN_S = 1.0
#: Weight of what is assumed before anything is known, in answers and in calls without one.
PRIOR_ANSWERS, PRIOR_MISSES = 6.0, 6.0
#: Of the calls that nobody answers, those that are assumed to end early: busy, refused, out of order.
PRIOR_EARLY, EARLY_S = 0.15, 4.0
#: Soonest answer that is assumed.
PRIOR_FIRST_ANSWER_S = 3.0
#: Weight that a call keeps when the next one is counted: a memory of 3,000 calls.
KEEP = 1.0 - 1.0 / 3000.0


class RingLaw:
    """Survival of ringing calls by age, for answered (S_A) and unanswered (S_U) calls."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        bins = math.ceil(grid.ring_s / BIN_S) + 1
        first = int(PRIOR_FIRST_ANSWER_S / BIN_S)
        self._answered = np.zeros(bins)
        self._answered[first : bins - 1] = PRIOR_ANSWERS / max(1, bins - 1 - first)
        self._missed = np.zeros(bins)
        early = max(1, int(EARLY_S / BIN_S))
        self._missed[:early] = PRIOR_MISSES * PRIOR_EARLY / early
        self._missed[-1] = PRIOR_MISSES * (1.0 - PRIOR_EARLY)
        #: Weight of the next call: grows instead of fading all others each time.
        self._weight = 1.0

    def learn(self, dial: Dial) -> None:
        """Count one dial of a ripe cohort."""
        if dial.answer is None:
            return
        self._weight /= KEEP
        last = len(self._answered) - 1
        at = last if dial.ended_s is None else min(last, int(dial.ended_s / BIN_S))
        if dial.shed:
            self._learn_shed(at, dial.answer)
        elif dial.answer:
            self._answered[at] += self._weight
        else:
            self._missed[at] += self._weight
        if self._weight > 1e6:
            self._answered /= self._weight
            self._missed /= self._weight
            self._weight = 1.0

    def _learn_shed(self, at: int, answer: float) -> None:
        """A call given up is censored: its answer, as far as it had one coming, lies in the tail beyond its age."""
        tail = self._answered[at:]
        total = float(tail.sum())
        if total > 0:
            tail *= 1.0 + self._weight * answer / total
        self._missed[-1] += self._weight * (1.0 - answer)

    def survival(self) -> tuple[Floats, Floats]:
        """S_A and S_U at the ages of the grid's bins (AGE_STEP_S apart), 1 at age 0; both 0 in the overdue bin."""
        return self._tail(self._answered), self._tail(self._missed)

    def _tail(self, counts: Floats) -> Floats:
        edges = np.concatenate([[0.0], np.cumsum(counts)]) / counts.sum()
        ages = np.arange(self._grid.ages) * AGE_STEP_S
        survival: Floats = 1.0 - np.interp(ages, np.arange(len(edges)) * BIN_S, edges)
        survival[-1] = 0.0
        return survival
