"""What an aggregate does on a database: it loads what its part of a batch has to know, and writes what it came to."""

from __future__ import annotations

from typing import ClassVar, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection

from dialer.store.batch import Batch, Part
from dialer.store.statement import Sql

P = TypeVar("P", bound=Part)


class Run(NamedTuple):
    """In whose name rows are written: the node, and this start of it."""

    node: str
    run: str


class Rows(Generic[P]):
    """The rows of one aggregate. Methods run in a transaction of the writer, only where a batch has the part."""

    part: ClassVar[type[Part]]

    def __init__(self, sql: Sql, run: Run) -> None:
        self._sql = sql
        self._run = run
        self.prepare(sql)

    def prepare(self, sql: Sql) -> None:
        """Prepare the statements."""

    def load(self, connection: Connection, part: P) -> None:
        """What decides about the writes, locked where the database locks rows."""

    def write(self, connection: Connection, part: P) -> None:
        """What is left to be written."""


def load(connection: Connection, batch: Batch, aggregates: tuple[Rows[Part], ...]) -> None:
    for rows in aggregates:
        part = batch.get(rows.part)
        if part is not None:
            rows.load(connection, part)


def write(connection: Connection, batch: Batch, aggregates: tuple[Rows[Part], ...]) -> None:
    """Tables are written in one order by all, against deadlocks."""
    for rows in aggregates:
        part = batch.get(rows.part)
        if part is not None:
            rows.write(connection, part)
