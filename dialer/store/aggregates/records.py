"""Records of calling lists: number, data and status."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from dialer.records.treatment import added
from dialer.store.aggregates.do_not_call import DoNotCall
from dialer.store.aggregates.record_state import RecordState
from dialer.store.batch import Batch, Part, Verdict, judges, touches
from dialer.store.chains import chain_finished
from dialer.store.mapping import Columns
from dialer.store.metadata import Number, metadata
from dialer.store.queue import place
from dialer.store.renewing import renewed
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType

CLAIM_LOST = "claim_lost"

records = Table(
    "records",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("list_id", ForeignKey("lists.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("raw_number", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("chain_n", Integer, nullable=False),
    Column("daily_from", Integer, nullable=False),
    Column("daily_till", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("origin", Text),
    Column("language", Text),
    Column("status", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("result", Text),
    Column("attempts", Integer, nullable=False),
    Column("tries", Text, nullable=False, server_default=text("'{}'"), comment="attempts by call result"),
    Column("due_at", Float(53), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("queue_at", Float(53), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("lease_until", Float(53)),
    Column("claimed_by", Text),
    Column("cancelled_in", Text, comment="campaign whose run it was taken out of"),
    Column("created_at", Float(53), nullable=False),
    Column("updated_at", Float(53), nullable=False),
    UniqueConstraint("list_id", "number", "external_id"),
    Index(
        "ix_records_queue",
        "list_id",
        "zone",
        "rank",
        "queue_at",
        "id",
        # The columns that counts read, so that the index alone suffices.
        "attempts",
        "daily_from",
        "daily_till",
        sqlite_where=text("status = 'ready'"),
        postgresql_where=text("status = 'ready'"),
    ),
    Index(
        "ix_records_lease",
        "lease_until",
        sqlite_where=text("status = 'retrieved'"),
        postgresql_where=text("status = 'retrieved'"),
    ),
    Index(
        "ix_records_chain",
        "list_id",
        "chain",
        "chain_n",
        "id",
        sqlite_where=text("chain <> ''"),
        postgresql_where=text("chain <> ''"),
    ),
    Index("ix_records_number", "number"),
    Index("ix_records_status", "list_id", "status"),
)

STATE = Columns(records, RecordState)


class Records(Part):
    """Records that are finished by an attempt or an agent, given back, renewed or barred."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.ids: set[int] = set()
        #: Attempts that are judged by their records, too.
        self.of_attempts: set[str] = set()
        self.known: dict[int, RecordState] = {}
        self.changed: dict[int, RecordState] = {}
        self.renewed: list[w.RenewCancelled] = []
        self.finished_chains: list[w.UpdateRecord] = []

    @touches(w.UpdateRecord)
    @touches(w.ReleaseRecord)
    def _touch(self, write: w.UpdateRecord | w.ReleaseRecord) -> None:
        self.ids.add(write.record)

    def learn(self, states: Iterable[RecordState]) -> None:
        """Load the touched records from the store."""
        for state in states:
            self.known[state.id] = state
            self.batch.of(DoNotCall).numbers.add(state.number)

    def claimed(self, record: int, fence: int) -> RecordState | None:
        """The record, if it is still in the claim with this fence."""
        state = self.known.get(record)
        if state is None or state.fence != fence or state.status is not RecordStatus.RETRIEVED:
            return None
        return state

    def count_attempt(self, record: RecordState, at: float) -> None:
        record.attempts += 1
        record.updated_at = at
        self.changed[record.id] = record

    def rest(self, record: int | None, write: w.MarkLateAnswer) -> None:
        """`updated_at` stays as it is: by it a repetition of the write that ended the claim is recognised."""
        state = None if record is None else self.known.get(record)
        if state is None or state.status is not RecordStatus.READY:
            return
        state.tries = added(state.tries, (CallResult.ABANDONED,))
        if state.tries[CallResult.ABANDONED] >= write.max_abandoned:
            state.become(RecordStatus.UPDATED)
        elif state.due_at < write.rest_until:
            state.due_at = write.rest_until
            state.rank, state.queue_at = place(state.type, state.due_at, state.result)
        self.changed[state.id] = state

    @judges(w.UpdateRecord)
    def _update(self, write: w.UpdateRecord) -> Verdict:
        record = self.claimed(write.record, write.fence)
        if record is None:
            return None if self._is_done_already(write, write.status) else CLAIM_LOST
        if write.status is not RecordStatus.RETRIEVED:
            record.become(write.status)
        record.type = write.type or record.type
        record.result = write.result if write.result is not None else record.result
        record.due_at = record.due_at if write.due_at is None else write.due_at
        record.updated_at = write.at
        record.cancelled_in = write.cancelled_in
        record.attempts = max(0, record.attempts - write.uncount)
        record.tries = added(record.tries, write.tried)
        if write.data:
            record.data = {**record.data, **write.data}
        if write.status is not RecordStatus.RETRIEVED:
            self._end_claim(record, write.at, write.to_top)
        if write.finish_chain:
            self.finished_chains.append(write)
        self.changed[record.id] = record
        return None

    @judges(w.ReleaseRecord)
    def _release(self, write: w.ReleaseRecord) -> Verdict:
        record = self.claimed(write.record, write.fence)
        if record is None:
            return None if self._is_done_already(write, RecordStatus.READY) else CLAIM_LOST
        record.become(RecordStatus.READY)
        if write.data:
            record.data = {**record.data, **write.data}
        self._end_claim(record, write.at, write.to_top)
        self.changed[record.id] = record
        return None

    @judges(w.RenewCancelled)
    def _renew(self, write: w.RenewCancelled) -> Verdict:
        self.renewed.append(write)
        return None

    @judges(w.AddDoNotCall)
    def _bar(self, write: w.AddDoNotCall) -> Verdict:
        """Bar the records of this batch; waiting records in the store are barred when the batch is written."""
        if write.campaign is None:
            for record in self.changed.values():
                if record.number == write.number and record.status is RecordStatus.READY:
                    record.bar()
        return None

    @judges(w.LiftDoNotCall)
    def _lift(self, _write: w.LiftDoNotCall) -> Verdict:
        """Records with the number lose their mark when the batch is written."""
        return None

    def _end_claim(self, record: RecordState, at: float, to_top: bool) -> None:
        record.end_claim(at, to_top)
        if record.status is RecordStatus.READY and self.batch.of(DoNotCall).is_barred_for_all(record.number):
            record.bar()

    def _is_done_already(self, write: w.UpdateRecord | w.ReleaseRecord, status: RecordStatus) -> bool:
        """A repetition of a write that ended the claim, after a commit whose outcome was unknown."""
        state = self.known.get(write.record)
        return (
            state is not None
            and state.fence == write.fence
            and state.updated_at == write.at
            and state.status in (status, RecordStatus.CANCELLED)
        )


