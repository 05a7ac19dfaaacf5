"""Notices of campaigns to agents, and their OK."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from dialer.ports import NoticeRow
from dialer.store.database import Database
from dialer.store.tables import notices
from dialer.vocabulary.ids import AgentName, CampaignName, NoticeId


class SqlNotices:
    """Notices on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def notices(self, agent: AgentName, limit: int, unacknowledged: bool = False) -> Sequence[NoticeRow]:
        """An agent's notices, the newest first."""
        query = select(notices).where(notices.c.agent == agent).order_by(notices.c.n.desc()).limit(limit)
        if unacknowledged:
            query = query.where(notices.c.acknowledged_at.is_(None))
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            NoticeRow(
                notice=NoticeId(row.id),
                agent=AgentName(row.agent),
                campaign=CampaignName(row.campaign),
                kind=row.kind,
                at=row.at,
                acknowledged_at=row.acknowledged_at,
            )
            for row in rows
        ]
