"""What is to be said of a file as a whole: of its columns, not of its rows."""

from __future__ import annotations

from collections import Counter

from dialer.records.columns import Columns
from dialer.records.unusable import Damage


class FileNotes:
    """Counts while a file is read."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._said: list[str] = []
        self._rows = 0
        self._damaged: Counter[Damage] = Counter()
        self._completed = 0
        self._not_dialed: Counter[int] = Counter()
        self._dialed: Counter[int] = Counter()
        self._zones = 0
        self._no_zones = 0

    def say(self, sentence: str) -> None:
        """A note that is known before the first row."""
        self._said.append(sentence)

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

    def sentences(self) -> tuple[str, ...]:
        """All that is to be said so far."""
        return (*self._said, *self._of_damage(), *self._of_spare(), *self._of_zones())

    def _name(self, place: int) -> str:
        return repr(self._columns.names[place])

    def _of_damage(self) -> list[str]:
        column = self._name(self._columns.fields["number"])
        told = []
        if self._damaged:
            kinds = ", ".join(f"{count} {damage}" for damage, count in self._damaged.items())
            told.append(
                f"Column {column}: a spreadsheet has taken numbers for quantities ({kinds}, of {self._rows} rows); "
                "format the whole column as text in it and save the file again."
            )
        if self._completed:
            told.append(
                f"Column {column}: {self._completed} of {self._rows} numbers lack the zero at their beginning and were "
                "read as numbers of the list's country; format the column as text to keep them as they are."
            )
        return told

    def _of_spare(self) -> list[str]:
        told = []
        for place in self._columns.spare:
            dialed, left = self._dialed[place], self._not_dialed[place]
            if dialed or left:
                main = self._name(self._columns.fields["number"])
                told.append(
                    f"Column {self._name(place)} has phone numbers, too: {left} are not dialed, as their rows have "
                    f"one in {main}; {dialed} are, as theirs have none. Name the column of the numbers to choose."
                )
        return told

    def _of_zones(self) -> list[str]:
        if not self._zones or self._no_zones < self._zones:
            return []
        name = self._name(self._columns.fields["zone"])
        return [f"Column {name} holds no time zones; rename it in the file if it holds something else."]
