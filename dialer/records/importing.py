"""Calling lists out of CSV files: every row becomes a record, or is refused with line, column and reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice

from dialer.ports import NewRecord, RefusedRow
from dialer.records.columns import Columns, NoNumberColumn, folded, has_number
from dialer.records.csv_lines import Line, lines
from dialer.records.csv_rows import DELIMITERS, CsvRow, CsvRows, delimiters_of, split
from dialer.records.file_notes import FileNotes
from dialer.records.import_options import ImportOptions
from dialer.records.row_reader import RowReader
from dialer.records.unusable import Setting, UnusableFile
from dialer.vocabulary.reasons.files import (
    DelimiterAmbiguous,
    DelimiterName,
    FileEmpty,
    FirstLineUnreadable,
    HeaderEmpty,
    HeaderUnreadable,
    TitleAboveHeader,
)
from dialer.vocabulary.reasons.notes import DelimiterTaken
from dialer.vocabulary.reasons.reason import Reason

#: So many rows behind the first one are looked at for the names of the columns.
TITLE_ROWS = 5

_DELIMITER_NAMES = dict(zip(DELIMITERS, ("comma", "semicolon", "tab", "bar"), strict=True))


class Reading:
    """Iterates over the rows of a file; takes them as it goes, and holds a few lines of them at a time."""

    def __init__(
        self, rows: Iterator[CsvRow], columns: Columns, options: ImportOptions, said: Iterable[Reason]
    ) -> None:
        self._rows = rows
        self._notes = FileNotes(columns)
        self._reader = RowReader(columns, options, self._notes)
        for note in said:
            self._notes.say(note)

    def __iter__(self) -> Iterator[NewRecord | RefusedRow]:
        return self

    def __next__(self) -> NewRecord | RefusedRow:
        return self._reader.read(next(self._rows))

    def notes(self) -> tuple[Reason, ...]:
        """What is to be said of the columns, of the rows that were read so far."""
        return self._notes.all()


def read(parts: Iterable[bytes], options: ImportOptions) -> Reading:
    """Rows of a file that is read in `parts`. Raises UnusableFile if the header cannot be used."""
    source = lines(parts, options.encoding or None)
    first = _first(source)
    named = options.delimiter_letter
    if first.text.casefold().startswith("sep=") and len(first.text) == 5:
        named = named or first.text[4]
        first = _first(source)
    delimiter, said = (named, ()) if named else _delimiter(first, options)
    rows = iter(CsvRows(_behind(first, source), delimiter))
    header = next(rows, None)
    if header is None:
        raise UnusableFile(HeaderEmpty(first.number))
    if header.problem:
        raise UnusableFile(HeaderUnreadable(header.line, header.problem))
    try:
        columns = Columns(header.fields, options.columns)
    except NoNumberColumn as problem:
        raise _title(header, islice(rows, TITLE_ROWS)) or problem from None
    return Reading(rows, columns, options, said)


def _first(source: Iterator[Line]) -> Line:
    for line in source:
        if line.problem:
            raise UnusableFile(FirstLineUnreadable(line.number, line.problem), Setting.ENCODING)
        if line.text.strip():
            return line
    raise UnusableFile(FileEmpty())


def _behind(first: Line, rest: Iterator[Line]) -> Iterator[Line]:
    yield first
    yield from rest


def _delimiter(header: Line, options: ImportOptions) -> tuple[str, tuple[Reason, ...]]:
    """What separates the fields, and what is to be said of it. Of several that may, the one that gives a column with
    phone numbers. Raises UnusableFile where that does not tell."""
    likely = delimiters_of(header.text)
    if len(likely) == 1:
        return likely[0], ()
    fitting = [each for each in likely if _fits(header.text, each, likely, options)]
    names = {each: DelimiterName(_DELIMITER_NAMES[each]) for each in likely}
    if len(fitting) != 1:
        raise UnusableFile(DelimiterAmbiguous(header.number, tuple(names.values())), Setting.DELIMITER)
    taken = names.pop(fitting[0])
    return fitting[0], (DelimiterTaken(taken, tuple(names.values())),)


def _fits(text: str, delimiter: str, likely: tuple[str, ...], options: ImportOptions) -> bool:
    """Whether the delimiter gives a column with phone numbers whose name holds no other likely one."""
    names = [name for name in _split(text, delimiter) if not any(each in name for each in likely)]
    wanted = options.columns.get("number")
    return has_number(names) if wanted is None else folded(wanted) in map(folded, names)


def _split(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        return split(text, delimiter)
    except csv.Error:
        return ()


def _title(header: CsvRow, rows: Iterator[CsvRow]) -> UnusableFile | None:
    """The columns are named further down: a title stands above them."""
    for row in rows:
        if any(has_number(_split(row.text, each)) for each in delimiters_of(row.text)):
            return UnusableFile(TitleAboveHeader(header.line, _text(header), row.line))
    return None


def _text(row: CsvRow) -> str:
    """A row for a reason."""
    return " ".join(field.strip() for field in row.fields if field.strip())[:60]
