"""How campaigns are paced, and why."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import PREFIX, READERS, Route
from dialer.callflow.calendar import day_of
from dialer.pacing.governor import DECISIONS_KEPT
from dialer.pacing.habits import DAYS_BACK
from dialer.views.habits import AnswerRatesView, answer_rates_view
from dialer.views.pacing import PacingView, pacing_view
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.outputs import RecallHabits


class PacingQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the last decisions."""

    limit: Annotated[int, Meta(ge=0, le=DECISIONS_KEPT)] = 20


async def show(exchange: Exchange) -> Reply:
    campaign = exchange.world.campaign(CampaignName(exchange.path("campaign")))
    return Reply(pacing_view(exchange.world, campaign, exchange.now, exchange.query_as(PacingQuery).limit))


async def answer_rates(exchange: Exchange) -> Reply:
    """Those from which forecasts start, and what today has added to them."""
    campaign = exchange.world.campaign(CampaignName(exchange.path("campaign")))
    since = day_of(campaign, exchange.now.utc) - DAYS_BACK
    found = await exchange.dependencies.habits.habits(RecallHabits(campaign.name, since))
    return Reply(answer_rates_view(campaign.name, DAYS_BACK, found))


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
        Route(
            method="GET",
            path=f"{PREFIX}/campaigns/{{campaign}}/answer-rates",
            name="answerRates",
            summary="How many answer, by local hour, type of number, region and list, from our own dials",
            tag="campaigns",
            handler=answer_rates,
            roles=READERS,
            response=AnswerRatesView,
            refusals=(404,),
        ),
    )
