"""Imports a CSV file into a calling list, some hundred rows at a time."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from dialer.ports import ImportReport, Lists, NewRecord, RefusedRow
from dialer.records.import_options import ImportOptions, check
from dialer.records.importing import read
from dialer.records.unusable import UnusableFile
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.reasons.files import FileUnreadable
from dialer.vocabulary.reasons.reason import Reason, Sentence, because
from dialer.vocabulary.reasons.rows import KnownNumber

#: Rows of one transaction, which must stay short: a node works on the same database.
ROWS_AT_ONCE = 500

#: The name that stands for standard input in place of a file.
STANDARD_INPUT = Path("-")

#: Bytes read at a time.
PART_BYTES = 65_536

#: The most refused rows that a report lists; all are counted.
TOLD = 1_000


class ImportProgress(Struct, frozen=True):
    """How far an import is: bytes of the file, rows so far. `bytes_total` is None for a pipe."""

    bytes_read: int
    bytes_total: int | None
    rows: int
    accepted: int
    refused: int
    duplicates: int


async def import_csv(
    lists: Lists,
    path: Path,
    name: ListName,
    options: ImportOptions,
    now: float,
    progress: Callable[[ImportProgress], None],
) -> ImportReport:
    """Import a file, a pipe or `STANDARD_INPUT` into the list `name`, which is made if there is none; `now` in UTC
    epoch seconds.

    Rows imported before an error stay. The same file may be imported again: rows that are there already are then
    duplicates. Raises UnusableFile, Refused for an unknown zone or region, StoreUnavailable.
    """
    check(options)
    source = await asyncio.to_thread(_Source, path)
    try:
        rows = await asyncio.to_thread(read, source, options)
        await lists.add_list(name, options.zone, options.region, now)
        done = _Count(name, source.size)
        while part := await asyncio.to_thread(_part, rows):
            added = [row for row in part if isinstance(row, NewRecord)]
            done.rows += len(part)
            done.refuse([row for row in part if isinstance(row, RefusedRow)])
            done.add(added, await lists.add_records(name, added, now) if added else ())
            progress(done.progress(source.bytes_read))
        return done.report(rows.notes())
    finally:
        source.close()


class _Source:
    """The bytes of a file or of a pipe, in parts, with their count so far, as a pipe has no position.
    Raises UnusableFile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.bytes_read = 0
        try:
            self._file: BinaryIO = os.fdopen(os.dup(0), "rb") if path == STANDARD_INPUT else path.open("rb")
            told = os.fstat(self._file.fileno())
        except OSError as problem:
            raise self._unreadable(problem) from None
        self.size = told.st_size if stat.S_ISREG(told.st_mode) else None

    def __iter__(self) -> Iterator[bytes]:
        while part := self._read():
            self.bytes_read += len(part)
            yield part

    def _read(self) -> bytes:
        try:
            return self._file.read(PART_BYTES)
        except OSError as problem:
            raise self._unreadable(problem) from None

    def _unreadable(self, problem: OSError) -> UnusableFile:
        piped = self._path == STANDARD_INPUT
        return UnusableFile(FileUnreadable("" if piped else str(self._path), piped, problem.strerror or str(problem)))

    def close(self) -> None:
        self._file.close()


class _Count:
    """The counts of an import so far."""

    def __init__(self, name: ListName, size: int | None) -> None:
        self._name = name
        self._size = size
        self.rows = 0
        self._accepted = 0
        self._refused = 0
        self._duplicates = 0
        self._told: list[RefusedRow] = []

    def refuse(self, rows: list[RefusedRow]) -> None:
        self._refused += len(rows)
        self._told.extend(rows[: TOLD - len(self._told)])

    def add(self, rows: Sequence[NewRecord], again: Sequence[NewRecord]) -> None:
        self._accepted += len(rows) - len(again)
        self._duplicates += len(again)
        told = [RefusedRow.of(row.line, "number", row.raw_number, KnownNumber()) for row in again]
        self._told.extend(told[: TOLD - len(self._told)])

    def progress(self, position: int) -> ImportProgress:
        return ImportProgress(position, self._size, self.rows, self._accepted, self._refused, self._duplicates)

    def report(self, notes: tuple[Reason, ...]) -> ImportReport:
        return ImportReport(
            list=self._name,
            rows=self.rows,
            accepted=self._accepted,
            refused=self._refused,
            duplicates=self._duplicates,
            refusals=tuple(sorted(self._told, key=lambda row: row.line)),
            notes=tuple(map(Sentence, notes)),
            because=tuple(map(because, notes)),
        )


def _part(rows: Iterator[NewRecord | RefusedRow]) -> list[NewRecord | RefusedRow]:
    return list(islice(rows, ROWS_AT_ONCE))
