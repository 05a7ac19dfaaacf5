"""The transactional part of the store, in memory. Nothing here is durable, and nothing fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialer.ports import ClaimLease
from dialer.store.aggregates import RULES
from dialer.store.batch import Batch
from dialer.store.memory.claims import MemoryClaims
from dialer.store.memory.habits import recalled_habits
from dialer.store.memory.restart import remembered
from dialer.store.memory.shelves import shelves
from dialer.store.memory.tables import Tables
from dialer.vocabulary.events import Event, RecordsClaimed
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import RecordId
from dialer.vocabulary.outputs import ClaimRecords, RecallHabits
from dialer.vocabulary.writes import CommitReport, Write


class MemoryLedger:
    """Commits and claims for the run `run` of the node `node`."""

    def __init__(self, tables: Tables, node: str, run: str, now: Callable[[], float]) -> None:
        self._tables = tables
        self._node = node
        self._run = run
        self._now = now
        self._claims = MemoryClaims(tables, run)
        self._shelves = shelves(tables, run)

    async def commit(self, writes: Sequence[Write]) -> CommitReport:
        batch = Batch(RULES, writes)
        for kind, shelf in self._shelves:
            part = batch.get(kind)
            if part is not None:
                shelf.load(part)
        report = batch.judge()
        for kind, shelf in self._shelves:
            part = batch.get(kind)
            if part is not None:
                shelf.write(part)
        return report

    async def ping(self) -> None:
        """Memory answers."""

    async def claim(self, request: ClaimRecords) -> RecordsClaimed:
        records = self._claims.claim(request)
        waiting = self._claims.waiting(request, len(records) >= request.limit)
        lists = (self._tables.lists.get(share.name) for share in request.lists)
        zones = sorted({zone for list_ in lists if list_ is not None for zone in list_.zones})
        return RecordsClaimed(request.campaign, records, waiting, tuple(zones))

    async def habits(self, request: RecallHabits) -> Sequence[DayHabit]:
        return recalled_habits(self._tables, request)

    async def renew(self, leases: Sequence[ClaimLease], lease_s: float, now: float) -> Sequence[RecordId]:
        return self._claims.renew(leases, now + lease_s)

    async def remembered(self) -> Sequence[Event]:
        return remembered(self._tables, self._claims, self._node, self._run, self._now())
