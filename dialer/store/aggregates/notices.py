"""Notices of campaigns to agents, and their OK."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Float, Index, Table, Text, select

from dialer.ports.reports import NoticeRow, NoticesOfAgent
from dialer.store.answers import Answers
from dialer.store.batch import Batch, Part, Verdict, judges, touches
from dialer.store.mapping import Columns
from dialer.store.metadata import Number, metadata
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w

UNKNOWN_NOTICE = "unknown_notice"

notices = Table(
    "notices",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("agent", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("acknowledged_at", Float(53)),
    Index("ix_notices_agent", "agent", "n"),
)

ADDED = Columns(notices, w.AddNotice, notice="id")
ROW = Columns(notices, NoticeRow, notice="id")


class Notices(Part):
    """Notices that are given and acknowledged. `known` are their agents."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.ids: set[str] = set()
        self.known: dict[str, str] = {}
        self.added: list[w.AddNotice] = []
        self.acknowledged: list[w.AcknowledgeNotice] = []

    @touches(w.AddNotice)
    @touches(w.AcknowledgeNotice)
    def _touch(self, write: w.AddNotice | w.AcknowledgeNotice) -> None:
        self.ids.add(write.notice)

    @judges(w.AddNotice)
    def _add(self, write: w.AddNotice) -> Verdict:
        if write.notice not in self.known:
            self.known[write.notice] = write.agent
            self.added.append(write)
        return None

    @judges(w.AcknowledgeNotice)
    def _acknowledge(self, write: w.AcknowledgeNotice) -> Verdict:
        if self.known.get(write.notice) != write.agent:
            return UNKNOWN_NOTICE
        self.acknowledged.append(write)
        return None


class NoticeRows(Rows[Notices]):
    part = Notices

    def prepare(self, sql: Sql) -> None:
        self._known = sql.prepare(f"SELECT id, agent FROM notices WHERE {sql.among('id', 'ids')}")
        self._added = sql.prepare(ADDED.insert())
        self._acknowledged = sql.prepare(
            "UPDATE notices SET acknowledged_at = :at WHERE id = :notice AND acknowledged_at IS NULL"
        )

    def load(self, connection: Connection, part: Notices) -> None:
        for row in self._known.rows(connection, {"ids": self._sql.values(part.ids)}):
            part.known[row.id] = row.agent

    def write(self, connection: Connection, part: Notices) -> None:
        self._added.run_all(connection, ADDED.rows(part.added))
        acknowledged = [{"notice": each.notice, "at": each.at} for each in part.acknowledged]
        self._acknowledged.run_all(connection, acknowledged)


def of_agent(connection: Connection, question: NoticesOfAgent) -> Sequence[NoticeRow]:
    query = select(notices).where(notices.c.agent == question.agent).order_by(notices.c.n.desc()).limit(question.limit)
    if question.unacknowledged:
        query = query.where(notices.c.acknowledged_at.is_(None))
    return [ROW.read(row) for row in connection.execute(query)]


ANSWERS: Answers = {NoticesOfAgent: of_agent}
