"""An aggregate on a database: it loads the rows that its part of a batch needs, and writes the results."""

from __future__ import annotations

from typing import ClassVar, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection

from dialer.store.batch import Batch, Part
from dialer.store.statement import Sql

P = TypeVar("P", bound=Part)


class Run(NamedTuple):
    """The node, and this start of it, in whose name rows are written."""

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
        """Load the rows that decide about the writes, locked where the database locks rows."""

    def write(self, connection: Connection, part: P) -> None:
        """Write the results."""


def load(connection: Connection, batch: Batch, aggregates: tuple[Rows[Part], ...]) -> None:
    for rows in aggregates:
        part = batch.get(rows.part)
        if part is not None:
            rows.load(connection, part)


def write(connection: Connection, batch: Batch, aggregates: tuple[Rows[Part], ...]) -> None:
    """All transactions write the tables in the same order, against deadlocks."""
    for rows in aggregates:
        part = batch.get(rows.part)
        if part is not None:
            rows.write(connection, part)
