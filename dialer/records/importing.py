"""Calling lists out of CSV files: every row becomes a record, or is refused with line, column and reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from dialer.compliance.zones import NoPlace, place_zone
from dialer.ports import NewRecord, RefusedRow
from dialer.records.answer_score import SCORE_FIELD, answer_score
from dialer.records.columns import Columns
from dialer.records.csv_lines import Line, lines
from dialer.records.csv_rows import CsvRow, CsvRows, delimiter_of
from dialer.records.phone_number import e164, known_region
from dialer.records.unusable import UnusableFile, UnusableNumber
from dialer.vocabulary.errors import Refused

#: Longest text of one field, in characters.
FIELD_LIMIT = 4_000

#: So much of a value is shown in a report.
SHOWN = 60

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class ImportOptions(Struct, frozen=True):
    """How to read a file. `zone` and `region` are those of rows that say nothing else: IANA name, ISO 3166 country.
    `columns` names the header of a field. `encoding` and `delimiter` are found out when empty."""

    zone: str
    region: str
    columns: dict[str, str] = {}
    encoding: str = ""
    delimiter: str = ""


class _Wrong(Exception):
    """A field that cannot be used."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = value
        self.reason = reason


def check(options: ImportOptions) -> None:
    """Raises Refused for a zone or a region that does not exist."""
    try:
        place_zone(options.zone)
    except NoPlace as problem:
        raise Refused("zone_unknown", f"{options.zone!r} {problem}") from None
    if options.region and not known_region(options.region):
        raise Refused("region_unknown", f"There is no country {options.region!r}: write two letters, like IT.")


def columns_from(pairs: Iterable[str]) -> dict[str, str]:
    """`columns` out of FIELD=COLUMN, as given on a command line; raises Refused for anything else."""
    columns: dict[str, str] = {}
    for pair in pairs:
        field, sign, column = (part.strip() for part in pair.partition("="))
        if not (field and sign and column) or field in columns:
            raise Refused("mapping_unusable", f"{pair!r} names no column: write FIELD=COLUMN, each field once.")
        columns[field] = column
    return columns


def read(parts: Iterable[bytes], options: ImportOptions) -> Iterator[NewRecord | RefusedRow]:
    """Rows of a file that is read in `parts`; takes them as it goes, and holds a few lines of them at a time.

    Raises UnusableFile at the start if the header cannot be used.
    """
    source = lines(parts, options.encoding or None)
    first = _first(source)
    delimiter = options.delimiter or delimiter_of(first.text)
    if first.text.casefold().startswith("sep=") and len(first.text) == 5:
        delimiter = options.delimiter or first.text[4]
        first = _first(source)
    rows = iter(CsvRows(_behind(first, source), delimiter))
    header = next(rows)
    if header.problem:
        raise UnusableFile(f"The header in line {header.line} cannot be read: {header.problem}.")
    reader = _Reader(Columns(header.fields, options.columns), options)
    return (reader.read(row) for row in rows)


def _first(source: Iterator[Line]) -> Line:
    for line in source:
        if line.problem:
            raise UnusableFile(f"Line {line.number} cannot be read: {line.problem}.")
        if line.text.strip():
            return line
    raise UnusableFile("The file is empty.")


def _behind(first: Line, rest: Iterator[Line]) -> Iterator[Line]:
    yield first
    yield from rest


class _Reader:
    """Makes records of the rows of one file."""

    def __init__(self, columns: Columns, options: ImportOptions) -> None:
        self._columns = columns
        self._options = options

    def read(self, row: CsvRow) -> NewRecord | RefusedRow:
        if row.problem:
            return RefusedRow(row.line, "", row.text[:SHOWN], row.problem)
        try:
            return self._record(row.line, self._checked(row.fields))
        except _Wrong as wrong:
            return RefusedRow(row.line, wrong.column, wrong.value[:SHOWN], wrong.reason)

    def _checked(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        width = self._columns.width
        if len(fields) > width and not any(field.strip() for field in fields[width:]):
            fields = fields[:width]
        if len(fields) != width:
            raise _Wrong("", ",".join(fields), f"the row has {len(fields)} fields, the header has {width}")
        for name, field in zip(self._columns.names, fields, strict=True):
            if len(field) > FIELD_LIMIT:
                raise _Wrong(name, field, f"the text is longer than {FIELD_LIMIT} characters")
            if _CONTROL.search(field):
                raise _Wrong(name, field, "there is a control character (such as a zero byte) in the text")
        return fields

    def _record(self, line: int, fields: tuple[str, ...]) -> NewRecord:
        values = {field: fields[place].strip() for field, place in self._columns.fields.items()}
        window = self._time("daily_from", values), self._time("daily_till", values)
        if (window[0] < 0) != (window[1] < 0):
            name = "daily_from" if window[0] < 0 else "daily_till"
            raise _Wrong(self._header(name), "", "the other end of the hours is missing")
        data = {name: fields[place].strip() for name, place in self._columns.data.items()}
        _check_score(data)
        return NewRecord(
            line=line,
            number=self._number(values["number"]),
            raw_number=values["number"],
            contact=values.get("contact", ""),
            zone=self._zone(values.get("zone", "")),
            external_id=values.get("external_id", ""),
            chain=values.get("chain", ""),
            chain_n=self._whole("chain_n", values),
            daily_from=window[0],
            daily_till=window[1],
            data=data,
        )

    def _header(self, field: str) -> str:
        """The column of a field as the file names it."""
        place = self._columns.fields.get(field)
        return field if place is None else self._columns.names[place]

    def _number(self, raw: str) -> str:
        try:
            return e164(raw, self._options.region)
        except UnusableNumber as problem:
            raise _Wrong(self._header("number"), raw, str(problem)) from None

    def _zone(self, name: str) -> str:
        try:
            return place_zone(name) if name else self._options.zone
        except NoPlace as problem:
            raise _Wrong(self._header("zone"), name, f"this {problem}") from None

    def _whole(self, field: str, values: Mapping[str, str]) -> int:
        value = values.get(field, "")
        if not value:
            return 0
        if not (value.isascii() and value.isdigit() and len(value) < 7):
            raise _Wrong(self._header(field), value, "this is no whole number below a million")
        return int(value)

    def _time(self, field: str, values: Mapping[str, str]) -> int:
        """Seconds since midnight, -1 for none."""
        value = values.get(field, "")
        if not value:
            return -1
        match = _TIME.fullmatch(value)
        if match is None:
            raise _Wrong(self._header(field), value, "this is no time of day; write it like 09:30")
        return int(match[1]) * 3600 + int(match[2]) * 60


def _check_score(data: Mapping[str, str]) -> None:
    """A score that cannot be used would be as good as none, and nobody would know."""
    try:
        answer_score(data.get(SCORE_FIELD, ""))
    except ValueError:
        reason = "this is no chance of an answer; write a share from 0 to 1 or percent, like 0.35 or 35%, or nothing"
        raise _Wrong(SCORE_FIELD, data[SCORE_FIELD], reason) from None
