"""How campaigns are paced, and why."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from agent_api.exchange import Exchange, Reply
from agent_api.route import PREFIX, READERS, Route
from dialer.pacing.governor import DECISIONS_KEPT
from dialer.views.pacing import PacingView, pacing_view
from dialer.vocabulary.ids import CampaignName


class PacingQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the last decisions."""

    limit: Annotated[int, Meta(ge=0, le=DECISIONS_KEPT)] = 20


async def show(exchange: Exchange) -> Reply:
    campaign = exchange.world.campaign(CampaignName(exchange.path("campaign")))
    return Reply(pacing_view(exchange.world, campaign, exchange.now, exchange.query_as(PacingQuery).limit))


def routes() -> tuple[Route, ...]:
    return (
        Route(
            method="GET",
            path=f"{PREFIX}/campaigns/{{campaign}}/pacing",
            name="pacing",
            summary="The last pacing decisions, with inputs, forecast, budget and reason",
            tag="campaigns",
            handler=show,
            roles=READERS,
            query=PacingQuery,
            response=PacingView,
            refusals=(404,),
        ),
    )
