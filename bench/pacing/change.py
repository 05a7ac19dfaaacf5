"""A shift that for some hours is not paced by the predictive rule, and its abandonment when the rule is used again.

The shipped governor chooses the rule, which gets the day's count as from the core.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from bench.pacing.cell import Cell
from bench.pacing.outcome import Outcome
from bench.pacing.profile import HOUR_S
from bench.pacing.shift import Shift
from config.model import Predictive
from dialer.pacing.governor import LAG_LIMIT_S, Governor
from dialer.pacing.pacer import Decision, Observation, PacingSnapshot, Window
from dialer.pacing.predictive import PredictivePacer
from dialer.pacing.rules import RING_S
from dialer.simulation.tally import percent


class Why(StrEnum):
    """The reason for one call for each agent."""

    #: The campaign's mode is progressive.
    MODE = "mode"
    #: Events come late.
    LAG = "lag"
    #: The mode, and the node restarts at the change, so that it knows the store's counts alone.
    RESTART = "restart"


class OneToOne(Struct, frozen=True):
    """The hours of the shift without the predictive rule."""

    from_h: float
    to_h: float
    why: Why = Why.MODE

    def holds(self, now: float) -> bool:
        """`now` in seconds of the shift."""
        return self.from_h * HOUR_S <= now < self.to_h * HOUR_S


class ChangedShift(Shift):
    """Runs once, and paces itself."""

    def __init__(self, cell: Cell, seed: int, one_to_one: OneToOne) -> None:
        super().__init__(cell, seed)
        self._span = one_to_one
        self._governor = self._begin()
        self._began_anew = one_to_one.why is not Why.RESTART

    def play(self) -> Outcome:
        """The shift under its governor."""
        return self.run(self)

    def _begin(self) -> Governor:
        settings = Predictive(abandonment_limit_percent=self.cell.limit * 100.0)
        return Governor(PredictivePacer(settings, RING_S), settings.min_agents)

    def observe(self, observation: Observation) -> None:
        self._governor.observe(observation)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        held = self._span.holds(now)
        if not self._began_anew and now >= self._span.to_h * HOUR_S:
            self._began_anew = True
            self._governor = self._begin()
        lags = held and self._span.why is Why.LAG
        day = Window("day", self.cell.limit, sum(self._answers), sum(self._abandoned), now, self._end_s)
        told = replace(snapshot, windows=(day,), lag_s=2 * LAG_LIMIT_S if lags else 0.0)
        return self._governor.decide(now, now, told, forecasts=lags or not held)


def of_hours(outcome: Outcome, first: int, last: int) -> float:
    """Percent of the live answers of these hours of the shift that were abandoned, the last one included."""
    return _percent(outcome.by_hour[first : last + 1])


def of_asked_hours(outcome: Outcome, one_to_one: OneToOne) -> float:
    """Percent of the live answers of all hours with the predictive rule; the change is at whole hours."""
    hours = [each for hour, each in enumerate(outcome.by_hour) if not one_to_one.holds(hour * HOUR_S)]
    return _percent(hours)


def _percent(hours: Sequence[tuple[int, int]]) -> float:
    return percent(sum(lost for _, lost in hours), sum(answers for answers, _ in hours))
