"""What to expect of a record: the chance that dialling it gives a live answer, before the level of the moment."""

from __future__ import annotations

from collections.abc import Iterable

from dialer.pacing.answer_rate import Dial
from dialer.pacing.calibration import Calibration
from dialer.pacing.habits import HabitCount, Habits, Tally
from dialer.pacing.pacer import Traits


class Prospects:
    """A record's own score if it has one, calibrated by our results; else the habits of its hour, type and region."""

    def __init__(self, history: Iterable[HabitCount] = ()) -> None:
        self._habits = Habits(history)
        self._calibration = Calibration()
        self._learned = Tally()

    def expected(self, traits: Traits | None) -> float:
        """Chance of a live answer, 0 to 1."""
        if traits is not None and traits.score is not None:
            return self._calibration.chance(traits.score)
        return self._habits.rate(traits)

    def learn(self, dial: Dial, level: float) -> None:
        """Take in one dial of a ripe cohort. `level`: see `answer_rate`."""
        traits = dial.traits
        if traits is None or dial.answer is None:
            return
        self._learned.count((traits.hour, traits.number_type, traits.region), 1.0, dial.answer)
        if traits.score is not None:
            self._calibration.learn(traits.score, level, dial.answer)

    def learned(self) -> tuple[HabitCount, ...]:
        """What this run has taught, to be merged with the history."""
        return self._learned.counts()
