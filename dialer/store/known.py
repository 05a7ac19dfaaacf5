"""Loads what decides about a list of writes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from dialer.store.batch import AttemptState, Known, Touched
from dialer.store.record_state import RecordState
from dialer.store.statement import Sql
from dialer.store.text import counts_from_json, texts_from_json
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType


class Loader:
    """Reads the rows that writes touch, locked where the database locks rows."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        # Locked in one order by all, so that two transactions cannot wait for each other.
        self._records = sql.prepare(
            "SELECT id, number, status, type, result, attempts, tries, due_at, rank, queue_at, fence, lease_until,"
            " claimed_by, data, updated_at, cancelled_in FROM records"
            f" WHERE {sql.among('id', 'ids')} ORDER BY id{sql.for_update}"
        )
        self._attempts = sql.prepare(
            "SELECT id, interaction, number, record, result, answered_at, ended_at FROM attempts"
            f" WHERE {sql.among('id', 'ids')} ORDER BY n{sql.for_update}"
        )
        self._records_of = sql.prepare(
            f"SELECT record FROM attempts WHERE {sql.among('id', 'ids')} AND record IS NOT NULL"
        )
        self._dials = sql.prepare(f"SELECT call_id, attempt, n FROM dials WHERE {sql.among('call_id', 'ids')}")
        self._barred = sql.prepare(f"SELECT number, campaign FROM do_not_call WHERE {sql.among('number', 'numbers')}")
        self._abandoned = sql.prepare(
            f"SELECT number, MAX(answered_at) AS at FROM attempts WHERE {sql.among('number', 'numbers')}"
            " AND abandoned AND answered_at IS NOT NULL GROUP BY number"
        )
        self._notices = sql.prepare(f"SELECT id, agent FROM notices WHERE {sql.among('id', 'ids')}")

    def load(self, connection: Connection, touched: Touched) -> Known:
        known = Known()
        self._load_records(connection, touched, known)
        self._load_attempts(connection, touched, known)
        numbers = touched.numbers.union(record.number for record in known.records.values())
        if numbers:
            for row in self._barred.rows(connection, {"numbers": self._sql.values(numbers)}):
                known.barred.add((row.number, row.campaign))
        if touched.unattended:
            for row in self._abandoned.rows(connection, {"numbers": self._sql.values(touched.unattended)}):
                known.abandoned[row.number] = row.at
        if touched.notices:
            for row in self._notices.rows(connection, {"ids": self._sql.values(touched.notices)}):
                known.notices[row.id] = row.agent
        return known

    def _load_records(self, connection: Connection, touched: Touched, known: Known) -> None:
        ids = set(touched.records)
        if touched.answered_late:
            attempts = self._sql.values(touched.answered_late)
            ids.update(row.record for row in self._records_of.rows(connection, {"ids": attempts}))
        if ids:
            for row in self._records.rows(connection, {"ids": self._sql.values(ids)}):
                known.records[row.id] = _record(row)

    def _load_attempts(self, connection: Connection, touched: Touched, known: Known) -> None:
        if touched.attempts:
            for row in self._attempts.rows(connection, {"ids": self._sql.values(touched.attempts)}):
                result = None if row.result is None else CallResult(row.result)
                known.attempts[row.id] = AttemptState(
                    row.interaction, row.number, row.record, result, row.answered_at, row.ended_at
                )
        if touched.call_ids:
            for row in self._dials.rows(connection, {"ids": self._sql.values(touched.call_ids)}):
                known.dials[row.call_id] = (row.attempt, row.n)


def _record(row: Row[Any]) -> RecordState:
    return RecordState(
        id=row.id,
        number=row.number,
        status=RecordStatus(row.status),
        type=RecordType(row.type),
        result=None if row.result is None else CallResult(row.result),
        attempts=row.attempts,
        tries=counts_from_json(row.tries),
        due_at=row.due_at,
        rank=row.rank,
        queue_at=row.queue_at,
        fence=row.fence,
        lease_until=row.lease_until,
        claimed_by=row.claimed_by,
        data=texts_from_json(row.data),
        updated_at=row.updated_at,
        cancelled_in=row.cancelled_in,
    )
