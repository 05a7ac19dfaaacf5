"""The calls of a campaign as the forecast sees them: what rings since when, and what is known of answers."""

from __future__ import annotations

import numpy as np

from dialer.pacing.ages import Ages
from dialer.pacing.answer_rate import AnswerRate, Dial
from dialer.pacing.call_law import CallLaw
from dialer.pacing.grid import AGE_STEP_S, Bins, Floats, Grid
from dialer.pacing.pacer import Outcome, Traits
from dialer.pacing.ring_law import RingLaw
from dialer.vocabulary.ids import AttemptId

#: Bounds of a call's chance of an answer.
LEAST_RATE, MOST_RATE = 0.001, 0.98


class Calls:
    """Ringing calls and the laws of answer and ring, learned by cohorts. Counts live answers and abandoned ones."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.rate = AnswerRate(grid.ring_s + AGE_STEP_S)
        self._ring_law = RingLaw(grid)
        #: Ringing calls, with the chance that was expected of them before the present level.
        self.ringing: Ages[AttemptId] = Ages()
        #: Since when those ring that were heard to ring. A carrier that never tells is taken to ring at once.
        self._rung: dict[AttemptId, float] = {}
        self._rings_are_told = False
        self._live: dict[AttemptId, Dial | None] = {}
        self.law = CallLaw(grid, *self._ring_law.survival())
        self.answers = 0
        self.abandoned = 0

    def dialed(self, attempt: AttemptId, at: float, expected: float, traits: Traits | None) -> None:
        """`expected`: chance of an answer by what is known of the record alone."""
        self.rate.dialed(attempt, at, expected, traits)
        self.ringing.add(attempt, at, expected)

    def restart(self, level: float) -> None:
        """What comes now answers otherwise than what was dialed before: begin anew from `level`. Calls that ring
        keep their chances."""
        self.ringing.scale(self.rate.level / level)
        self.rate.restart(level)

    def rung(self, attempt: AttemptId, at: float) -> None:
        """The contact's phone began to ring."""
        self._rings_are_told = True
        if attempt in self.ringing:
            self._rung.setdefault(attempt, at)

    def long_rung(self, now: float, least_s: float) -> Bins:
        """Slots of the calls that have rung at least so long: from the ring on, not from the dial."""
        slots: Bins = np.flatnonzero(self.ringing.ages_s(now) >= least_s)
        if not self._rings_are_told:
            return slots
        rung = [now - self._rung.get(self.ringing.key(int(slot)), now) >= least_s for slot in slots]
        long: Bins = slots[np.array(rung, dtype=np.bool_)]
        return long

    def answered(self, attempt: AttemptId, at: float) -> bool:
        """A live answer; False if it was told before."""
        if attempt in self._live:
            return False
        self.ringing.remove(attempt)
        self._rung.pop(attempt, None)
        self._live[attempt] = self.rate.resolved(attempt, at, 1.0)
        self.answers += 1
        return True

    def ended(self, attempt: AttemptId, at: float, outcome: Outcome) -> Outcome | None:
        """The call is over. Returns what to make of it: None if that was told before, or the call is unknown."""
        if attempt in self._live:
            dial = self._live.pop(attempt)
            if outcome is Outcome.MACHINE:
                self.answers -= 1
                if dial is not None:
                    dial.answer = 0.0
            elif outcome is Outcome.ABANDONED:
                self.abandoned += 1
            return outcome
        if attempt not in self.ringing:
            return None
        slot = self.ringing.slot(attempt)
        if outcome is Outcome.SHED:
            self.rate.resolved(attempt, at, float(self.posterior(at, np.array([slot]))[0]), shed=True)
        else:
            self.rate.resolved(attempt, at, None if outcome is Outcome.FAILED else 0.0)
        self.ringing.remove(attempt)
        self._rung.pop(attempt, None)
        return outcome

    def ripen(self, now: float) -> list[Dial]:
        """Take in the dials whose fate is known by now; returns them."""
        ripe = self.rate.ripen(now)
        for dial in ripe:
            self._ring_law.learn(dial)
        return ripe

    def renew(self) -> None:
        """30 s have passed: make the tables anew."""
        self.law = CallLaw(self._grid, *self._ring_law.survival())

    def rates(self, expected: Floats) -> Floats:
        """The chance of an answer when dialed, from what was expected and the present level."""
        rates: Floats = np.minimum(MOST_RATE, np.maximum(LEAST_RATE, expected * self.rate.level))
        return rates

    def chances(self, now: float) -> Floats:
        """Chance that each ringing call is answered by each instant: calls x instants."""
        bins = self._grid.age_bins(self.ringing.ages_s(now))
        return self.law.chances(bins, self.rates(self.ringing.figures()))

    def posterior(self, now: float, slots: Bins) -> Floats:
        """Chance that each of these ringing calls is answered at all."""
        bins = self._grid.age_bins(self.ringing.ages_s(now)[slots])
        return self.law.posterior(bins, self.rates(self.ringing.figures()[slots]))
