"""Counts of the records in a campaign's lists, by the reason why they were not claimed, kept for a short time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from dialer.compliance.wall_clock import second_of_day
from dialer.store import claim_sql
from dialer.store.claims import ListPlace
from dialer.store.statement import Prepared, Sql
from dialer.vocabulary.events import Waiting
from dialer.vocabulary.outputs import ClaimRecords

#: How long counts are kept while this node changes no record.
KEPT_S = 1.0

#: The same while the lists give all the records asked for.
KEPT_WHILE_FULL_S = 5.0

#: The shortest time that counts are kept, for each record counted: 20 times the time of counting it, so that counts
#: take at most 1/20 of a core, however long the lists are.
KEPT_FOR_RECORD_S = 1e-5


class _Kept(NamedTuple):
    key: tuple[object, ...]
    waiting: Waiting
    counted_at: float
    """On the monotonic clock, in seconds."""
    counted_for: float
    """The request's time."""
    changes: int
    """The number of changes of records until then."""


class Counts:
    """Counts the records of a campaign's lists, in a transaction of a reader."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._kept: dict[str, _Kept] = {}
        self._changes = 0
        self._statements: dict[tuple[bool, bool], Prepared] = {}
        lists = sql.among("list_id", "lists")
        self._others = sql.prepare(f"SELECT status, COUNT(*) AS n FROM records WHERE {lists} GROUP BY status")
        self._any_barred = sql.prepare("SELECT number FROM do_not_call WHERE campaign = :campaign LIMIT 1")
        self._any_chain = sql.prepare(f"SELECT id FROM records WHERE {lists} AND chain <> '' LIMIT 1")

    def kept(self, request: ClaimRecords, full: bool) -> Waiting | None:
        """Counts that are fresh enough for this request; `full`: the lists gave all the records asked for, so that the
        reason for less does not matter."""
        kept = self._kept.get(request.campaign)
        if kept is None or kept.key != _key(request):
            return None
        age_s = max(time.monotonic() - kept.counted_at, request.now - kept.counted_for)
        fresh_s = kept.waiting.total * KEPT_FOR_RECORD_S
        if full:
            fresh_s = max(fresh_s, KEPT_WHILE_FULL_S)
        elif kept.changes == self._changes:
            fresh_s = max(fresh_s, KEPT_S)
        return kept.waiting if age_s < fresh_s else None

    def changed(self) -> None:
        """Records were added, claimed or changed."""
        self._changes += 1

    def count(self, connection: Connection, request: ClaimRecords, places: Sequence[ListPlace]) -> Waiting:
        changes = self._changes
        lists = self._sql.values([place.id for place in places])
        statuses = {row.status: row.n for row in self._others.rows(connection, {"lists": lists})}
        statement = self._statement(connection, request, lists)
        due = retry = today = out = 0
        upcoming: list[float] = []
        for zone in sorted(set().union(*(place.zones for place in places))):
            (row,) = statement.rows(connection, self._values(request, zone, lists))
            in_hours = row.in_hours if zone in request.zones else 0
            due += in_hours
            out += row.due - in_hours
            retry += row.unfinished - row.due
            today += row.due_today - row.due if zone in request.closes_at else 0
            if row.next_due_at is not None:
                upcoming.append(row.next_due_at)
        total = sum(statuses.values())
        retrieved = statuses.get("retrieved", 0)
        waiting = Waiting(
            due=due,
            retry=retry,
            retry_today=today,
            next_due_at=min(upcoming, default=None),
            out_of_window=out,
            retrieved=retrieved,
            done=total - retrieved - due - retry - out,
            total=total,
        )
        self._kept[request.campaign] = _Kept(_key(request), waiting, time.monotonic(), request.now, changes)
        return waiting

    def _statement(self, connection: Connection, request: ClaimRecords, lists: Any) -> Prepared:
        """The statement that counts what is ready. Most lists have no chains, most campaigns no numbers barred for
        them alone: without these rules the index of the queue holds all that is counted."""
        barred = bool(self._any_barred.rows(connection, {"campaign": request.campaign}))
        chains = bool(self._any_chain.rows(connection, {"lists": lists}))
        if (barred, chains) not in self._statements:
            self._statements[barred, chains] = self._prepared(barred, chains)
        return self._statements[barred, chains]

    def _prepared(self, barred: bool, chains: bool) -> Prepared:
        free = "r.attempts < :max_attempts" + (f" AND {claim_sql.NOT_BARRED}" if barred else "")
        due = f"{free} AND r.queue_at <= :now" + (f" AND {claim_sql.FIRST_OF_CHAIN}" if chains else "")
        return self._sql.prepare(
            f"SELECT COALESCE(SUM(CASE WHEN {free} THEN 1 ELSE 0 END), 0) AS unfinished,"
            f" COALESCE(SUM(CASE WHEN {due} THEN 1 ELSE 0 END), 0) AS due,"
            f" COALESCE(SUM(CASE WHEN r.queue_at <= :closes_at AND {free} THEN 1 ELSE 0 END), 0) AS due_today,"
            f" COALESCE(SUM(CASE WHEN {due} AND {claim_sql.within_hours(':second')} THEN 1 ELSE 0 END), 0) AS in_hours,"
            f" MIN(CASE WHEN r.queue_at > :now AND {free} THEN r.queue_at END) AS next_due_at"
            f" FROM {claim_sql.queued(self._sql)} WHERE {self._sql.among('r.list_id', 'lists')}"
            " AND r.zone = :zone AND r.status = 'ready'"
        )

    def _values(self, request: ClaimRecords, zone: str, lists: Any) -> dict[str, Any]:
        return {
            "lists": lists,
            "zone": zone,
            "second": second_of_day(zone, request.now),
            "now": request.now,
            "closes_at": request.closes_at.get(zone, request.now),
            "campaign": request.campaign,
            "max_attempts": request.max_attempts,
        }


def _key(request: ClaimRecords) -> tuple[object, ...]:
    return (request.lists, request.zones, request.max_attempts)