class RecordRows(Rows[Records]):
    part = Records

    def prepare(self, sql: Sql) -> None:
        # All transactions lock in the same order, so that no two wait for each other.
        self._known = sql.prepare(
            f"SELECT {STATE.names} FROM records WHERE {sql.among('id', 'ids')} ORDER BY id{sql.for_update}"
        )
        self._of_attempts = sql.prepare(
            f"SELECT record FROM attempts WHERE {sql.among('id', 'ids')} AND record IS NOT NULL"
        )
        standing = ("type", "result", "attempts", "tries", "due_at", "data", "updated_at")
        # A record that stays claimed keeps its place: no index has to be written.
        self._claimed = sql.prepare(STATE.update(*standing, key="id"))
        moved = ("status", "rank", "queue_at", "lease_until", "claimed_by", "cancelled_in")
        self._changed = sql.prepare(STATE.update(*standing, *moved, key="id"))
        self._chains = sql.prepare(chain_finished(sql))
        self._renewed = sql.prepare(renewed(sql))
        self._lifted = sql.prepare(
            f"UPDATE records SET type = '{RecordType.GENERAL}', status = '{RecordStatus.CANCELLED}', updated_at = :at"
            f" WHERE number = :number AND type = '{RecordType.NO_CALL}'"
        )
        self._barred = sql.prepare(
            f"UPDATE records SET type = '{RecordType.NO_CALL}', status = '{RecordStatus.CANCELLED}',"
            f" result = '{CallResult.DO_NOT_CALL}', rank = 9, queue_at = due_at, updated_at = :at"
            " WHERE number = :number AND status = 'ready'"
        )

    def load(self, connection: Connection, part: Records) -> None:
        ids = set(part.ids)
        if part.of_attempts:
            attempts = self._sql.values(part.of_attempts)
            ids.update(row.record for row in self._of_attempts.rows(connection, {"ids": attempts}))
        if ids:
            rows = self._known.rows(connection, {"ids": self._sql.values(ids)})
            part.learn(STATE.read(row) for row in rows)

    def write(self, connection: Connection, part: Records) -> None:
        changed = part.changed.values()
        claimed = [record for record in changed if record.status is RecordStatus.RETRIEVED]
        self._claimed.run_all(connection, STATE.rows(claimed))
        others = [record for record in changed if record.status is not RecordStatus.RETRIEVED]
        self._changed.run_all(connection, STATE.rows(others))
        self._chains.run_all(connection, [{"id": item.record, "at": item.at} for item in part.finished_chains])
        for item in part.renewed:
            values = {"campaign": item.campaign, "lists": self._sql.values(item.lists), "at": item.at}
            self._renewed.run(connection, values)
        numbers = part.batch.get(DoNotCall)
        if numbers is not None:
            self._lifted.run_all(connection, numbers.lifted_for_all)
            self._barred.run_all(connection, numbers.barred_for_all)
