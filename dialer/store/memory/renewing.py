"""Records in memory that are to be dialed again: the rules of `dialer.store.renewing`."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator

from dialer.store.aggregates.record_state import RecordState
from dialer.store.memory.tables import MemoryList, Tables
from dialer.store.queue import place
from dialer.vocabulary.results import RecordStatus, RecordType
from dialer.vocabulary.writes import RenewCancelled


def is_barred(tables: Tables, state: RecordState) -> bool:
    """Whether the record's number is barred, so that the record cannot be renewed."""
    return state.type is RecordType.NO_CALL or (state.number, "") in tables.barred


def renewable(tables: Tables, list_: MemoryList, statuses: Collection[RecordStatus]) -> Iterator[RecordState]:
    """Copies of the records of a list with one of these statuses."""
    for id_ in list_.records:
        state = tables.records[id_].state
        if state.status in statuses:
            yield copy.copy(state)


def renew_cancelled(tables: Tables, write: RenewCancelled) -> None:
    for name in write.lists:
        list_ = tables.lists.get(name)
        for state in [] if list_ is None else list(renewable(tables, list_, {RecordStatus.CANCELLED})):
            mine = state.cancelled_in in (None, write.campaign) and state.updated_at < write.at
            if mine and not is_barred(tables, state):
                state.become(RecordStatus.READY)
                state.cancelled_in = None
                state.rank, state.queue_at = place(state.type, state.due_at, state.result)
                state.updated_at = write.at
                tables.put(state)
