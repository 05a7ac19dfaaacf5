"""Trunks, for who looks after them."""

from __future__ import annotations

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from dialer.views.trunk import TrunkView, trunk_view
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


def routes() -> tuple[Route, ...]:
    section = Section("supervision", f"{PREFIX}/trunks")
    words = "All trunks: state, last error, legs, limits, round trip"
    return (
        section.get("", "trunks", words, show_all, tuple[TrunkView, ...]),
        section.get("/{trunk}", "trunk", "One trunk", show, TrunkView),
    )
