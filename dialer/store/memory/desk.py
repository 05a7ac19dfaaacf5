"""What happened and what is open, in memory: attempts, do not call, notices, history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from dialer.ports import AgentStateRow, AttemptRow, HistoryRow, InteractionRow, NoticeRow
from dialer.store.memory.tables import MemoryAttempt, Tables
from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, RecordId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.writes import AddHistory, SaveInteraction

T = TypeVar("T")


def _some(rows: Iterable[T], limit: int) -> list[T]:
    return list(islice(rows, limit))


class MemoryAttempts:
    """Attempts in the order in which they were begun."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def attempts(self, campaign: CampaignName | None, limit: int, after: str = "") -> Sequence[AttemptRow]:
        found: list[AttemptRow] = []
        reached = not after
        for name, attempt in self._tables.attempts.items():
            if reached and len(found) < limit and campaign in (None, attempt.begun.campaign):
                found.append(_attempt(attempt))
            reached = reached or name == after
        return found

    async def results(self, campaign: CampaignName) -> Mapping[CallResult, int]:
        rows = self._tables.attempts.values()
        return Counter(row.settled.result for row in rows if row.settled and row.begun.campaign == campaign)


class MemoryDoNotCall:
    """Numbers that nobody dials."""

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


class MemoryNotices:
    """Notices of campaigns to agents."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def notices(self, agent: AgentName, limit: int, unacknowledged: bool = False) -> Sequence[NoticeRow]:
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
            if item.notice.agent == agent and not (unacknowledged and item.acknowledged_at is not None)
        )
        return _some(rows, limit)


class MemoryHistory:
    """What happened, the newest first."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def agent_states(self, agent: AgentName, since: float, till: float, limit: int) -> Sequence[AgentStateRow]:
        rows = (
            AgentStateRow(save.agent, save.state, save.reason, save.campaign, save.at)
            for save in reversed(self._tables.agent_states)
            if save.agent == agent and since <= save.at < till
        )
        return _some(rows, limit)

    async def interaction(self, interaction: InteractionId) -> InteractionRow | None:
        saved = self._tables.interactions.get(interaction)
        return None if saved is None else _interaction(saved[0])

    async def interactions_of_record(self, record: RecordId, limit: int) -> Sequence[InteractionRow]:
        return self._interactions(lambda save: save.record == record, limit)

    async def interactions_of_number(self, number: str, limit: int) -> Sequence[InteractionRow]:
        return self._interactions(lambda save: save.number == number, limit)

    async def interactions_of_agent(
        self, agent: AgentName, since: float, till: float, limit: int
    ) -> Sequence[InteractionRow]:
        return self._interactions(lambda save: save.agent == agent and since <= save.begun_at < till, limit)

    async def lines_of_record(self, record: RecordId, limit: int) -> Sequence[HistoryRow]:
        lines = reversed(self._tables.history)
        return _some((_line(line) for line in lines if line.record == record), limit)

    async def lines_of_interaction(self, interaction: InteractionId, limit: int) -> Sequence[HistoryRow]:
        lines = reversed(self._tables.history)
        return _some((_line(line) for line in lines if line.interaction == interaction), limit)

    def _interactions(self, wanted: Callable[[SaveInteraction], bool], limit: int) -> list[InteractionRow]:
        found = [save for save, _ in self._tables.interactions.values() if wanted(save)]
        found.sort(key=lambda save: (save.begun_at, save.interaction), reverse=True)
        return [_interaction(save) for save in found[:limit]]


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
    return InteractionRow(
        interaction=save.interaction,
        campaign=save.campaign,
        record=save.record,
        agent=save.agent,
        number=save.number,
        contact=save.contact,
        state=save.state,
        found_result=save.found_result,
        agent_result=save.agent_result,
        disposition=save.disposition,
        note=save.note,
        begun_at=save.begun_at,
        connected_at=save.connected_at,
        cleared_at=save.cleared_at,
        finalized_at=save.finalized_at,
    )


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
