"""Attempts and their results."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from dialer.ports.reports import AttemptPage, AttemptRow
from dialer.vocabulary.ids import CampaignName


class AttemptsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`after` is the attempt with which the page before ended."""

    campaign: Annotated[str, Meta(max_length=64)] = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    after: Annotated[str, Meta(max_length=64)] = ""


class AttemptsPage(Struct, frozen=True):
    """Attempts in the order in which they were begun; `next` is the `after` of the next page, empty at the end."""

    attempts: tuple[AttemptRow, ...]
    next: str


async def show(exchange: Exchange) -> Reply:
    """Raises NotFound for a campaign that is not configured; one that was, and has attempts, is still shown."""
    query = exchange.query_as(AttemptsQuery)
    campaign = CampaignName(query.campaign) if query.campaign else None
    rows = await exchange.dependencies.reports.read(AttemptPage(campaign, query.limit, query.after))
    if campaign is not None and not rows and not query.after:
        exchange.world.campaign(campaign)
    return Reply(AttemptsPage(tuple(rows), rows[-1].attempt if len(rows) == query.limit else ""))


def routes() -> tuple[Route, ...]:
    section = Section("reports", f"{PREFIX}/attempts")
    words = "What was dialed, and what came of it"
    return (section.get("", "attempts", words, show, AttemptsPage, query=AttemptsQuery, refusals=(404,)),)
