"""How a file is to be read: what the one who imports says of it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from dialer.compliance.zones import NoPlace, place_zone
from dialer.records.phone_number import known_region
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.number_type import NumberType
from dialer.vocabulary.printable import printable
from dialer.vocabulary.reasons.imports import BadDelimiter, BadMapping, UnknownRegion
from dialer.vocabulary.reasons.zones import ZoneUnusable

_DELIMITER_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|", "pipe": "|", "space": " "}


class ImportOptions(Struct, frozen=True):
    """How to read a file. `zone` and `region` are those of rows that say nothing else: IANA name, ISO 3166 country.
    `columns` names the header of a field. `encoding` and `delimiter` are found out when empty. Numbers of the types
    in `allowed` are taken, too."""

    zone: str
    region: str
    columns: dict[str, str] = {}
    encoding: str = ""
    delimiter: str = ""
    allowed: frozenset[NumberType] = frozenset()

    @property
    def delimiter_letter(self) -> str:
        """The character that `delimiter` names, empty if it is to be found out."""
        return _DELIMITER_WORDS.get(self.delimiter.strip().lower(), self.delimiter) if self.delimiter else ""


def check(options: ImportOptions) -> None:
    """Raises Refused for a zone, a region or a delimiter that cannot be."""
    try:
        place_zone(options.zone)
    except NoPlace as problem:
        raise Refused(ZoneUnusable(printable(options.zone), problem.reason)) from None
    if options.region and not known_region(options.region):
        raise Refused(UnknownRegion(options.region))
    letter = options.delimiter_letter
    if letter and (len(letter) != 1 or letter.isalnum() or letter in '"\r\n\0' or ord(letter) > 126):
        raise Refused(BadDelimiter(options.delimiter[:40]))


def columns_from(pairs: Iterable[str], number_column: str = "") -> dict[str, str]:
    """`columns` out of FIELD=COLUMN, as given on a command line; `number_column` is the column of `number`. Raises
    Refused for anything else."""
    columns: dict[str, str] = {"number": number_column.strip()} if number_column.strip() else {}
    for pair in pairs:
        field, sign, column = (part.strip() for part in pair.partition("="))
        if not (field and sign and column) or field in columns:
            raise Refused(BadMapping(pair))
        columns[field] = column
    return columns
