"""Numbers that nobody dials."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from dialer.store.database import Database
from dialer.store.tables import do_not_call
from dialer.vocabulary.ids import CampaignName


class SqlDoNotCall:
    """The do-not-call table of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_listed(self, number: str, campaign: CampaignName | None) -> bool:
        """Whether the number may not be dialled: by anyone, or by this campaign."""
        query = select(do_not_call.c.number).where(
            do_not_call.c.number == number, do_not_call.c.campaign.in_(("", campaign or ""))
        )
        return await self._database.read(lambda connection: connection.execute(query).first()) is not None

    async def source(self, number: str, campaign: CampaignName | None) -> str | None:
        """By whom the number came on this list; None where it is not on it."""
        query = select(do_not_call.c.source).where(
            do_not_call.c.number == number, do_not_call.c.campaign == (campaign or "")
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else str(row.source)

    async def numbers(self, campaign: CampaignName | None, limit: int, after: str = "") -> Sequence[str]:
        """Numbers that this campaign may not dial, or None: that no campaign may; in order, from `after` on."""
        query = (
            select(do_not_call.c.number)
            .where(do_not_call.c.campaign == (campaign or ""), do_not_call.c.number > after)
            .order_by(do_not_call.c.number)
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [row.number for row in rows]
