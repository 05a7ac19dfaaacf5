"""Shelves load the parts of a batch from the tables in memory and write their results there.

Writes of an aggregate without a shelf are judged and then dropped: no simulation reads them.
"""

from __future__ import annotations

import copy
from typing import Any, Generic, TypeVar

from msgspec import structs

from dialer.store.aggregates.agents import Agents
from dialer.store.aggregates.attempts import Attempts, AttemptState
from dialer.store.aggregates.campaigns import Campaigns
from dialer.store.aggregates.dials import Dials
from dialer.store.aggregates.do_not_call import DoNotCall, key_of
from dialer.store.aggregates.habits import Habits
from dialer.store.aggregates.history import History
from dialer.store.aggregates.interactions import Interactions
from dialer.store.aggregates.notices import Notices
from dialer.store.aggregates.records import Records
from dialer.store.batch import Part
from dialer.store.memory.habits import add_habits
from dialer.store.memory.renewing import renew_cancelled
from dialer.store.memory.tables import MemoryAttempt, MemoryNotice, Tables
from dialer.vocabulary.results import RecordStatus, RecordType

P = TypeVar("P", bound=Part)


class Shelf(Generic[P]):
    """The rows of one aggregate in memory."""

    def __init__(self, tables: Tables, run: str) -> None:
        self._tables = tables
        self._run = run

    def load(self, part: P) -> None:
        """Load the rows that decide about the writes."""

    def write(self, part: P) -> None:
        """Write the results."""


class RecordShelf(Shelf[Records]):
    def load(self, part: Records) -> None:
        tables = self._tables
        of_late = {tables.attempts[id_].begun.record for id_ in part.of_attempts if id_ in tables.attempts}
        ids = part.ids | {record for record in of_late if record is not None}
        part.learn(copy.copy(tables.records[id_].state) for id_ in ids if id_ in tables.records)

    def write(self, part: Records) -> None:
        tables = self._tables
        for record in part.changed.values():
            tables.put(record)
        for finished in part.finished_chains:
            tables.finish_chain(finished.record, finished.at)
        for renewed in part.renewed:
            renew_cancelled(tables, renewed)


class CampaignShelf(Shelf[Campaigns]):
    def write(self, part: Campaigns) -> None:
        self._tables.campaigns.update(part.saved)


class AgentShelf(Shelf[Agents]):
    def write(self, part: Agents) -> None:
        self._tables.agents.update(part.present)
        self._tables.agent_states.extend(part.entered)


class AttemptShelf(Shelf[Attempts]):
    def load(self, part: Attempts) -> None:
        tables = self._tables
        part.known = {id_: _state(tables.attempts[id_]) for id_ in part.ids if id_ in tables.attempts}
        part.abandoned = {number: tables.abandoned[number] for number in part.unattended & tables.abandoned.keys()}

    def write(self, part: Attempts) -> None:
        tables = self._tables
        for begun in part.begun:
            tables.attempts[begun.attempt] = MemoryAttempt(begun, self._run, None, [])
            if begun.record is not None:
                tables.attempts_of_record.setdefault(begun.record, []).append(begun.attempt)
        for connected in part.connected:
            attempt = tables.attempts[connected.attempt]
            attempt.begun = structs.replace(attempt.begun, agent=connected.agent)
        for settled in part.settled:
            tables.attempts[settled.attempt].settled = settled
            if settled.abandoned and settled.answered_at is not None:
                self._abandon(settled.attempt, settled.answered_at)
        for late in part.answered_late:
            over = tables.attempts[late.attempt].settled
            if over is not None and over.answered_at is None:
                tables.attempts[late.attempt].settled = structs.replace(over, answered_at=late.at, abandoned=True)
                self._abandon(late.attempt, late.at)

    def _abandon(self, attempt: str, at: float) -> None:
        number = self._tables.attempts[attempt].begun.number
        self._tables.abandoned[number] = max(at, self._tables.abandoned.get(number, at))


class DialShelf(Shelf[Dials]):
    def load(self, part: Dials) -> None:
        dials = self._tables.dials
        part.known = {id_: dials[id_] for id_ in part.call_ids if id_ in dials}

    def write(self, part: Dials) -> None:
        tables = self._tables
        for dial in part.added:
            tables.dials[dial.call_id] = (dial.attempt, dial.n)
            tables.attempts[dial.attempt].dials.append(dial)
        for said in part.settled:
            tables.settled_dials[(said.attempt, said.n)] = said
        tables.late_answers.update((late.attempt, late.n) for late in part.answered_late)


class HabitShelf(Shelf[Habits]):
    def write(self, part: Habits) -> None:
        add_habits(self._tables, part.counted)


class InteractionShelf(Shelf[Interactions]):
    def write(self, part: Interactions) -> None:
        for saved in part.saved.values():
            self._tables.interactions[saved.interaction] = (saved, self._run)
        self._tables.parties.update(part.parties)


class DoNotCallShelf(Shelf[DoNotCall]):
    def load(self, part: DoNotCall) -> None:
        barred = self._tables.barred
        part.known = {key for key in barred if key[0] in part.numbers} if barred else set()

    def write(self, part: DoNotCall) -> None:
        tables = self._tables
        for lifted in part.lifted:
            tables.barred.pop(key_of(lifted), None)
            for id_ in () if lifted.campaign else tables.numbers.get(lifted.number, ()):
                state = copy.copy(tables.records[id_].state)
                if state.type is RecordType.NO_CALL:
                    state.type, state.updated_at = RecordType.GENERAL, lifted.at
                    tables.put(state)
        for barred in part.barred:
            tables.barred.setdefault(key_of(barred), barred)
            for id_ in () if barred.campaign else tables.numbers.get(barred.number, ()):
                state = copy.copy(tables.records[id_].state)
                if state.status is RecordStatus.READY:
                    state.bar()
                    state.updated_at = barred.at
                    tables.put(state)


class NoticeShelf(Shelf[Notices]):
    def load(self, part: Notices) -> None:
        notices = self._tables.notices
        part.known = {id_: notices[id_].notice.agent for id_ in part.ids if id_ in notices}

    def write(self, part: Notices) -> None:
        notices = self._tables.notices
        for notice in part.added:
            notices[notice.notice] = MemoryNotice(notice, None)
        for acknowledged in part.acknowledged:
            there = notices[acknowledged.notice]
            if there.acknowledged_at is None:
                there.acknowledged_at = acknowledged.at


class HistoryShelf(Shelf[History]):
    def write(self, part: History) -> None:
        self._tables.history.extend(part.added)


_SHELVES: tuple[tuple[type[Part], type[Shelf[Any]]], ...] = (
    (Records, RecordShelf),
    (Campaigns, CampaignShelf),
    (Agents, AgentShelf),
    (Attempts, AttemptShelf),
    (Dials, DialShelf),
    (Habits, HabitShelf),
    (Interactions, InteractionShelf),
    (DoNotCall, DoNotCallShelf),
    (Notices, NoticeShelf),
    (History, HistoryShelf),
)


def shelves(tables: Tables, run: str) -> tuple[tuple[type[Part], Shelf[Any]], ...]:
    """In the order in which they are loaded and written."""
    return tuple((kind, shelf(tables, run)) for kind, shelf in _SHELVES)


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
