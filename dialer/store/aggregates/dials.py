"""Dials: each trunk that was tried for an attempt, and what it said."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Connection, Float, Integer, Table, Text, text

from dialer.store.aggregates.attempts import DUPLICATE, UNKNOWN_ATTEMPT, Attempts
from dialer.store.aggregates.records import Records
from dialer.store.batch import Batch, Part, Verdict, judges, touches
from dialer.store.mapping import Columns
from dialer.store.metadata import metadata
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w

UNKNOWN_DIAL = "unknown_dial"

dials = Table(
    "dials",
    metadata,
    Column("attempt", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("call_id", Text, nullable=False, unique=True),
    Column("leg", Text, nullable=False),
    Column("trunk", Text, nullable=False),
    Column("caller_id", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("code", Integer),
    Column("reason", Text),
    Column("q850", Integer),
    Column("cleared_by", Text),
    Column("late_answer", Boolean, nullable=False, server_default=text("false")),
    Column("ended_at", Float(53)),
)

ADDED = Columns(dials, w.AddDial)
SETTLEMENT = Columns(dials, w.SettleDial, by="cleared_by", at="ended_at")


class Dials(Part):
    """Dials that are added, settled, or answered too late. `known` are the attempt and n of a Call-ID."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.call_ids: set[str] = set()
        self.known: dict[str, tuple[str, int]] = {}
        self.added: list[w.AddDial] = []
        self.settled: list[w.SettleDial] = []
        self.answered_late: list[w.MarkLateAnswer] = []

    @touches(w.AddDial)
    @touches(w.SettleDial)
    @touches(w.MarkLateAnswer)
    def _touch(self, write: w.AddDial | w.SettleDial | w.MarkLateAnswer) -> None:
        self.batch.of(Attempts).ids.add(write.attempt)
        if isinstance(write, w.AddDial):
            self.call_ids.add(write.call_id)
        elif isinstance(write, w.MarkLateAnswer):
            self.batch.of(Records).of_attempts.add(write.attempt)

    @judges(w.AddDial)
    def _add(self, write: w.AddDial) -> Verdict:
        attempt = self.batch.of(Attempts).known.get(write.attempt)
        if attempt is None or attempt.refused:
            return UNKNOWN_ATTEMPT if attempt is None else attempt.refused
        key = (write.attempt, write.n)
        known = self.known.get(write.call_id)
        if known is not None:
            return None if known == key else DUPLICATE
        self.known[write.call_id] = key
        self.added.append(write)
        return None

    @judges(w.SettleDial)
    def _settle(self, write: w.SettleDial) -> Verdict:
        attempt = self.batch.of(Attempts).known.get(write.attempt)
        if attempt is None or attempt.refused:
            return UNKNOWN_DIAL if attempt is None else attempt.refused
        self.settled.append(write)
        return None

    @judges(w.MarkLateAnswer)
    def _answer_late(self, write: w.MarkLateAnswer) -> Verdict:
        attempts = self.batch.of(Attempts)
        attempt = attempts.known.get(write.attempt)
        if attempt is None:
            return UNKNOWN_DIAL
        self.answered_late.append(write)
        attempts.answer_late(attempt, write)
        return None


class DialRows(Rows[Dials]):
    part = Dials

    def prepare(self, sql: Sql) -> None:
        self._known = sql.prepare(f"SELECT call_id, attempt, n FROM dials WHERE {sql.among('call_id', 'ids')}")
        self._added = sql.prepare(ADDED.insert())
        said = SETTLEMENT.update("code", "reason", "q850", "by", "at", key="attempt")
        self._settled = sql.prepare(f"{said} AND n = :n")
        self._answered_late = sql.prepare("UPDATE dials SET late_answer = true WHERE attempt = :attempt AND n = :n")

    def load(self, connection: Connection, part: Dials) -> None:
        if part.call_ids:
            for row in self._known.rows(connection, {"ids": self._sql.values(part.call_ids)}):
                part.known[row.call_id] = (row.attempt, row.n)

    def write(self, connection: Connection, part: Dials) -> None:
        self._added.run_all(connection, ADDED.rows(part.added))
        self._settled.run_all(connection, SETTLEMENT.rows(part.settled))
        late = [{"attempt": each.attempt, "n": each.n} for each in part.answered_late]
        self._answered_late.run_all(connection, late)
