"""Calling lists in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence

from msgspec import structs

from dialer.ports import ListRow, NewRecord, RecordRow, ResetReport
from dialer.store.aggregates.record_state import RecordState
from dialer.store.memory.renewing import is_barred, renewable
from dialer.store.memory.tables import MemoryList, Tables
from dialer.store.queue import place
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import ListName, RecordId
from dialer.vocabulary.results import RENEWABLE, RecordStatus, RecordType
from dialer.vocabulary.writes import AddHistory


class MemoryLists:
    """Calling lists and their records."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add_list(self, name: ListName, zone: str, region: str, now: float) -> None:
        if name not in self._tables.lists:
            self._tables.lists[name] = MemoryList(name, zone, region, now)

    async def lists(self) -> Sequence[ListRow]:
        return [
            ListRow(
                name=list_.name,
                zone=list_.zone,
                region=list_.region,
                records=len(list_.records),
                ready=list_.statuses[RecordStatus.READY],
                created_at=list_.created_at,
            )
            for _, list_ in sorted(self._tables.lists.items())
        ]

    async def add_records(self, name: ListName, rows: Sequence[NewRecord], now: float) -> Sequence[NewRecord]:
        list_ = self._list(name)
        duplicates: list[NewRecord] = []
        for row in rows:
            if (row.number, row.external_id) in list_.keys:
                duplicates.append(row)
            else:
                self._tables.add(list_, row, self._new(row, now))
        return duplicates

    def _new(self, row: NewRecord, now: float) -> RecordState:
        rank, queue_at = place(RecordType.GENERAL, now, None)
        state = RecordState(
            id=len(self._tables.records) + 1,
            number=row.number,
            status=RecordStatus.READY,
            type=RecordType.GENERAL,
            result=None,
            attempts=0,
            tries={},
            due_at=now,
            rank=rank,
            queue_at=queue_at,
            fence=0,
            lease_until=None,
            claimed_by=None,
            data=dict(row.data or {}),
            updated_at=now,
        )
        if (row.number, "") in self._tables.barred:
            state.bar()
        return state

    async def count_reset(self, name: ListName, statuses: Collection[RecordStatus]) -> ResetReport:
        found = list(renewable(self._tables, self._list(name), _asked(statuses)))
        free = Counter(state.status.value for state in found if not is_barred(self._tables, state))
        return ResetReport(name, free.total(), dict(free), len(found) - free.total(), preview=True)

    async def reset(self, name: ListName, statuses: Collection[RecordStatus], by: str, now: float) -> ResetReport:
        report = await self.count_reset(name, statuses)
        facts: dict[str, object] = {"list": name, "by": by, "statuses": sorted(_asked(statuses))}
        self._tables.history.append(AddHistory("list_reset", now, facts=facts))
        for state in list(renewable(self._tables, self._list(name), _asked(statuses))):
            if not is_barred(self._tables, state):
                state.status, state.result, state.cancelled_in = RecordStatus.READY, None, None
                state.attempts, state.tries, state.due_at, state.updated_at = 0, {}, now, now
                state.rank, state.queue_at = place(state.type, now, None)
                self._tables.put(state)
        done = {**facts, "records": report.reset}
        self._tables.history.append(AddHistory("list_reset_done", now, facts=done))
        return structs.replace(report, preview=False)

    def _list(self, name: ListName) -> MemoryList:
        list_ = self._tables.lists.get(name)
        if list_ is None:
            raise NotFound("list", name)
        return list_

    async def records(self, name: ListName) -> AsyncIterator[RecordRow]:
        list_ = self._tables.lists.get(name)
        for id_ in [] if list_ is None else list(list_.records):
            record = self._tables.records[id_]
            yield record.row(RecordRow, record=RecordId(id_), list=record.list)


def _asked(statuses: Collection[RecordStatus]) -> set[RecordStatus]:
    return set(statuses) & set(RENEWABLE)
