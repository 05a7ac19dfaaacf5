"""Counts of what a campaign's lists hold and why they gave no more, kept for a short time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from dialer.store import claim_sql
from dialer.store.claims import ListPlace, WallClocks
from dialer.store.statement import Sql
from dialer.vocabulary.events import Waiting
from dialer.vocabulary.outputs import ClaimRecords

#: How long counts are kept while we changed no record.
KEPT_S = 1.0

#: In any case they are kept for so long for each record counted, about 20 times what counting it takes: at most 1/20
#: of a core goes into counts, however long the lists are.
KEPT_FOR_RECORD_S = 1e-5


class _Kept(NamedTuple):
    key: tuple[object, ...]
    waiting: Waiting
    counted_at: float
    """On the monotonic clock, in seconds."""
    counted_for: float
    """The request's time."""


class Counts:
    """Counts the records of a campaign's lists, in a transaction of a reader."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._kept: dict[str, _Kept] = {}
        self._changed = False
        self._clocks = WallClocks()
        lists = sql.among("r.list_id", "lists")
        free = f"r.attempts < :max_attempts AND {claim_sql.NOT_BARRED}"
        claimable = f"r.queue_at <= :now AND {claim_sql.FIRST_OF_CHAIN}"
        self._ready = sql.prepare(
            f"SELECT COUNT(*) AS ready, COALESCE(SUM(CASE WHEN {free} THEN 1 ELSE 0 END), 0) AS open,"
            f" COALESCE(SUM(CASE WHEN {free} AND {claimable} THEN 1 ELSE 0 END), 0) AS due,"
            f" COALESCE(SUM(CASE WHEN {free} AND {claimable} AND {claim_sql.within_hours(':second')}"
            " THEN 1 ELSE 0 END), 0) AS in_hours,"
            f" MIN(CASE WHEN r.queue_at > :now AND {free} THEN r.queue_at END) AS next_due_at"
            f" FROM records r WHERE {lists} AND r.zone = :zone AND r.status = 'ready'"
        )
        self._others = sql.prepare(f"SELECT r.status, COUNT(*) AS n FROM records r WHERE {lists} GROUP BY r.status")

    def kept(self, request: ClaimRecords) -> Waiting | None:
        """Counts that are fresh enough for this request."""
        kept = self._kept.get(request.campaign)
        if kept is None or kept.key != _key(request):
            return None
        age_s = max(time.monotonic() - kept.counted_at, request.now - kept.counted_for)
        fresh_s = kept.waiting.total * KEPT_FOR_RECORD_S
        return kept.waiting if age_s < (fresh_s if self._changed else max(fresh_s, KEPT_S)) else None

    def changed(self) -> None:
        """Records were added, claimed or changed."""
        self._changed = True

    def count(self, connection: Connection, request: ClaimRecords, places: Sequence[ListPlace]) -> Waiting:
        self._changed = False
        self._clocks = WallClocks()
        lists = self._sql.values([place.id for place in places])
        statuses = {row.status: row.n for row in self._others.rows(connection, {"lists": lists})}
        due = retry = out = 0
        upcoming: list[float] = []
        for zone in sorted(set().union(*(place.zones for place in places))):
            (row,) = self._ready.rows(connection, self._values(request, zone, lists))
            in_hours = row.in_hours if zone in request.zones else 0
            due += in_hours
            out += row.due - in_hours
            retry += row.open - row.due
            if row.next_due_at is not None:
                upcoming.append(row.next_due_at)
        total = sum(statuses.values())
        retrieved = statuses.get("retrieved", 0)
        waiting = Waiting(
            due=due,
            retry=retry,
            next_due_at=min(upcoming, default=None),
            out_of_window=out,
            retrieved=retrieved,
            done=total - retrieved - due - retry - out,
            total=total,
        )
        self._kept[request.campaign] = _Kept(_key(request), waiting, time.monotonic(), request.now)
        return waiting

    def _values(self, request: ClaimRecords, zone: str, lists: Any) -> dict[str, Any]:
        return {
            "lists": lists,
            "zone": zone,
            "second": self._clocks.second_of_day(zone, request.now),
            "now": request.now,
            "campaign": request.campaign,
            "max_attempts": request.max_attempts,
        }


def _key(request: ClaimRecords) -> tuple[object, ...]:
    return (request.lists, request.zones, request.max_attempts)
