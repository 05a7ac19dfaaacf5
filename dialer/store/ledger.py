"""The transactional part of the store, on a database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from dialer.ports import ClaimLease
from dialer.store import rows
from dialer.store.aggregates import RULES, WRITTEN
from dialer.store.aggregates.do_not_call import DoNotCall
from dialer.store.aggregates.habits import HabitRows
from dialer.store.aggregates.records import Records
from dialer.store.batch import Batch
from dialer.store.claims import Claims, ListPlace
from dialer.store.database import Database
from dialer.store.restart import Restart
from dialer.store.waiting import Counts
from dialer.vocabulary.errors import StoreUnavailable
from dialer.vocabulary.events import ClaimedRecord, Event, RecordsClaimed, Waiting
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import ListName, RecordId
from dialer.vocabulary.outputs import ClaimRecords, RecallHabits
from dialer.vocabulary.writes import CommitReport, Write


class _Unknown(NamedTuple):
    """A commit whose answer was lost: it may be in the database or not."""

    number: int
    writes: tuple[Write, ...]
    report: CommitReport


class SqlLedger:
    """Commits, claims and what is remembered, for the run `run` of the node `node`.

    Every commit has a number, which is written with it. When the answer to a commit was lost (a connection that broke
    during COMMIT), the next call reads that number: writes that are in the database already are not applied again.
    """

    def __init__(self, database: Database, node: str, run: str, now: Callable[[], float]) -> None:
        sql = database.sql
        self._database = database
        mine = rows.Run(node, run)
        self._habits = HabitRows(sql, mine)
        self._rows = tuple(each(sql, mine) for each in WRITTEN)
        self._claims = Claims(sql, run)
        self._counts = Counts(sql)
        self._restart = Restart(sql, node, run)
        self._now = now
        self._run = run
        self._number = 0
        self._unknown: _Unknown | None = None
        self._turn = asyncio.Lock()
        self._alive = sql.prepare("SELECT 1 AS one")
        self._mark = sql.prepare("UPDATE runs SET last_commit = :number WHERE run = :run")
        self._marked = sql.prepare("SELECT last_commit FROM runs WHERE run = :run")

    async def commit(self, writes: Sequence[Write]) -> CommitReport:
        async with self._turn:
            known = await self._settle_unknown(writes)
            done = len(known.writes) if known else 0
            report = await self._commit(tuple(writes[done:]))
            return CommitReport((*known.report.refusals, *report.refusals)) if known else report

    async def _commit(self, writes: tuple[Write, ...]) -> CommitReport:
        if not writes:
            return CommitReport()
        self._number += 1
        number = self._number
        judged: list[CommitReport] = []

        def work(connection: Connection) -> None:
            judged.clear()
            batch = Batch(RULES, writes)
            rows.load(connection, batch, self._rows)
            judged.append(batch.judge())
            rows.write(connection, batch, self._rows)
            self._mark.run(connection, {"number": number, "run": self._run})
            if _changes_counts(batch):
                self._counts.changed()

        try:
            await self._database.write(work)
        except (StoreUnavailable, asyncio.CancelledError):
            if judged:
                self._unknown = _Unknown(number, writes, judged[0])
            raise
        return judged[0]

    async def _settle_unknown(self, writes: Sequence[Write]) -> _Unknown | None:
        """The unknown commit, if it is in the database and `writes` repeats it."""
        unknown = self._unknown
        if unknown is None:
            return None

        def work(connection: Connection) -> int:
            return int(self._marked.rows(connection, {"run": self._run})[0].last_commit)

        arrived = await self._database.read(work) >= unknown.number
        self._unknown = None
        repeated = tuple(writes[: len(unknown.writes)]) == unknown.writes
        return unknown if arrived and repeated else None

    async def ping(self) -> None:
        await self._database.read(lambda connection: self._alive.rows(connection, {}))

    async def claim(self, request: ClaimRecords) -> RecordsClaimed:
        names = [share.name for share in request.lists]

        def work(connection: Connection) -> tuple[tuple[ClaimedRecord, ...], dict[ListName, ListPlace]]:
            places = self._claims.places(connection, names)
            return self._claims.claim(connection, request, places), places

        records, places = await self._database.write(work)
        if records:
            self._counts.changed()
        zones = sorted(set().union(*(place.zones for place in places.values())))
        waiting = await self._waiting(request, list(places.values()), len(records) >= request.limit)
        return RecordsClaimed(request.campaign, records, waiting, tuple(zones))

    async def _waiting(self, request: ClaimRecords, places: list[ListPlace], full: bool) -> Waiting:
        kept = self._counts.kept(request, full)
        if kept is not None:
            return kept
        return await self._database.read(lambda connection: self._counts.count(connection, request, places))

    async def habits(self, request: RecallHabits) -> Sequence[DayHabit]:
        return await self._database.read(lambda connection: self._habits.recalled(connection, request))

    async def renew(self, leases: Sequence[ClaimLease], lease_s: float, now: float) -> Sequence[RecordId]:
        if not leases:
            return ()
        fences = {lease.record: lease.fence for lease in leases}
        return await self._database.write(lambda connection: self._claims.renew(connection, fences, now + lease_s))

    def records_changed(self) -> None:
        """Records came from outside, by an import."""
        self._counts.changed()

    async def remembered(self) -> Sequence[Event]:
        self._counts.changed()
        now = self._now()
        return await self._database.write(lambda connection: self._restart.remembered(connection, now))


def _changes_counts(batch: Batch) -> bool:
    """Whether the write changes how many records can be claimed."""
    records, numbers = batch.get(Records), batch.get(DoNotCall)
    return bool((records and (records.changed or records.renewed)) or (numbers and numbers.barred))
