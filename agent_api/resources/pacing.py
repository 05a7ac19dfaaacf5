"""How campaigns are paced, and why."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from dialer.campaigns.calendar import day_of
from dialer.pacing.governor import DECISIONS_KEPT
from dialer.pacing.habits import DAYS_BACK
from dialer.views.habits import AnswerRatesView, answer_rates_view
from dialer.views.pacing import PacingView, pacing_view
from dialer.vocabulary.outputs import RecallHabits


class PacingQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the last decisions."""

    limit: Annotated[int, Meta(ge=0, le=DECISIONS_KEPT)] = 20


async def show(exchange: Exchange) -> Reply:
    return Reply(pacing_view(exchange.world, exchange.campaign, exchange.now, exchange.query_as(PacingQuery).limit))


async def answer_rates(exchange: Exchange) -> Reply:
    """Those from which forecasts start, and what today has added to them."""
    campaign = exchange.campaign
    since = day_of(campaign, exchange.now.utc) - DAYS_BACK
    found = await exchange.dependencies.habits.habits(RecallHabits(campaign.name, since))
    return Reply(answer_rates_view(campaign.name, DAYS_BACK, found))


def routes() -> tuple[Route, ...]:
    section = Section("campaigns", f"{PREFIX}/campaigns/{{campaign}}")
    decisions = "The last pacing decisions, with inputs, forecast, budget and reason"
    rates = "How many answer, by local hour, type of number, region and list, from our own dials"
    return (
        section.get("/pacing", "pacing", decisions, show, PacingView, query=PacingQuery),
        section.get("/answer-rates", "answerRates", rates, answer_rates, AnswerRatesView),
    )
