"""The tables of the store in memory. They outlive a `MemoryStore`, as a file outlives a node."""

from __future__ import annotations

import copy
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator
from math import inf, nextafter
from typing import TypeVar

from msgspec import Struct

from dialer.ports import NewRecord, User
from dialer.store.aggregates.habits import HabitKey
from dialer.store.aggregates.record_state import RecordState
from dialer.vocabulary import writes as w
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.results import RecordStatus

S = TypeVar("S", bound=Struct)

_STATE = frozenset(RecordState.__struct_fields__)


class MemoryRecord(Struct):
    """A record as imported, with its state since then."""

    list: ListName
    source: NewRecord
    state: RecordState

    def row(self, kind: type[S], **more: object) -> S:
        """The fields of `kind`, as they are now or as they were imported."""
        values = dict(more)
        for field in kind.__struct_fields__:
            if field not in more:
                values[field] = getattr(self.state if field in _STATE else self.source, field)
        return kind(**values)


class MemoryAttempt(Struct):
    """An attempt with its dials, in order."""

    begun: w.BeginAttempt
    run: str
    settled: w.SettleAttempt | None
    dials: list[w.AddDial]


class MemoryNotice(Struct):
    """A notice and the time of its OK."""

    notice: w.AddNotice
    acknowledged_at: float | None


class MemoryList:
    """A calling list with its queue: (rank, time, id) of the records that are ready, in order."""

    def __init__(self, name: ListName, zone: str, region: str, created_at: float) -> None:
        self.name = name
        self.zone = zone
        self.region = region
        self.created_at = created_at
        self.records: list[int] = []
        self.keys: set[tuple[str, str]] = set()
        self.zones: set[str] = set()
        self.chains: dict[str, list[int]] = {}
        self.queue: list[tuple[int, float, int]] = []
        self.statuses: Counter[RecordStatus] = Counter()
        #: Whether some record has hours of its own, and the most attempts that any of them had.
        self.has_hours = False
        self.most_attempts = 0

    def enter(self, state: RecordState) -> None:
        self.statuses[state.status] += 1
        if state.status is RecordStatus.READY:
            self.most_attempts = max(self.most_attempts, state.attempts)
        if state.status is RecordStatus.READY:
            insort(self.queue, (state.rank, state.queue_at, state.id))

    def leave(self, state: RecordState) -> None:
        self.statuses[state.status] -= 1
        if state.status is RecordStatus.READY:
            del self.queue[bisect_left(self.queue, (state.rank, state.queue_at, state.id))]

    def waiting(self, now: float) -> tuple[int, float, int]:
        """The number of records in the queue, the time when the next is due, and the number due at `now`."""
        due = 0
        upcoming = inf
        for place, later, end in self._ranks(now):
            due += later - place
            if later < end:
                upcoming = min(upcoming, self.queue[later][1])
        return len(self.queue), upcoming, due

    def due_by(self, at: float) -> int:
        """How many of the records in the queue are due at `at`."""
        return sum(later - place for place, later, _ in self._ranks(at))

    def _ranks(self, at: float) -> Iterator[tuple[int, int, int]]:
        """For each rank in the queue: the places where it begins, where records not due at `at` begin, and where it
        ends."""
        place = 0
        while place < len(self.queue):
            rank = self.queue[place][0]
            later = bisect_left(self.queue, (rank, nextafter(at, inf), 0), place)
            end = bisect_left(self.queue, (rank + 1, -inf, 0), later)
            yield place, later, end
            place = end


class Tables:
    """All tables. Records are changed by `put` alone, which keeps the list's queue in order."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, str]] = []
        self.lists: dict[str, MemoryList] = {}
        self.records: dict[int, MemoryRecord] = {}
        self.numbers: dict[str, list[int]] = {}
        self.retrieved: set[int] = set()
        self.attempts: dict[str, MemoryAttempt] = {}
        self.attempts_of_record: dict[int, list[str]] = {}
        self.dials: dict[str, tuple[str, int]] = {}
        self.settled_dials: dict[tuple[str, int], w.SettleDial] = {}
        self.late_answers: set[tuple[str, int]] = set()
        #: The time of the last abandoned call to each number.
        self.abandoned: dict[str, float] = {}
        self.interactions: dict[str, tuple[w.SaveInteraction, str]] = {}
        self.parties: dict[str, w.AddParty] = {}
        self.campaigns: dict[str, w.SaveCampaign] = {}
        self.agents: dict[str, w.SaveAgent] = {}
        self.agent_states: list[w.SaveAgent] = []
        self.barred: dict[tuple[str, str], w.AddDoNotCall] = {}
        self.notices: dict[str, MemoryNotice] = {}
        self.history: list[w.AddHistory] = []
        #: Dials and live answers, and the newest day for which old rows of a campaign were looked for.
        self.habits: dict[HabitKey, tuple[int, float]] = {}
        self.habits_pruned: dict[str, int] = {}
        self.users: dict[str, User] = {}

    def add(self, list_: MemoryList, source: NewRecord, state: RecordState) -> None:
        self.records[state.id] = MemoryRecord(list_.name, source, state)
        self.numbers.setdefault(state.number, []).append(state.id)
        list_.records.append(state.id)
        list_.keys.add((source.number, source.external_id))
        list_.zones.add(source.zone)
        list_.has_hours = list_.has_hours or source.daily_from >= 0 or source.daily_till >= 0
        if source.chain:
            list_.chains.setdefault(source.chain, []).append(state.id)
        list_.enter(state)

    def put(self, state: RecordState) -> None:
        record = self.records[state.id]
        list_ = self.lists[record.list]
        list_.leave(record.state)
        record.state = state
        list_.enter(state)
        if state.status is RecordStatus.RETRIEVED:
            self.retrieved.add(state.id)
        else:
            self.retrieved.discard(state.id)

    def finish_chain(self, record: int, at: float) -> None:
        """Finish the other waiting records of the chain: they are not dialed any more."""
        finished = self.records[record]
        chain = finished.source.chain
        for id_ in self.lists[finished.list].chains[chain] if chain else ():
            state = copy.copy(self.records[id_].state)
            if id_ != record and state.status is RecordStatus.READY:
                state.become(RecordStatus.CHAIN_UPDATED)
                state.updated_at = at
                self.put(state)

    def attempts_of_claim(self, state: RecordState) -> list[MemoryAttempt]:
        """Attempts of a record since it was last claimed."""
        attempts = (self.attempts[name] for name in self.attempts_of_record.get(state.id, ()))
        return [attempt for attempt in attempts if attempt.begun.fence == state.fence]
