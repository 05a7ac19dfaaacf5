"""Attempts to reach a contact, and what came of each."""

from __future__ import annotations

import math

from msgspec import Struct
from sqlalchemy import BigInteger, Boolean, Column, Connection, Float, Index, Integer, Table, Text, text

from dialer.store.aggregates.do_not_call import DoNotCall
from dialer.store.aggregates.habits import Habits
from dialer.store.aggregates.records import CLAIM_LOST, Records
from dialer.store.batch import Batch, Part, Verdict, judges, touches
from dialer.store.mapping import Columns
from dialer.store.metadata import Number, metadata
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w
from dialer.vocabulary.results import CallResult

DO_NOT_CALL = "do_not_call"
ABANDONED = "abandoned"
SETTLED = "settled"
UNKNOWN_ATTEMPT = "unknown_attempt"
DUPLICATE = "duplicate"

attempts = Table(
    "attempts",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("run", Text, nullable=False),
    Column("interaction", Text, nullable=False, index=True),
    Column("campaign", Text, nullable=False),
    Column("record", BigInteger, index=True),
    Column("fence", BigInteger, nullable=False),
    Column("number", Text, nullable=False, index=True),
    Column("agent", Text),
    Column("result", Text),
    Column("code", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("q850", Integer),
    Column("begun_at", Float(53), nullable=False),
    Column("answered_at", Float(53)),
    Column("connected_at", Float(53)),
    Column("ended_at", Float(53)),
    Column("abandoned", Boolean, nullable=False, server_default=text("false")),
    Index("ix_attempts_campaign", "campaign", "n"),
    Index(
        "ix_attempts_open",
        "record",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)


class AttemptState(Struct):
    """The state of an attempt; `refused` is the rule that refused it in this batch."""

    interaction: str
    number: str
    record: int | None = None
    result: CallResult | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    refused: str | None = None


STATE = Columns(attempts, AttemptState)
BEGUN = Columns(attempts, w.BeginAttempt, attempt="id", at="begun_at")
SETTLEMENT = Columns(attempts, w.SettleAttempt, attempt="id")


class Attempts(Part):
    """Attempts that begin, are given to an agent, are settled, or are answered after their end. `abandoned` is the time
    of the last abandoned call to a number."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.ids: set[str] = set()
        #: Numbers that are dialed without an agent at hand.
        self.unattended: set[str] = set()
        self.known: dict[str, AttemptState] = {}
        self.abandoned: dict[str, float] = {}
        self.begun: list[w.BeginAttempt] = []
        self.connected: list[w.ConnectAttempt] = []
        self.settled: list[w.SettleAttempt] = []
        self.answered_late: list[w.MarkLateAnswer] = []

    @touches(w.BeginAttempt)
    def _touch_begin(self, write: w.BeginAttempt) -> None:
        self.ids.add(write.attempt)
        self.batch.of(DoNotCall).numbers.add(write.number)
        if write.abandoned_since is not None:
            self.unattended.add(write.number)
        if write.record is not None:
            self.batch.of(Records).ids.add(write.record)

    @touches(w.SettleAttempt)
    @touches(w.ConnectAttempt)
    def _touch(self, write: w.SettleAttempt | w.ConnectAttempt) -> None:
        self.ids.add(write.attempt)

    @judges(w.BeginAttempt)
    def _begin(self, write: w.BeginAttempt) -> Verdict:
        known = self.known.get(write.attempt)
        if known is not None:
            same = known.interaction == write.interaction and known.number == write.number
            return self._refusal(write, known.refused) if known.refused else None if same else DUPLICATE
        records = self.batch.of(Records)
        record = None if write.record is None else records.claimed(write.record, write.fence)
        rule = self._rule_against(write, claim_lost=write.record is not None and record is None)
        self.known[write.attempt] = AttemptState(write.interaction, write.number, write.record, refused=rule)
        if rule is not None:
            return self._refusal(write, rule)
        if record is not None:
            records.count_attempt(record, write.at)
        self.begun.append(write)
        return None

    def _rule_against(self, write: w.BeginAttempt, claim_lost: bool) -> str | None:
        if claim_lost:
            return CLAIM_LOST
        if write.check_do_not_call and self.batch.of(DoNotCall).is_barred(write.number, write.campaign):
            return DO_NOT_CALL
        if write.abandoned_since is not None and self._abandoned_at(write.number) > write.abandoned_since:
            return ABANDONED
        return None

    def _refusal(self, write: w.BeginAttempt, rule: str) -> Verdict:
        """A number rests after an abandoned call for the time from `abandoned_since` to the attempt."""
        if rule != ABANDONED:
            return rule
        since = write.at if write.abandoned_since is None else write.abandoned_since
        return rule, self._abandoned_at(write.number) + write.at - since

    def _abandoned_at(self, number: str) -> float:
        return self.abandoned.get(number, -math.inf)

    @judges(w.SettleAttempt)
    def _settle(self, write: w.SettleAttempt) -> Verdict:
        known = self.known.get(write.attempt)
        if known is None or known.refused:
            return UNKNOWN_ATTEMPT if known is None else known.refused
        if known.ended_at is not None:
            same = known.result is write.result and known.ended_at == write.ended_at
            return None if same else SETTLED
        known.result = write.result
        known.answered_at = write.answered_at
        known.ended_at = write.ended_at
        self.settled.append(write)
        if write.abandoned and write.answered_at is not None:
            self._abandon(known.number, write.answered_at)
        if write.habit is not None:
            self.batch.of(Habits).count(write.habit)
        return None

    @judges(w.ConnectAttempt)
    def _connect(self, write: w.ConnectAttempt) -> Verdict:
        known = self.known.get(write.attempt)
        if known is None or known.refused:
            return UNKNOWN_ATTEMPT if known is None else known.refused
        self.connected.append(write)
        return None

    def answer_late(self, attempt: AttemptState, write: w.MarkLateAnswer) -> None:
        """A dial of the attempt was answered after it had been given up."""
        self.answered_late.append(write)
        if attempt.ended_at is not None and attempt.answered_at is None:
            attempt.answered_at = write.at
            self._abandon(attempt.number, write.at)
            self.batch.of(Records).rest(attempt.record, write)

    def _abandon(self, number: str, at: float) -> None:
        self.abandoned[number] = max(at, self._abandoned_at(number))


class AttemptRows(Rows[Attempts]):
    part = Attempts

    def prepare(self, sql: Sql) -> None:
        self._known = sql.prepare(
            f"SELECT id, {STATE.names} FROM attempts WHERE {sql.among('id', 'ids')} ORDER BY n{sql.for_update}"
        )
        self._abandoned = sql.prepare(
            f"SELECT number, MAX(answered_at) AS at FROM attempts WHERE {sql.among('number', 'numbers')}"
            " AND abandoned AND answered_at IS NOT NULL GROUP BY number"
        )
        self._begun = sql.prepare(BEGUN.insert("run"))
        said = ("result", "code", "reason", "q850", "answered_at", "connected_at", "ended_at", "abandoned")
        self._settled = sql.prepare(SETTLEMENT.update(*said, key="attempt"))
        self._connected = sql.prepare("UPDATE attempts SET agent = :agent WHERE id = :attempt")
        self._answered_late = sql.prepare(
            "UPDATE attempts SET abandoned = true, answered_at = :at"
            " WHERE id = :attempt AND ended_at IS NOT NULL AND answered_at IS NULL"
        )

    def load(self, connection: Connection, part: Attempts) -> None:
        if part.ids:
            for row in self._known.rows(connection, {"ids": self._sql.values(part.ids)}):
                part.known[row.id] = STATE.read(row)
        if part.unattended:
            for row in self._abandoned.rows(connection, {"numbers": self._sql.values(part.unattended)}):
                part.abandoned[row.number] = row.at

    def write(self, connection: Connection, part: Attempts) -> None:
        self._begun.run_all(connection, BEGUN.rows(part.begun, run=self._run.run))
        connected = [{"attempt": each.attempt, "agent": each.agent} for each in part.connected]
        self._connected.run_all(connection, connected)
        self._settled.run_all(connection, SETTLEMENT.rows(part.settled))
        late = [{"attempt": each.attempt, "at": each.at} for each in part.answered_late]
        self._answered_late.run_all(connection, late)
