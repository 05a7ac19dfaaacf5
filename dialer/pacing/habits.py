"""When and where contacts answer, from our own history: by hour of day, type of number and region.

Each rate is drawn towards the product of its hour, type and region, and those towards the rate of all dials: the
fewer dials there are, the more. What is known is fixed for a day; what the day teaches is kept by the store and makes
the habits of the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dialer.pacing.answer_rate import PRIOR_DIALS, PRIOR_RATE
from dialer.pacing.pacer import Traits
from dialer.vocabulary.habits import DayHabit, HabitCount

Place = tuple[int, str, str]

#: Weight of the rate of all dials in that of an hour, a type or a region, and of their product in one cell, in dials.
FACTOR_DIALS, CELL_DIALS = 50.0, 100.0
#: Bounds of a chance of an answer.
LEAST, MOST = 0.005, 0.95
#: More cells than this are not kept apart: further regions count as unknown.
MOST_CELLS = 20_000


#: What a day has taught weighs half after so many days.
HALF_LIFE_DAYS = 14.0
#: Days that are looked back.
DAYS_BACK = 60


def weighed(habits: Iterable[DayHabit], today: int) -> tuple[HabitCount, ...]:
    """What the days up to `today` (ordinal of the date) have taught, the older the less: one count for each cell."""
    tally = Tally()
    for each in habits:
        keep = 0.5 ** (max(0, today - each.day) / HALF_LIFE_DAYS)
        tally.count((each.hour, each.number_type, each.region), each.dials * keep, each.answers * keep)
    return tally.counts()


class Tally:
    """Dials and answers by cell."""

    def __init__(self) -> None:
        self._cells: dict[Place, list[float]] = {}

    def count(self, place: Place, dials: float, answers: float) -> None:
        """Add to a cell. O(1)."""
        cell = self._cells.get(place)
        if cell is None:
            if len(self._cells) >= MOST_CELLS:
                place = (place[0], place[1], "")
            cell = self._cells.setdefault(place, [0.0, 0.0])
        cell[0] += dials
        cell[1] += answers

    def counts(self) -> tuple[HabitCount, ...]:
        """Plain data, in a fixed order."""
        return tuple(HabitCount(*place, *self._cells[place]) for place in sorted(self._cells))


class Habits:
    """Chance of a live answer by traits, from a history that is fixed."""

    def __init__(self, history: Iterable[HabitCount] = ()) -> None:
        self._cells = {(each.hour, each.number_type, each.region): each for each in history}
        answers = sum(each.answers for each in self._cells.values())
        #: All dials that they rest on.
        self.dials = dials = sum(each.dials for each in self._cells.values())
        self.overall = (answers + PRIOR_DIALS * PRIOR_RATE) / (dials + PRIOR_DIALS)
        # One after the other, each beside what the former explain: mobiles that are dialed at night only are not
        # charged with the night.
        self._factors: list[Mapping[int | str, float]] = []
        for position in range(3):
            self._factors.append(self._beside_the_former(position))
        self._known: dict[Place, float] = {}

    def rate(self, traits: Traits | None) -> float:
        """Chance of a live answer of a record with these traits (None: nothing is known of it)."""
        if traits is None or not self._cells:
            return self.overall
        place = (traits.hour, traits.number_type, traits.region)
        rate = self._known.get(place)
        if rate is None:
            rate = self._rate(place)
            if len(self._known) < MOST_CELLS:
                self._known[place] = rate
        return rate

    def dials_like(self, traits: Traits) -> float:
        """Dials of the same hour, type and region."""
        cell = self._cells.get((traits.hour, traits.number_type, traits.region))
        return 0.0 if cell is None else cell.dials

    def _rate(self, place: Place) -> float:
        product = self._product(place)
        cell = self._cells.get(place)
        if cell is not None:
            product = (cell.answers + CELL_DIALS * product) / (cell.dials + CELL_DIALS)
        return min(MOST, max(LEAST, product))

    def _product(self, place: Place) -> float:
        """The rate of all dials times the factors of the hour, type and region, as far as they are known."""
        product = self.overall
        keys: tuple[int | str, ...] = place
        for key, factors in zip(keys, self._factors, strict=False):
            product *= factors.get(key, 1.0)
        return product

    def _beside_the_former(self, position: int) -> Mapping[int | str, float]:
        """Answers of each hour (0), type (1) or region (2) over those that the factors so far let expect. What is
        unknown has no factor."""
        sums: dict[int | str, list[float]] = {}
        for place, each in self._cells.items():
            total = sums.setdefault(place[position], [0.0, 0.0])
            total[0] += each.answers
            total[1] += each.dials * self._product(place)
        weight = FACTOR_DIALS * self.overall
        return {key: (got + weight) / (due + weight) for key, (got, due) in sums.items() if key not in (-1, "")}
