"""When and where contacts answer, from our own history: by hour of day, type of number and region.

Each rate is drawn towards the product of its hour, type and region, and those towards the rate of all dials: the
fewer dials there are, the more. What is known is fixed for a run; what the run teaches is handed out at its end, as
plain data, and makes the habits of the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from dialer.pacing.answer_rate import PRIOR_DIALS, PRIOR_RATE
from dialer.pacing.pacer import Traits

Place = tuple[int, str, str]

#: Weight of the rate of all dials in that of an hour, a type or a region, and of their product in one cell, in dials.
FACTOR_DIALS, CELL_DIALS = 50.0, 100.0
#: Bounds of a chance of an answer.
LEAST, MOST = 0.005, 0.95
#: More cells than this are not kept apart: further regions count as unknown.
MOST_CELLS = 20_000


class HabitCount(Struct, frozen=True):
    """Dials of whole cohorts and their live answers at one hour (-1 unknown), for one type and region ("" unknown).
    Counts may be fractions: history fades, and a call given up counts its chance of an answer."""

    hour: int
    number_type: str
    region: str
    dials: float
    answers: float


def faded(counts: Iterable[HabitCount], keep: float) -> tuple[HabitCount, ...]:
    """The counts with the weight `keep` (0 to 1), as when a day has passed; what weighs nothing is left out."""
    aged = (HabitCount(c.hour, c.number_type, c.region, c.dials * keep, c.answers * keep) for c in counts)
    return tuple(each for each in aged if each.dials >= 0.5)


def merged(*histories: Iterable[HabitCount]) -> tuple[HabitCount, ...]:
    """All counts together, one for each cell."""
    tally = Tally()
    for history in histories:
        for each in history:
            tally.count((each.hour, each.number_type, each.region), each.dials, each.answers)
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
        dials = sum(each.dials for each in self._cells.values())
        self.overall = (answers + PRIOR_DIALS * PRIOR_RATE) / (dials + PRIOR_DIALS)
        # One after the other, each beside what the former explain: mobiles that are dialled at night only are not
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
