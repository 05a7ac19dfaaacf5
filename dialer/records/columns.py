"""Which column of a file is what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dialer.records.unusable import Setting, UnusableFile
from dialer.vocabulary.facts import ListFacts
from dialer.vocabulary.plain_text import CONTROL, plain
from dialer.vocabulary.reasons.files import (
    BadColumnName,
    ColumnsOfOneName,
    ColumnWithoutName,
    NoHeader,
    NoSuchColumn,
    NumberColumnMissing,
    NumberInHeader,
    TooManyColumns,
)

#: More columns are no calling list.
COLUMNS_LIMIT = 200

#: A longer text is no name of a column, in characters.
NAME_LIMIT = 200

#: Fields that are kept as the file has them; campaigns may show them as custom fields, too.
FACTS = ListFacts.__struct_fields__

#: Fields of a record and the headers under which they are found, when nothing is said, the likelier one first.
FIELDS: dict[str, tuple[str, ...]] = {
    "number": (
        *("number", "phone", "phone_number", "telephone", "mobile", "tel"),
        *("telefono", "numero", "cellulare", "telefon", "telephone_number"),
    ),
    "contact": (
        *("contact", "name", "full_name", "contact_name", "nome", "nominativo", "nom"),
        *("nome_e_cognome", "cognome_e_nome", "nome_cognome", "cognome_nome"),
    ),
    "external_id": ("external_id", "id"),
    "zone": ("zone", "time_zone", "timezone"),
    "extension": ("extension", "ext", "interno", "durchwahl"),
    "chain": ("chain", "chain_id"),
    "chain_n": ("chain_n",),
    "daily_from": ("daily_from",),
    "daily_till": ("daily_till",),
    **{fact: (fact,) for fact in FACTS},
}

#: A header that has one of these words names phone numbers, unless it has one of the others as well.
_PHONE_WORD = re.compile(
    r"(^|_)(tele)?(phones?|fono|fon|telefon|tel|mobiles?|mobil|mobiltelefon|cell|cellular|cellphone|cellulare|handy"
    r"|gsm|movil|portable|rufnummer|telefonnummer|handynummer|phonenumber|msisdn|landline)(_|$)"
)
_OTHER_WORD = re.compile(
    r"(^|_)(fax|type|typ|tipo|note|notes|notiz|ok|valid|verified|status|stato|country|code|prefix|ext|extension|date"
    r"|time|name|provider|operator|carrier|model|id)(_|$)"
)


class NoNumberColumn(UnusableFile):
    """No header names phone numbers."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(NumberColumnMissing(*shown(names)), Setting.NUMBER_COLUMN)


class Columns:
    """Places of the fields in a row: those of a record in `fields`, all others by their name in `data`.

    The number is in the column `fields["number"]`; a row that has none there is dialed by the first of `spare`, the
    other columns that have phone numbers, which has one. Numbers that are not dialed stay custom fields.
    """

    def __init__(self, header: Sequence[str], wanted: Mapping[str, str]) -> None:
        """`wanted` names the header of a field, `number` and so on, or of a custom field under a new name.

        Raises UnusableFile, naming the column; NoNumberColumn.
        """
        names = [plain(name).strip() for name in header]
        while names and not names[-1]:
            names.pop()
        _check(names)
        self.width = len(names)
        self.names = names
        self.fields: dict[str, int] = {}
        self.data: dict[str, int] = {}
        self.spare: tuple[int, ...] = ()
        taken: set[int] = set()
        for field, column in wanted.items():
            place = self._place(column)
            taken.add(place)
            (self.fields if field in FIELDS else self.data)[field] = place
        self._find(taken)

    def _place(self, column: str) -> int:
        for place, name in enumerate(self.names):
            if folded(name) == folded(column):
                return place
        raise UnusableFile(NoSuchColumn(column[:60], *shown(self.names)))

    def _find(self, taken: set[int]) -> None:
        """What was not named: fields by their usual headers, the other columns as custom fields."""
        places = {folded(name): place for place, name in enumerate(self.names) if place not in taken}
        numbers = _numbers(places)
        if "number" not in self.fields and numbers:
            self.fields["number"] = numbers.pop(0)
        if "number" not in self.fields:
            raise NoNumberColumn(self.names)
        self.spare = tuple(place for place in numbers if place != self.fields["number"])
        places = {name: place for name, place in places.items() if place != self.fields["number"]}
        for field, usual in FIELDS.items():
            found = next((name for name in usual if name in places), None)
            if field not in self.fields and found is not None:
                self.fields[field] = places[found] if field in FACTS else places.pop(found)
        for place in sorted(places.values()):
            self.data.setdefault(self.names[place], place)


def has_number(header: Sequence[str]) -> bool:
    """Whether a header has a column for phone numbers."""
    return bool(_numbers({folded(name): place for place, name in enumerate(header)}))


def _numbers(places: Mapping[str, int]) -> list[int]:
    """Columns that have phone numbers: the usual headers first, then those with a word for phones as the file has
    them."""
    usual = [places[name] for name in FIELDS["number"] if name in places]
    worded = [place for name, place in places.items() if _PHONE_WORD.search(name) and not _OTHER_WORD.search(name)]
    return [*usual, *(place for place in sorted(worded) if place not in usual)]


def shown(names: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The headers of a file for a reason, not all of many, and how many more there are."""
    return tuple(name[:40] for name in names[:20]), max(0, len(names) - 20)


def _check(names: Sequence[str]) -> None:
    if not names:
        raise UnusableFile(NoHeader())
    if len(names) > COLUMNS_LIMIT:
        raise UnusableFile(TooManyColumns(len(names), COLUMNS_LIMIT))
    if any(re.fullmatch(r"[+\d][\d\s().-]{5,}", name) for name in names):
        raise UnusableFile(NumberInHeader())
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if not name:
            raise UnusableFile(ColumnWithoutName(place))
        if CONTROL.search(name) or len(name) > NAME_LIMIT:
            raise UnusableFile(BadColumnName(place, NAME_LIMIT))
        other = seen.setdefault(folded(name), place)
        if other != place:
            raise UnusableFile(ColumnsOfOneName(other, place, name))


def folded(name: str) -> str:
    """`Phone number` and `phone_number` are the same header."""
    return re.sub(r"\W+", "_", name.strip().casefold())
