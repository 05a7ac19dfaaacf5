"""What happened: states of agents, interactions, the lines of the append-only history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from dialer.ports import AgentStateRow, HistoryRow, InteractionRow
from dialer.store.database import Database
from dialer.store.tables import agent_states, history, interactions
from dialer.store.text import from_json
from dialer.vocabulary.ids import AgentName, AttemptId, CampaignName, InteractionId, RecordId
from dialer.vocabulary.results import CallResult


class SqlHistory:
    """History on a database, the newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def agent_states(self, agent: AgentName, since: float, till: float, limit: int) -> Sequence[AgentStateRow]:
        """States that an agent entered from `since` to before `till`."""
        query = (
            select(agent_states)
            .where(agent_states.c.agent == agent, agent_states.c.at >= since, agent_states.c.at < till)
            .order_by(agent_states.c.n.desc())
            .limit(limit)
        )
        return [
            AgentStateRow(AgentName(row.agent), row.state, row.reason, _campaign(row.campaign), row.at)
            for row in await self._rows(query)
        ]

    async def interaction(self, interaction: InteractionId) -> InteractionRow | None:
        rows = await self._interactions(1, interactions.c.id == interaction)
        return rows[0] if rows else None

    async def interactions_of_record(self, record: RecordId, limit: int) -> Sequence[InteractionRow]:
        return await self._interactions(limit, interactions.c.record == record)

    async def interactions_of_number(self, number: str, limit: int) -> Sequence[InteractionRow]:
        return await self._interactions(limit, interactions.c.number == number)

    async def interactions_of_agent(
        self, agent: AgentName, since: float, till: float, limit: int
    ) -> Sequence[InteractionRow]:
        """An agent's interactions that began from `since` to before `till`."""
        table = interactions.c
        return await self._interactions(limit, table.agent == agent, table.begun_at >= since, table.begun_at < till)

    async def lines_of_record(self, record: RecordId, limit: int) -> Sequence[HistoryRow]:
        return await self._lines(limit, history.c.record == record)

    async def lines_of_interaction(self, interaction: InteractionId, limit: int) -> Sequence[HistoryRow]:
        return await self._lines(limit, history.c.interaction == interaction)

    async def _interactions(self, limit: int, *conditions: ColumnElement[bool]) -> list[InteractionRow]:
        order = (interactions.c.begun_at.desc(), interactions.c.id.desc())
        query = select(interactions).where(*conditions).order_by(*order).limit(limit)
        return [_interaction(row) for row in await self._rows(query)]

    async def _lines(self, limit: int, condition: ColumnElement[bool]) -> list[HistoryRow]:
        query = select(history).where(condition).order_by(history.c.n.desc()).limit(limit)
        return [_line(row) for row in await self._rows(query)]

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return await self._database.read(lambda connection: connection.execute(query).all())


def _campaign(name: str | None) -> CampaignName | None:
    return None if name is None else CampaignName(name)


def _agent(name: str | None) -> AgentName | None:
    return None if name is None else AgentName(name)


def _record(record: int | None) -> RecordId | None:
    return None if record is None else RecordId(record)


def _result(result: str | None) -> CallResult | None:
    return None if result is None else CallResult(result)


def _interaction(row: Row[Any]) -> InteractionRow:
    return InteractionRow(
        interaction=InteractionId(row.id),
        campaign=CampaignName(row.campaign),
        record=_record(row.record),
        agent=_agent(row.agent),
        number=row.number,
        contact=row.contact,
        state=row.state,
        found_result=_result(row.found_result),
        agent_result=_result(row.agent_result),
        disposition=row.disposition,
        note=row.note,
        begun_at=row.begun_at,
        connected_at=row.connected_at,
        cleared_at=row.cleared_at,
        finalized_at=row.finalized_at,
    )


def _line(row: Row[Any]) -> HistoryRow:
    return HistoryRow(
        kind=row.kind,
        at=row.at,
        campaign=_campaign(row.campaign),
        agent=_agent(row.agent),
        record=_record(row.record),
        interaction=None if row.interaction is None else InteractionId(row.interaction),
        attempt=None if row.attempt is None else AttemptId(row.attempt),
        facts={} if row.facts is None else from_json(row.facts),
    )
