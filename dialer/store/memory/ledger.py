"""The transactional part of the store, in memory. Nothing here is durable, and nothing fails."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

from msgspec import structs

from dialer.ports import ClaimLease
from dialer.store.batch import AttemptState, Batch, Known, Touched
from dialer.store.memory.claims import MemoryClaims
from dialer.store.memory.habits import add_habits, told_habits
from dialer.store.memory.renewing import renew_cancelled
from dialer.store.memory.restart import remembered
from dialer.store.memory.tables import MemoryAttempt, MemoryNotice, Tables
from dialer.store.record_state import RecordState
from dialer.vocabulary.events import Event, RecordsClaimed
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import RecordId
from dialer.vocabulary.outputs import ClaimRecords, RecallHabits
from dialer.vocabulary.results import RecordStatus, RecordType
from dialer.vocabulary.writes import AddDoNotCall, CommitReport, LiftDoNotCall, Write


class MemoryLedger:
    """Commits and claims for the run `run` of the node `node`."""

    def __init__(self, tables: Tables, node: str, run: str, now: Callable[[], float]) -> None:
        self._tables = tables
        self._node = node
        self._run = run
        self._now = now
        self._claims = MemoryClaims(tables, run)

    async def commit(self, writes: Sequence[Write]) -> CommitReport:
        batch = Batch(self._known(Touched(writes)))
        report = batch.judge(writes)
        self._apply(batch)
        return report

    def _known(self, touched: Touched) -> Known:
        tables = self._tables
        of_late = {tables.attempts[id_].begun.record for id_ in touched.answered_late if id_ in tables.attempts}
        ids = touched.records | {record for record in of_late if record is not None}
        records = {id_: copy.copy(tables.records[id_].state) for id_ in ids if id_ in tables.records}
        numbers = touched.numbers.union(record.number for record in records.values())
        return Known(
            records=records,
            attempts={id_: _state(tables.attempts[id_]) for id_ in touched.attempts if id_ in tables.attempts},
            dials={id_: tables.dials[id_] for id_ in touched.call_ids if id_ in tables.dials},
            barred={key for key in tables.barred if key[0] in numbers} if tables.barred else set(),
            abandoned={number: tables.abandoned[number] for number in touched.unattended & tables.abandoned.keys()},
            notices={id_: tables.notices[id_].notice.agent for id_ in touched.notices if id_ in tables.notices},
        )

    def _apply(self, batch: Batch) -> None:
        tables = self._tables
        for record in batch.records.values():
            tables.put(record)
        for finished in batch.finished_chains:
            tables.finish_chain(finished.record, finished.at)
        for renewed in batch.renewed:
            renew_cancelled(tables, renewed)
        tables.campaigns.update(batch.campaigns)
        tables.agents.update(batch.agents)
        tables.agent_states.extend(batch.agent_states)
        self._apply_attempts(batch)
        for interaction in batch.interactions.values():
            tables.interactions[interaction.interaction] = (interaction, self._run)
        tables.parties.update(batch.parties)
        for lifted in batch.lifted:
            self._lift(lifted)
        for barred in batch.barred:
            self._bar(barred)
        for notice in batch.notices:
            tables.notices[notice.notice] = MemoryNotice(notice, None)
        for acknowledged in batch.acknowledged:
            there = tables.notices[acknowledged.notice]
            if there.acknowledged_at is None:
                there.acknowledged_at = acknowledged.at
        tables.history.extend(batch.history)

    def _apply_attempts(self, batch: Batch) -> None:
        tables = self._tables
        for begun in batch.attempts:
            tables.attempts[begun.attempt] = MemoryAttempt(begun, self._run, None, [])
            if begun.record is not None:
                tables.attempts_of_record.setdefault(begun.record, []).append(begun.attempt)
        for connected in batch.connected:
            attempt = tables.attempts[connected.attempt]
            attempt.begun = structs.replace(attempt.begun, agent=connected.agent)
        for dial in batch.dials:
            tables.dials[dial.call_id] = (dial.attempt, dial.n)
            tables.attempts[dial.attempt].dials.append(dial)
        for said in batch.settled_dials:
            tables.settled_dials[(said.attempt, said.n)] = said
        for settled in batch.settled:
            tables.attempts[settled.attempt].settled = settled
            if settled.abandoned and settled.answered_at is not None:
                _abandon(tables, settled.attempt, settled.answered_at)
        for late in batch.late_answers:
            tables.late_answers.add((late.attempt, late.n))
            over = tables.attempts[late.attempt].settled
            if over is not None and over.answered_at is None:
                tables.attempts[late.attempt].settled = structs.replace(over, answered_at=late.at, abandoned=True)
                _abandon(tables, late.attempt, late.at)
        add_habits(tables, batch.habits)

    def _lift(self, lifted: LiftDoNotCall) -> None:
        tables = self._tables
        tables.barred.pop((lifted.number, lifted.campaign or ""), None)
        for id_ in () if lifted.campaign else tables.numbers.get(lifted.number, ()):
            state: RecordState = copy.copy(tables.records[id_].state)
            if state.type is RecordType.NO_CALL:
                state.type, state.updated_at = RecordType.GENERAL, lifted.at
                tables.put(state)

    def _bar(self, barred: AddDoNotCall) -> None:
        tables = self._tables
        tables.barred.setdefault((barred.number, barred.campaign or ""), barred)
        for id_ in () if barred.campaign else tables.numbers.get(barred.number, ()):
            state: RecordState = copy.copy(tables.records[id_].state)
            if state.status is RecordStatus.READY:
                state.bar()
                tables.put(state)

    async def ping(self) -> None:
        """Memory answers."""

    async def claim(self, request: ClaimRecords) -> RecordsClaimed:
        records = self._claims.claim(request)
        waiting = self._claims.waiting(request, len(records) >= request.limit)
        lists = (self._tables.lists.get(share.name) for share in request.lists)
        zones = sorted({zone for list_ in lists if list_ is not None for zone in list_.zones})
        return RecordsClaimed(request.campaign, records, waiting, tuple(zones))

    async def habits(self, request: RecallHabits) -> Sequence[DayHabit]:
        return told_habits(self._tables, request)

    async def renew(self, leases: Sequence[ClaimLease], lease_s: float, now: float) -> Sequence[RecordId]:
        return self._claims.renew(leases, now + lease_s)

    async def remembered(self) -> Sequence[Event]:
        return remembered(self._tables, self._claims, self._node, self._run, self._now())


def _state(attempt: MemoryAttempt) -> AttemptState:
    settled = attempt.settled
    return AttemptState(
        interaction=attempt.begun.interaction,
        number=attempt.begun.number,
        record=attempt.begun.record,
        result=None if settled is None else settled.result,
        answered_at=None if settled is None else settled.answered_at,
        ended_at=None if settled is None else settled.ended_at,
    )


def _abandon(tables: Tables, attempt: str, at: float) -> None:
    number = tables.attempts[attempt].begun.number
    tables.abandoned[number] = max(at, tables.abandoned.get(number, at))
