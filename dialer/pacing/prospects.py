"""What to expect of a record: the chance that dialing it gives a live answer, before the level of the moment."""

from __future__ import annotations

from collections.abc import Iterable

from dialer.pacing.answer_rate import Dial
from dialer.pacing.calibration import Calibration
from dialer.pacing.habits import Habits
from dialer.pacing.pacer import Traits
from dialer.vocabulary.habits import HabitCount


class Prospects:
    """A record's own score if it has one, calibrated by our results; else the habits of its hour, type and region."""

    def __init__(self, history: Iterable[HabitCount] = ()) -> None:
        self._habits = Habits(history)
        self._calibration = Calibration()

    @property
    def habit_dials(self) -> float:
        """Dials of former days that the habits rest on; 0 without history."""
        return self._habits.dials

    def remember(self, history: Iterable[HabitCount]) -> None:
        """What former days have taught, in place of what was known of them."""
        self._habits = Habits(history)

    def tells_apart(self, upcoming: Iterable[Traits]) -> bool:
        """Whether anything is known by which these records differ."""
        return any(each.score is not None or self._habits.dials for each in upcoming)

    def dials_like(self, traits: Traits) -> float:
        """Dials of former days that were like one of such a record; 0 for one with a score of its own."""
        return 0.0 if traits.score is not None else self._habits.dials_like(traits)

    def expected(self, traits: Traits | None) -> float:
        """Chance of a live answer, 0 to 1."""
        if traits is not None and traits.score is not None:
            return self._calibration.chance(traits.score)
        return self._habits.rate(traits)

    def learn(self, dial: Dial, level: float) -> None:
        """Take in one dial of a ripe cohort. `level`: see `answer_rate`."""
        traits = dial.traits
        if traits is not None and traits.score is not None and dial.answer is not None:
            self._calibration.learn(traits.score, level, dial.answer)
