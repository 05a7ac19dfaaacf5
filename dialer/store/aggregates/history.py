"""The append-only history: lines of what happened."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Float, Table, Text

from dialer.store.batch import Batch, Part, Verdict, judges
from dialer.store.mapping import Columns
from dialer.store.metadata import Number, metadata
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w

history = Table(
    "history",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("campaign", Text),
    Column("agent", Text),
    Column("record", BigInteger, index=True),
    Column("interaction", Text, index=True),
    Column("attempt", Text),
    Column("facts", Text),
)

LINE = Columns(history, w.AddHistory)


class History(Part):
    """Lines, in order."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.added: list[w.AddHistory] = []

    @judges(w.AddHistory)
    def _add(self, write: w.AddHistory) -> Verdict:
        self.added.append(write)
        return None


class HistoryRows(Rows[History]):
    part = History

    def prepare(self, sql: Sql) -> None:
        self._added = sql.prepare(LINE.insert())

    def write(self, connection: Connection, part: History) -> None:
        self._added.run_all(connection, LINE.rows(part.added))
