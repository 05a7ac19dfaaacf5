"""Records of the rows of one file."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.compliance.number_type import type_of
from dialer.compliance.zones import NoPlace, place_zone
from dialer.ports import NewRecord, RefusedRow
from dialer.records.answer_score import SCORE_FIELD, answer_score
from dialer.records.columns import FACTS, Columns
from dialer.records.csv_rows import CsvRow
from dialer.records.extension import EXTENSION_FIELD, extension_in
from dialer.records.file_notes import FileNotes
from dialer.records.import_options import ImportOptions
from dialer.records.phone_number import lacks_zero, with_extension, written
from dialer.records.time_of_day import time_of_day
from dialer.records.unusable import UnusableNumber
from dialer.vocabulary.plain_text import CONTROL, plain
from dialer.vocabulary.reasons.numbers import NumberTypeNotAllowed
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.rows import (
    BadAnswerScore,
    BadExtension,
    BadTimeOfDay,
    BadWholeNumber,
    ControlInField,
    FieldTooLong,
    HalfOfHours,
    OtherExtension,
    TooManyFields,
)
from dialer.vocabulary.reasons.zones import ZoneInFile

#: Longest text of one field, in characters.
FIELD_LIMIT = 4_000

#: So much of a value is shown in a report.
SHOWN = 60


class _Wrong(Exception):
    """A field that cannot be used."""

    def __init__(self, column: str, value: str, reason: Reason) -> None:
        super().__init__(str(reason))
        self.column = column
        self.value = value
        self.reason = reason


class RowReader:
    """Makes records of the rows of one file; tells `notes` what is to be said of all of them together."""

    def __init__(self, columns: Columns, options: ImportOptions, notes: FileNotes) -> None:
        self._columns = columns
        self._options = options
        self._notes = notes

    def read(self, row: CsvRow) -> NewRecord | RefusedRow:
        if row.problem:
            return RefusedRow.of(row.line, "", row.text[:SHOWN], row.problem)
        try:
            return self._record(row.line, self._checked(row.fields))
        except _Wrong as wrong:
            return RefusedRow.of(row.line, wrong.column, wrong.value[:SHOWN], wrong.reason)

    def _checked(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """The fields without letters that nobody sees. Cells that are missing at the end are empty: Excel leaves them
        out."""
        width = self._columns.width
        if len(fields) > width and not any(field.strip() for field in fields[width:]):
            fields = fields[:width]
        if len(fields) > width:
            raise _Wrong("", ",".join(fields), TooManyFields(len(fields), width))
        fields += ("",) * (width - len(fields))
        for name, field in zip(self._columns.names, fields, strict=True):
            if len(field) > FIELD_LIMIT:
                raise _Wrong(name, field, FieldTooLong(FIELD_LIMIT))
            if found := CONTROL.search(field):
                raise _Wrong(name, field, ControlInField(f"U+{ord(found[0]):04X}"))
        return tuple(plain(field).strip() for field in fields)

    def _record(self, line: int, fields: tuple[str, ...]) -> NewRecord:
        values = {field: fields[place] for field, place in self._columns.fields.items()}
        number, raw, extension = self._number(fields, values)
        window = self._time("daily_from", values), self._time("daily_till", values)
        if (window[0] < 0) != (window[1] < 0):
            name = "daily_from" if window[0] < 0 else "daily_till"
            raise _Wrong(self._header(name), "", HalfOfHours())
        data = {name: fields[place] for name, place in self._columns.data.items()}
        if "extension" in values or extension:
            data[EXTENSION_FIELD] = extension
        _check_score(data)
        return NewRecord(
            line=line,
            number=number,
            raw_number=raw,
            contact=values.get("contact", ""),
            zone=self._zone(values.get("zone", "")),
            # Several people may have one number, and an extension each.
            external_id=values.get("external_id", "") or (f"extension {extension}" if extension else ""),
            chain=values.get("chain", ""),
            chain_n=self._whole("chain_n", values),
            daily_from=window[0],
            daily_till=window[1],
            data=data,
            **{fact: values[fact] for fact in FACTS if values.get(fact)},
        )

    def _header(self, field: str) -> str:
        """The column of a field as the file names it."""
        place = self._columns.fields.get(field)
        return field if place is None else self._columns.names[place]

    def _number(self, fields: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, str, str]:
        """The number in E.164 and as it is written, of the first of the number columns that has one, and the extension
        behind it or in a column of its own."""
        main = self._columns.fields["number"]
        filled = [place for place in (main, *self._columns.spare) if fields[place]]
        place = filled[0] if filled else main
        raw, region = fields[place], self._options.region
        try:
            number, extension = with_extension(raw, region)
        except UnusableNumber as problem:
            self._notes.damaged(problem.damage)
            raise _Wrong(self._columns.names[place], raw, problem.reason) from None
        self._notes.number(place, filled[1:], lacks_zero=lacks_zero(raw, number, region))
        found = type_of(number)
        if found is not None and found not in self._options.allowed:
            raise _Wrong(self._columns.names[place], raw, NumberTypeNotAllowed(found))
        return written(number), raw, self._extension(extension, raw, values.get("extension", ""))

    def _extension(self, behind: str, raw: str, column: str) -> str:
        try:
            own = extension_in(column)
        except ValueError:
            raise _Wrong(self._header("extension"), column, BadExtension()) from None
        if behind and own and behind != own:
            raise _Wrong(self._header("extension"), column, OtherExtension(raw))
        return behind or own

    def _zone(self, name: str) -> str:
        if not name:
            return self._options.zone
        try:
            zone = place_zone(name)
        except NoPlace as problem:
            self._notes.zone(is_place=False)
            raise _Wrong(self._header("zone"), name, ZoneInFile(problem.reason)) from None
        self._notes.zone(is_place=True)
        return zone

    def _whole(self, field: str, values: Mapping[str, str]) -> int:
        value = values.get(field, "")
        if not value:
            return 0
        if not (value.isascii() and value.isdigit() and len(value) < 7):
            raise _Wrong(self._header(field), value, BadWholeNumber())
        return int(value)

    def _time(self, field: str, values: Mapping[str, str]) -> int:
        """Seconds since midnight, -1 for none."""
        value = values.get(field, "")
        if not value:
            return -1
        try:
            return time_of_day(value)
        except ValueError:
            raise _Wrong(self._header(field), value, BadTimeOfDay()) from None


def _check_score(data: Mapping[str, str]) -> None:
    """A score that cannot be used would be as good as none, and nobody would know."""
    try:
        answer_score(data.get(SCORE_FIELD, ""))
    except ValueError:
        raise _Wrong(SCORE_FIELD, data[SCORE_FIELD], BadAnswerScore()) from None
