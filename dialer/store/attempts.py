"""What was dialled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from dialer.ports import AttemptRow
from dialer.store.database import Database
from dialer.store.tables import attempts
from dialer.vocabulary.ids import AgentName, CampaignName, RecordId
from dialer.vocabulary.results import CallResult


class SqlAttempts:
    """Attempts on a database, in the order in which they were begun."""

    def __init__(self, database: Database) -> None:
        self._database = database
        sql = database.sql
        self._dials = sql.prepare(
            f"SELECT attempt, call_id, trunk FROM dials WHERE {sql.among('attempt', 'ids')} ORDER BY attempt, n"
        )

    async def attempts(self, campaign: CampaignName | None, limit: int, after: str = "") -> Sequence[AttemptRow]:
        """Attempts of a campaign, or of all, that were begun after the attempt `after`."""
        query = select(attempts).order_by(attempts.c.n).limit(limit)
        if campaign is not None:
            query = query.where(attempts.c.campaign == campaign)
        if after:
            query = query.where(attempts.c.n > select(attempts.c.n).where(attempts.c.id == after).scalar_subquery())

        def work(connection: Connection) -> list[AttemptRow]:
            rows = connection.execute(query).all()
            dialled: dict[str, list[tuple[str, str]]] = {}
            ids = self._database.sql.values([row.id for row in rows])
            for dial in self._dials.rows(connection, {"ids": ids}):
                dialled.setdefault(dial.attempt, []).append((dial.call_id, dial.trunk))
            return [_row(row, dialled.get(row.id, [])) for row in rows]

        return await self._database.read(work)

    async def results(self, campaign: CampaignName) -> Mapping[CallResult, int]:
        """How many of a campaign's attempts came to each result."""
        query = (
            select(attempts.c.result, func.count())
            .where(attempts.c.campaign == campaign, attempts.c.result.is_not(None))
            .group_by(attempts.c.result)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {CallResult(result): n for result, n in rows}


def _row(row: Row[Any], dialled: Sequence[tuple[str, str]]) -> AttemptRow:
    return AttemptRow(
        attempt=row.id,
        interaction=row.interaction,
        campaign=CampaignName(row.campaign),
        record=None if row.record is None else RecordId(row.record),
        number=row.number,
        agent=None if row.agent is None else AgentName(row.agent),
        result=None if row.result is None else CallResult(row.result),
        code=row.code,
        reason=row.reason,
        q850=row.q850,
        begun_at=row.begun_at,
        answered_at=row.answered_at,
        connected_at=row.connected_at,
        ended_at=row.ended_at,
        abandoned=row.abandoned,
        call_ids=tuple(call_id for call_id, _ in dialled),
        trunks=tuple(trunk for _, trunk in dialled),
    )
