"""Attempts and records in memory whose node will not come back: the rules of `dialer.store.lost`."""

from __future__ import annotations

import copy

from dialer.records.treatment import added
from dialer.store.aggregates.record_state import RecordState
from dialer.store.lost import DEAD_REASON, LOST_RETRY_S, counted
from dialer.store.memory.tables import MemoryAttempt, Tables
from dialer.store.queue import place
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.writes import AddHistory, SettleAttempt


def settle_dead(tables: Tables, state: RecordState, now: float) -> None:
    """Settle the open attempts of a record whose node does not come back, and free the record."""
    for attempt in tables.attempts_of_claim(state):
        if attempt.settled is None:
            settle(tables, attempt, DEAD_REASON, now)
    free(tables, state.id, now)


def settle(tables: Tables, attempt: MemoryAttempt, why: str, now: float) -> None:
    """Settle an attempt with an unknown result."""
    begun = attempt.begun
    attempt.settled = SettleAttempt(
        attempt=begun.attempt,
        result=CallResult.SYSTEM_LOST,
        code=0,
        reason=why,
        q850=None,
        answered_at=None,
        connected_at=None,
        ended_at=now,
    )
    tables.history.append(
        AddHistory(
            kind="attempt_lost",
            at=now,
            campaign=begun.campaign,
            agent=begun.agent,
            record=begun.record,
            interaction=begun.interaction,
            attempt=begun.attempt,
            facts={"result": CallResult.SYSTEM_LOST, "why": why},
        )
    )


def free(tables: Tables, record: int, now: float) -> None:
    """Free a record whose attempts are all settled."""
    state = copy.copy(tables.records[record].state)
    found = [attempt.settled.result for attempt in tables.attempts_of_claim(state) if attempt.settled is not None]
    reached = CallResult.ANSWER in found
    state.become(RecordStatus.UPDATED if reached else RecordStatus.READY)
    state.result = found[-1] if found else state.result
    state.tries = added(state.tries, counted(found))
    state.due_at = now + LOST_RETRY_S
    state.rank, state.queue_at = place(state.type, state.due_at, state.result)
    state.lease_until = None
    state.claimed_by = None
    state.updated_at = now
    tables.put(state)
    if reached:
        tables.finish_chain(record, now)
