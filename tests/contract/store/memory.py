"""The store in memory, with the questions of the contract beside the ledger and the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from dialer.ports import User
from dialer.ports.reports import (
    AgentStateRow,
    AgentStates,
    AttemptPage,
    AttemptRow,
    HistoryRow,
    InteractionsOfAgent,
    InteractionsOfNumber,
    InteractionsOfRecord,
    LinesOfInteraction,
    LinesOfRecord,
    NoticeRow,
    NoticesOfAgent,
    OneInteraction,
)
from dialer.store.memory import MemoryStore, Tables
from dialer.store.memory.tables import MemoryAttempt
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.interaction_row import InteractionRow
from dialer.vocabulary.writes import AddHistory, SaveInteraction


class ReadMemory(MemoryStore):
    """A store in memory that answers the questions of the tests."""

    def __init__(self, now: Callable[[], float], node: str, tables: Tables) -> None:
        super().__init__(now, node, tables)
        self.reports = MemoryReports(tables)
        self.do_not_call = MemoryDoNotCall(tables)
        self.users = MemoryUsers(tables)


class MemoryUsers:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def save_user(self, user: User) -> None:
        self._tables.users[user.name] = user


class MemoryDoNotCall:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def is_listed(self, number: str, campaign: CampaignName | None) -> bool:
        barred = self._tables.barred
        return (number, "") in barred or (number, campaign or "") in barred

    async def source(self, number: str, campaign: CampaignName | None) -> str | None:
        barred = self._tables.barred.get((number, campaign or ""))
        return None if barred is None else barred.source

    async def numbers(self, campaign: CampaignName | None, limit: int, after: str = "") -> Sequence[str]:
        rows = (number for number, of in self._tables.barred if of == (campaign or "") and number > after)
        return sorted(rows)[:limit]


class MemoryReports:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def read(self, asked: Any) -> Any:
        match asked:
            case AttemptPage():
                return self._attempts(asked)
            case NoticesOfAgent():
                return self._notices(asked)
            case AgentStates():
                rows = (
                    AgentStateRow(save.agent, save.state, save.reason, save.campaign, save.at)
                    for save in reversed(self._tables.agent_states)
                    if save.agent == asked.agent and asked.since <= save.at < asked.till
                )
                return _some(rows, asked.limit)
            case LinesOfRecord():
                lines = (line for line in reversed(self._tables.history) if line.record == asked.record)
                return _some(map(_line, lines), asked.limit)
            case LinesOfInteraction():
                lines = (line for line in reversed(self._tables.history) if line.interaction == asked.interaction)
                return _some(map(_line, lines), asked.limit)
            case OneInteraction():
                saved = self._tables.interactions.get(asked.interaction)
                return None if saved is None else _interaction(saved[0])
        return self._interactions(asked)

    def _attempts(self, asked: AttemptPage) -> list[AttemptRow]:
        found: list[AttemptRow] = []
        reached = not asked.after
        for name, attempt in self._tables.attempts.items():
            if reached and len(found) < asked.limit and asked.campaign in (None, attempt.begun.campaign):
                found.append(_attempt(attempt))
            reached = reached or name == asked.after
        return found

    def _notices(self, asked: NoticesOfAgent) -> list[NoticeRow]:
        rows = (
            NoticeRow(
                notice=item.notice.notice,
                agent=item.notice.agent,
                campaign=item.notice.campaign,
                kind=item.notice.kind,
                at=item.notice.at,
                acknowledged_at=item.acknowledged_at,
            )
            for item in reversed(self._tables.notices.values())
            if item.notice.agent == asked.agent and not (asked.unacknowledged and item.acknowledged_at is not None)
        )
        return _some(rows, asked.limit)

    def _interactions(
        self, asked: InteractionsOfRecord | InteractionsOfNumber | InteractionsOfAgent
    ) -> list[InteractionRow]:
        def wanted(save: SaveInteraction) -> bool:
            match asked:
                case InteractionsOfRecord():
                    return save.record == asked.record
                case InteractionsOfNumber():
                    return save.number == asked.number
            return save.agent == asked.agent and asked.since <= save.begun_at < asked.till

        found = [save for save, _ in self._tables.interactions.values() if wanted(save)]
        found.sort(key=lambda save: (save.begun_at, save.interaction), reverse=True)
        return [_interaction(save) for save in found[: asked.limit]]


def _some(rows: Iterable[Any], limit: int) -> list[Any]:
    return list(islice(rows, limit))


def _attempt(attempt: MemoryAttempt) -> AttemptRow:
    begun, settled = attempt.begun, attempt.settled
    return AttemptRow(
        attempt=begun.attempt,
        interaction=begun.interaction,
        campaign=begun.campaign,
        record=begun.record,
        number=begun.number,
        agent=begun.agent,
        result=settled.result if settled else None,
        code=settled.code if settled else 0,
        reason=settled.reason if settled else "",
        q850=settled.q850 if settled else None,
        begun_at=begun.at,
        answered_at=settled.answered_at if settled else None,
        connected_at=settled.connected_at if settled else None,
        ended_at=settled.ended_at if settled else None,
        abandoned=settled.abandoned if settled else False,
        call_ids=tuple(dial.call_id for dial in attempt.dials),
        trunks=tuple(dial.trunk for dial in attempt.dials),
    )


def _interaction(save: SaveInteraction) -> InteractionRow:
    return InteractionRow(**{field: getattr(save, field) for field in InteractionRow.__struct_fields__})


def _line(line: AddHistory) -> HistoryRow:
    return HistoryRow(
        kind=line.kind,
        at=line.at,
        campaign=line.campaign,
        agent=line.agent,
        record=line.record,
        interaction=line.interaction,
        attempt=line.attempt,
        facts=line.facts or {},
    )
