"""Trunks, for supervisors and administrators."""

from __future__ import annotations

import math
from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from dialer.ports.reports import TrunkStates
from dialer.views.trunk import TrunkStateView, TrunkView, trunk_state_view, trunk_view
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import TrunkName


async def show_all(exchange: Exchange) -> Reply:
    found = sorted(exchange.world.trunks.values(), key=lambda each: each.name)
    now = exchange.now
    return Reply(tuple(trunk_view(each, now) for each in found))


async def show(exchange: Exchange) -> Reply:
    name = TrunkName(exchange.path("trunk"))
    trunk = exchange.world.trunks.get(name)
    if trunk is None:
        raise NotFound("trunk", name)
    return Reply(trunk_view(trunk, exchange.now))


class StatesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`till` is the time of the last state of the page before, UTC epoch seconds."""

    till: Annotated[float, Meta(ge=0)] | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


async def states(exchange: Exchange) -> Reply:
    """The newest first. A trunk that is configured no more, and was seen, is still told."""
    name = TrunkName(exchange.path("trunk"))
    query = exchange.query_as(StatesQuery)
    till = math.inf if query.till is None else query.till
    rows = await exchange.dependencies.reports.read(TrunkStates(name, till, query.limit))
    if not rows and name not in exchange.world.trunks:
        raise NotFound("trunk", name)
    return Reply(tuple(map(trunk_state_view, rows)))


def routes() -> tuple[Route, ...]:
    section = Section("supervision", f"{PREFIX}/trunks")
    words = "All trunks: state, last error, legs, limits, round trip"
    return (
        section.get("", "trunks", words, show_all, tuple[TrunkView, ...]),
        section.get("/{trunk}", "trunk", "One trunk", show, TrunkView),
        section.get(
            "/{trunk}/states",
            "trunkStates",
            "When a trunk came up and went down",
            states,
            tuple[TrunkStateView, ...],
            query=StatesQuery,
        ),
    )
