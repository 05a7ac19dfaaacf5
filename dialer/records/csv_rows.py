"""Rows of a CSV file (RFC 4180) out of its lines. A row that cannot be read costs that row, never the rest."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dialer.records.csv_lines import Line
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.rows import FieldTooLong, RowNotCsv

#: Lines that one row may take, by line ends within quotation marks.
ROW_LINES = 50

#: Characters between fields, the likelier one first.
DELIMITERS = (",", ";", "\t", "|")

#: How the message of Python's reader begins for a row that goes on in the next line: nothing else tells.
_OPEN = "unexpected"

#: A word of its other messages, and what they mean.
_KINDS = {"new-line": "line_break", "expected": "behind_quotation"}


class CsvRow(NamedTuple):
    """A row; `line` is its first one, `problem` says why its fields cannot be read."""

    line: int
    fields: tuple[str, ...]
    problem: Reason | None = None
    text: str = ""


def delimiters_of(header: str) -> tuple[str, ...]:
    """The characters that may separate the fields of this header: those that are there most often, a tie in the order
    of `DELIMITERS`."""
    outside = "".join(header.split('"')[::2])
    most = max(outside.count(delimiter) for delimiter in DELIMITERS)
    return tuple(delimiter for delimiter in DELIMITERS if outside.count(delimiter) == most) if most else DELIMITERS[:1]


def split(text: str, delimiter: str) -> tuple[str, ...]:
    """The fields of a row. Spaces before a quotation mark do not count. Raises csv.Error."""
    return tuple(next(csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=True)))


class CsvRows:
    """Iterates over the rows; those without a word in any field are left out."""

    def __init__(self, source: Iterable[Line], delimiter: str) -> None:
        self._source = iter(source)
        self._again: deque[Line] = deque()
        self._delimiter = delimiter

    def __iter__(self) -> Iterator[CsvRow]:
        while (line := self._next()) is not None:
            if line.problem:
                yield CsvRow(line.number, (), line.problem, line.text)
            elif line.text.strip():
                row = self._row(line)
                if row.problem or any(field.strip() for field in row.fields):
                    yield row

    def _next(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._source, None)

    def _row(self, first: Line) -> CsvRow:
        """The row that begins with this line. Lines that were taken for a quotation mark that nobody closes are
        read again as rows of their own."""
        taken: list[Line] = []
        text = first.text
        while True:
            try:
                return CsvRow(first.number, split(text, self._delimiter), None, first.text)
            except csv.Error as problem:
                if not str(problem).startswith(_OPEN):
                    return self._refused(first, taken, _reason(str(problem)))
            line = self._next() if len(taken) < ROW_LINES else None
            if line is None or line.problem:
                if line is not None:
                    taken.append(line)
                return self._refused(first, taken, RowNotCsv("never_closed"))
            taken.append(line)
            text = f"{text}\n{line.text}"

    def _refused(self, first: Line, taken: list[Line], reason: Reason) -> CsvRow:
        self._again.extendleft(reversed(taken))
        return CsvRow(first.number, (), reason, first.text)


def _reason(problem: str) -> Reason:
    """The reason for what Python's reader says: it has one kind of error, and tells them apart by words."""
    if "limit" in problem:
        return FieldTooLong(csv.field_size_limit())
    return RowNotCsv(next((kind for word, kind in _KINDS.items() if word in problem), "other"))
