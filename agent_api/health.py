"""Whether the node lives, and whether it can work."""

from __future__ import annotations

from msgspec import Struct

from agent_api.exchange import Exchange, Reply
from agent_api.route import Route


class Alive(Struct, frozen=True):
    """The process answers."""

    alive: bool = True


class Readiness(Struct, frozen=True):
    """`ready` if calls can be placed; otherwise the sentences say what is missing."""

    ready: bool
    missing: tuple[str, ...]


async def alive(_: Exchange) -> Reply:
    return Reply(Alive())


async def ready(exchange: Exchange) -> Reply:
    """503 while calls cannot be placed. Conversations may go on meanwhile."""
    world = exchange.world
    missing = []
    if not world.restored:
        missing.append("what was remembered from before the start has not been read")
    if world.store_problem:
        missing.append("the database takes no writes")
    if world.usable_engine() is None:
        missing.append("no engine is connected")
    return Reply(Readiness(not missing, tuple(missing)), status=503 if missing else 200)


def routes() -> tuple[Route, ...]:
    return (
        Route(
            method="GET",
            path="/healthz",
            name="liveness",
            summary="Whether the node lives",
            tag="health",
            handler=alive,
            public=True,
            response=Alive,
        ),
        Route(
            method="GET",
            path="/readyz",
            name="readiness",
            summary="Whether calls can be placed",
            tag="health",
            handler=ready,
            public=True,
            response=Readiness,
            also=(503,),
        ),
    )
