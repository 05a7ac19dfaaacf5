"""Claims on the tables in memory: the same order, shares and rules as on a database."""

from __future__ import annotations

import copy
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from math import inf

from dialer.compliance.record_hours import within_hours
from dialer.compliance.wall_clock import second_of_day
from dialer.store.lost import DEAD_AFTER_S
from dialer.store.memory.lost import settle_dead
from dialer.store.memory.tables import MemoryList, MemoryRecord, Tables
from dialer.store.order import Order
from dialer.store.queue import CLAIMED_RANKS, FRESH
from dialer.store.shares import Turns
from dialer.vocabulary.events import ClaimedRecord, Waiting
from dialer.vocabulary.ids import RecordId
from dialer.vocabulary.outputs import ClaimRecords
from dialer.vocabulary.results import RecordStatus, RecordType

#: Counts are used again for this long, in seconds of the requests' time, while the lists give all that is asked for.
KEPT_S = 5.0


class MemoryClaims:
    """Claims for `run`."""

    def __init__(self, tables: Tables, run: str) -> None:
        self._tables = tables
        self._run = run
        self._turns: dict[str, Turns] = {}
        self._order = Order()
        self._counted: dict[str, tuple[float, Waiting]] = {}

    def claim(self, request: ClaimRecords) -> tuple[ClaimedRecord, ...]:
        """Claim by the lists' shares, then fill up from those that have more."""
        self._free_expired(request.now)
        shares = [share for share in request.lists if share.name in self._tables.lists]
        turns = self._turns.setdefault(request.campaign, Turns())
        claimed: list[ClaimedRecord] = []
        while shares and len(claimed) < request.limit:
            dry = set()
            for name, count in turns.split(shares, request.limit - len(claimed)).items():
                got = self._claim_from(request, self._tables.lists[name], count)
                claimed.extend(got)
                if len(got) < count:
                    dry.add(name)
            if not dry:
                break
            shares = [share for share in shares if share.name not in dry]
        return tuple(claimed)

    def _claim_from(self, request: ClaimRecords, list_: MemoryList, count: int) -> list[ClaimedRecord]:
        def take(ranks: tuple[int, ...], most: int) -> list[ClaimedRecord]:
            seen = (each for each in self._due(request, list_, ranks) if each.state.id not in hidden)
            return [self._take(each, request) for each in list(islice(seen, most))]

        hidden = frozenset(request.hidden)
        return self._order.take(request, list_.name, count, take)

    def _take(self, record: MemoryRecord, request: ClaimRecords) -> ClaimedRecord:
        state = copy.copy(record.state)
        state.become(RecordStatus.RETRIEVED)
        state.fence += 1
        state.lease_until = request.now + request.lease_s
        state.claimed_by = self._run
        state.updated_at = request.now
        self._tables.put(state)
        return record.row(ClaimedRecord, record=RecordId(state.id), list=record.list, fresh=state.rank == FRESH)

    def _due(
        self, request: ClaimRecords, list_: MemoryList, ranks: tuple[int, ...] = CLAIMED_RANKS
    ) -> Iterator[MemoryRecord]:
        """Records of these ranks that may be claimed now, in order."""
        zones = list_.zones.intersection(request.zones)
        seconds = {zone: second_of_day(zone, request.now) for zone in zones}
        for rank in ranks:
            for place in range(bisect_left(list_.queue, (rank, -inf, 0)), len(list_.queue)):
                rank_there, queue_at, id_ = list_.queue[place]
                if rank_there != rank or queue_at > request.now:
                    break
                record = self._tables.records[id_]
                second = seconds.get(record.source.zone)
                if second is not None and self._may_be_claimed(record, list_, request, second):
                    yield record

    def _may_be_claimed(self, record: MemoryRecord, list_: MemoryList, request: ClaimRecords, second: int) -> bool:
        return (
            self._is_open(record, request)
            and within_hours(record.source.daily_from, record.source.daily_till, second)
            and self._is_first_of_chain(record, list_, request)
        )

    def _is_open(self, record: MemoryRecord, request: ClaimRecords) -> bool:
        barred = self._tables.barred
        number = record.state.number
        return (
            record.state.attempts < request.max_attempts
            and (number, "") not in barred
            and (number, request.campaign) not in barred
        )

    def _is_first_of_chain(self, record: MemoryRecord, list_: MemoryList, request: ClaimRecords) -> bool:
        if not record.source.chain:
            return True
        mine = (record.source.chain_n, record.state.id)
        for id_ in list_.chains[record.source.chain]:
            other = self._tables.records[id_]
            waits = other.state.status is RecordStatus.READY and other.state.attempts < request.max_attempts
            earlier = (other.source.chain_n, id_) < mine and other.state.type is not RecordType.NO_CALL
            if id_ != record.state.id and (other.state.status is RecordStatus.RETRIEVED or (waits and earlier)):
                return False
        return True

    def _free_expired(self, now: float) -> None:
        for id_ in sorted(self._tables.retrieved):
            state = self._tables.records[id_].state
            if state.lease_until is None or state.lease_until > now:
                continue
            if not self._tables.attempts_of_claim(state):
                self.free(id_, now)
            elif state.claimed_by != self._run and state.lease_until <= now - DEAD_AFTER_S:
                settle_dead(self._tables, state, now)

    def free(self, record: int, now: float) -> None:
        """Give a record back unchanged."""
        state = copy.copy(self._tables.records[record].state)
        state.become(RecordStatus.READY)
        state.lease_until = None
        state.claimed_by = None
        state.updated_at = now
        self._tables.put(state)

    def renew(self, leases: Sequence[tuple[RecordId, int]], until: float) -> tuple[RecordId, ...]:
        """Prolong leases; returns the records that are not ours any more."""
        lost: list[RecordId] = []
        for record, fence in leases:
            there = self._tables.records.get(record)
            if there is None or there.state.fence != fence or there.state.status is not RecordStatus.RETRIEVED:
                lost.append(record)
                continue
            there.state.lease_until = until
            there.state.claimed_by = self._run
        return tuple(lost)

    def waiting(self, request: ClaimRecords, full: bool) -> Waiting:
        """Counts of the lists; `full`: the lists gave all that was asked for."""
        counted = self._counted.get(request.campaign)
        if full and counted is not None and 0 <= request.now - counted[0] < KEPT_S:
            return counted[1]
        waiting = self._count(request)
        self._counted[request.campaign] = (request.now, waiting)
        return waiting

    def _count(self, request: ClaimRecords) -> Waiting:
        names = {share.name for share in request.lists}
        lists = [list_ for name, list_ in self._tables.lists.items() if name in names]
        due = retry = today = out = 0
        upcoming = inf
        for list_ in lists:
            if self._is_plain(request, list_):
                open_, soon, everywhere = list_.waiting(request.now)
                in_zones = everywhere
                closes_at = next((request.closes_at.get(zone) for zone in list_.zones), None)
                by_then = everywhere if closes_at is None else list_.due_by(closes_at)
            else:
                in_zones = sum(1 for _ in self._due(request, list_))
                open_, soon, everywhere, by_then = self._ready(request, list_)
            due += in_zones
            out += everywhere - in_zones
            retry += open_ - everywhere
            today += by_then - everywhere
            upcoming = min(upcoming, soon)
        total = sum(len(list_.records) for list_ in lists)
        retrieved = sum(list_.statuses[RecordStatus.RETRIEVED] for list_ in lists)
        return Waiting(
            due=due,
            retry=retry,
            retry_today=today,
            next_due_at=None if upcoming == inf else upcoming,
            out_of_window=out,
            retrieved=retrieved,
            done=total - retrieved - due - retry - out,
            total=total,
        )

    def _is_plain(self, request: ClaimRecords, list_: MemoryList) -> bool:
        """Whether records of the list wait for their time alone, so that they need not be examined one by one."""
        return (
            not list_.chains
            and not list_.has_hours
            and not self._tables.barred
            and list_.most_attempts < request.max_attempts
            and list_.zones <= set(request.zones)
            and len({request.closes_at.get(zone) for zone in list_.zones}) <= 1
        )

    def _ready(self, request: ClaimRecords, list_: MemoryList) -> tuple[int, float, int, int]:
        """The records still to be dialed, the time when the next is due, the count of those due in any zone now, and
        this count with those due later today."""
        open_ = due = today = 0
        upcoming = inf
        for _, queue_at, id_ in list_.queue:
            record = self._tables.records[id_]
            if not self._is_open(record, request):
                continue
            open_ += 1
            is_due = queue_at <= request.now and self._is_first_of_chain(record, list_, request)
            due += is_due
            if queue_at > request.now:
                upcoming = min(upcoming, queue_at)
            closes_at = request.closes_at.get(record.source.zone)
            today += is_due or (closes_at is not None and queue_at <= closes_at)
        return open_, upcoming, due, today
