"""What is to be said of a file as a whole: of its columns, not of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dialer.records.columns import Columns
from dialer.records.unusable import Damage
from dialer.vocabulary.reasons.notes import (
    DamageCount,
    NoZonesInColumn,
    NumbersDamaged,
    SpareNumbers,
    ZerosCompleted,
)
from dialer.vocabulary.reasons.reason import Reason


class FileNotes:
    """Counts while a file is read."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._said: list[Reason] = []
        self._rows = 0
        self._damaged: Counter[Damage] = Counter()
        self._completed = 0
        self._not_dialed: Counter[int] = Counter()
        self._dialed: Counter[int] = Counter()
        self._zones = 0
        self._no_zones = 0

    def say(self, note: Reason) -> None:
        """A note that is known before the first row."""
        self._said.append(note)

    def number(self, place: int, spare: list[int], *, lacks_zero: bool) -> None:
        """A row was read: its number is in column `place`, those in the columns `spare` are not dialed."""
        self._rows += 1
        self._completed += lacks_zero
        self._dialed[place] += 1
        self._not_dialed.update(spare)

    def damaged(self, damage: Damage | None) -> None:
        """A row was refused for its number, which a spreadsheet may have damaged."""
        self._rows += 1
        if damage is not None:
            self._damaged[damage] += 1

    def zone(self, *, is_place: bool) -> None:
        """A row has a word in the column of zones."""
        self._zones += 1
        self._no_zones += not is_place

    def all(self) -> tuple[Reason, ...]:
        """All that is to be said so far."""
        return (*self._said, *self._of_damage(), *self._of_spare(), *self._of_zones())

    def _name(self, field: str) -> str:
        return self._columns.names[self._columns.fields[field]]

    def _of_damage(self) -> Iterator[Reason]:
        column = self._name("number")
        if self._damaged:
            counts = tuple(DamageCount(damage, count) for damage, count in self._damaged.items())
            yield NumbersDamaged(column, counts, self._rows)
        if self._completed:
            yield ZerosCompleted(column, self._completed, self._rows)

    def _of_spare(self) -> Iterator[Reason]:
        for place in self._columns.spare:
            dialed, left = self._dialed[place], self._not_dialed[place]
            if dialed or left:
                yield SpareNumbers(self._columns.names[place], self._name("number"), left, dialed)

    def _of_zones(self) -> Iterator[Reason]:
        if self._zones and self._no_zones == self._zones:
            yield NoZonesInColumn(self._name("zone"))
