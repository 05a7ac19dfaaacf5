"""Trunks, for who looks after them."""

from __future__ import annotations

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import PREFIX, READERS, Route
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
    return (
        Route(
            method="GET",
            path=f"{PREFIX}/trunks",
            name="trunks",
            summary="All trunks: state, last error, legs, limits, round trip",
            tag="supervision",
            handler=show_all,
            roles=READERS,
            response=tuple[TrunkView, ...],
        ),
        Route(
            method="GET",
            path=f"{PREFIX}/trunks/{{trunk}}",
            name="trunk",
            summary="One trunk",
            tag="supervision",
            handler=show,
            roles=READERS,
            response=TrunkView,
            refusals=(404,),
        ),
    )
