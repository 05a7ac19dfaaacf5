"""Which column of a file is what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dialer.records.unusable import UnusableFile

#: More columns are no calling list.
COLUMNS_LIMIT = 200

#: Fields of a record and the headers under which they are found, when nothing is said, the likelier one first.
FIELDS: dict[str, tuple[str, ...]] = {
    "number": (
        *("number", "phone", "phone_number", "telephone", "mobile", "tel"),
        *("telefono", "numero", "cellulare", "telefon", "telephone_number"),
    ),
    "contact": ("contact", "name", "full_name", "contact_name", "nome", "nominativo", "nom"),
    "external_id": ("external_id", "id"),
    "zone": ("zone", "time_zone", "timezone"),
    "chain": ("chain", "chain_id"),
    "chain_n": ("chain_n",),
    "daily_from": ("daily_from",),
    "daily_till": ("daily_till",),
}


class Columns:
    """Places of the fields in a row: those of a record in `fields`, all others by their name in `data`."""

    def __init__(self, header: Sequence[str], wanted: Mapping[str, str]) -> None:
        """`wanted` names the header of a field, `number` and so on, or of a custom field under a new name.

        Raises UnusableFile, naming the column.
        """
        names = [name.strip() for name in header]
        while names and not names[-1]:
            names.pop()
        _check(names)
        self.width = len(names)
        self.names = names
        self.fields: dict[str, int] = {}
        self.data: dict[str, int] = {}
        taken: set[int] = set()
        for field, column in wanted.items():
            place = self._place(column)
            taken.add(place)
            (self.fields if field in FIELDS else self.data)[field] = place
        self._find(taken)

    def _place(self, column: str) -> int:
        for place, name in enumerate(self.names):
            if _folded(name) == _folded(column):
                return place
        raise UnusableFile(f"There is no column {column!r}; the file has {', '.join(self.names)}.")

    def _find(self, taken: set[int]) -> None:
        """What was not named: fields by their usual headers, the other columns as custom fields."""
        places = {_folded(name): place for place, name in enumerate(self.names) if place not in taken}
        for field, usual in FIELDS.items():
            found = next((name for name in usual if name in places), None)
            if field not in self.fields and found is not None:
                self.fields[field] = places.pop(found)
        if "number" not in self.fields:
            raise UnusableFile(
                f"No column has the phone number; the file has {', '.join(self.names)}. Name it: --column number=HEADER"
            )
        for place in sorted(places.values()):
            self.data.setdefault(self.names[place], place)


def _check(names: Sequence[str]) -> None:
    if not names:
        raise UnusableFile("The file has no header: its first line must name the columns.")
    if len(names) > COLUMNS_LIMIT:
        raise UnusableFile(f"The file has {len(names)} columns; a calling list has at most {COLUMNS_LIMIT}.")
    if any(re.fullmatch(r"[+\d][\d\s().-]{5,}", name) for name in names):
        raise UnusableFile("The first line holds a phone number: it must name the columns.")
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if not name:
            raise UnusableFile(f"Column {place} has no name in the header: give it one, or take the column out.")
        if "\0" in name or len(name) > 200:
            raise UnusableFile(f"The name of column {place} cannot be used: it is too long, or holds a zero byte.")
        other = seen.setdefault(_folded(name), place)
        if other != place:
            raise UnusableFile(f"Columns {other} and {place} are both named {name!r}: rename one.")


def _folded(name: str) -> str:
    """`Phone number` and `phone_number` are the same header."""
    return re.sub(r"\W+", "_", name.strip().casefold())
