"""Rows of a CSV file (RFC 4180) out of its lines. A row that cannot be read costs that row, never the rest."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dialer.records.csv_lines import Line

#: Lines that one row may take, by line ends within quotation marks.
ROW_LINES = 50

#: Characters between fields, the likelier one first.
DELIMITERS = (",", ";", "\t", "|")


class CsvRow(NamedTuple):
    """A row; `line` is its first one, `problem` says why its fields cannot be read."""

    line: int
    fields: tuple[str, ...]
    problem: str = ""
    text: str = ""


def delimiter_of(header: str) -> str:
    """The character that separates the fields of this header: the one that is there most often."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=lambda delimiter: (outside.count(delimiter), -DELIMITERS.index(delimiter)))


class CsvRows:
    """Iterates over the rows; empty lines are left out."""

    def __init__(self, source: Iterable[Line], delimiter: str) -> None:
        self._source = iter(source)
        self._again: deque[Line] = deque()
        self._delimiter = delimiter

    def __iter__(self) -> Iterator[CsvRow]:
        while (line := self._next()) is not None:
            if line.problem:
                yield CsvRow(line.number, (), line.problem, line.text)
            elif line.text.strip():
                yield self._row(line)

    def _next(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._source, None)

    def _row(self, first: Line) -> CsvRow:
        """The row that begins with this line. Lines that were taken for a quotation mark that nobody closes are
        read again as rows of their own."""
        taken: list[Line] = []
        text = first.text
        while True:
            try:
                return CsvRow(first.number, self._fields(text), "", first.text)
            except csv.Error as problem:
                if str(problem) != "unexpected end of data":
                    return self._refused(first, taken, str(problem))
            line = self._next() if len(taken) < ROW_LINES else None
            if line is None or line.problem:
                if line is not None:
                    taken.append(line)
                return self._refused(first, taken, "a quotation mark is opened and never closed")
            taken.append(line)
            text = f"{text}\n{line.text}"

    def _fields(self, text: str) -> tuple[str, ...]:
        return tuple(next(csv.reader([text], delimiter=self._delimiter, strict=True)))

    def _refused(self, first: Line, taken: list[Line], reason: str) -> CsvRow:
        self._again.extendleft(reversed(taken))
        return CsvRow(first.number, (), reason, first.text)
