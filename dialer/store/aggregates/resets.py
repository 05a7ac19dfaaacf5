"""Resets of calling lists: finished and cancelled records are dialed again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

import structlog
from sqlalchemy import Connection

from dialer.ports import ResetReport
from dialer.store.database import Database
from dialer.store.queue import rank_sql
from dialer.store.renewing import BARRED
from dialer.store.text import to_json
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.results import RENEWABLE, RecordStatus

log = structlog.get_logger(__name__)

#: Records of one transaction, which must stay short: a node works on the same database.
RECORDS_AT_ONCE = 1_000


class Resets:
    """Resets lists on a database, in portions: a long transaction would hold up the node."""

    def __init__(self, database: Database) -> None:
        self._database = database
        sql = self._sql = database.sql
        self._list = sql.prepare("SELECT id FROM lists WHERE name = :name")
        chosen = f"list_id = :list_id AND {sql.among('status', 'statuses')}"
        self._count = sql.prepare(
            f"SELECT status, COUNT(*) AS n, SUM(CASE WHEN {BARRED} THEN 1 ELSE 0 END) AS barred FROM records"
            f" WHERE {chosen} GROUP BY status"
        )
        # A record that is finished anew while the reset goes on is not taken again.
        self._portion = sql.prepare(
            f"SELECT id, status FROM records WHERE {chosen} AND id > :after AND updated_at < :now AND NOT {BARRED}"
            f" ORDER BY id LIMIT :most{sql.for_update}"
        )
        self._reset = sql.prepare(
            f"UPDATE records SET status = '{RecordStatus.READY}', result = NULL, attempts = 0, tries = '{{}}',"
            f" due_at = :now, queue_at = :now, rank = {rank_sql('NULL')},"
            " cancelled_in = NULL, updated_at = :now WHERE id = :id"
        )
        self._told = sql.prepare("INSERT INTO history (kind, at, facts) VALUES (:kind, :now, :facts)")

    async def count(self, name: ListName, statuses: Collection[RecordStatus]) -> ResetReport:
        def work(connection: Connection) -> list[Any]:
            return self._count.rows(connection, self._values(connection, name, statuses))

        rows = await self._database.read(work)
        by_status = {row.status: int(row.n - row.barred) for row in rows if row.n > row.barred}
        barred = sum(int(row.barred) for row in rows)
        return ResetReport(name, sum(by_status.values()), by_status, barred, preview=True)

    async def reset(self, name: ListName, statuses: Collection[RecordStatus], by: str, now: float) -> ResetReport:
        """The history gets a line before the reset, with the request, and one after it, with the counts."""
        barred = (await self.count(name, statuses)).barred
        facts: dict[str, object] = {"list": name, "by": by, "statuses": sorted(_renewable(statuses))}
        done: Counter[str] = Counter()
        after = 0

        def begin(connection: Connection) -> None:
            self._tell(connection, "list_reset", now, facts)

        def portion(connection: Connection) -> list[Any]:
            values = {**self._values(connection, name, statuses), "after": after, "now": now, "most": RECORDS_AT_ONCE}
            rows = self._portion.rows(connection, values)
            self._reset.run_all(connection, [{"id": row.id, "now": now} for row in rows])
            return rows

        def end(connection: Connection) -> None:
            self._tell(connection, "list_reset_done", now, {**facts, "records": done.total()})

        await self._database.write(begin)
        while rows := await self._database.write(portion):
            done.update(row.status for row in rows)
            after = rows[-1].id
        await self._database.write(end)
        log.info("list_reset", list=name, by=by, records=done.total(), barred=barred)
        return ResetReport(name, done.total(), dict(done), barred, preview=False)

    def _values(self, connection: Connection, name: ListName, statuses: Collection[RecordStatus]) -> dict[str, Any]:
        found = self._list.rows(connection, {"name": name})
        if not found:
            raise NotFound("list", name)
        return {"list_id": found[0].id, "statuses": self._sql.values(sorted(_renewable(statuses)))}

    def _tell(self, connection: Connection, kind: str, now: float, facts: dict[str, object]) -> None:
        self._told.run(connection, {"kind": kind, "now": now, "facts": to_json(facts)})


def _renewable(statuses: Collection[RecordStatus]) -> list[str]:
    return [status.value for status in RENEWABLE if status in statuses]
