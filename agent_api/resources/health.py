"""Whether the node is alive, and whether it can place calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import Route
from agent_api.frame.section import Section
from dialer.trunks.accounts import trunk_account
from dialer.trunks.trunk import Trunk, TrunkState
from dialer.world.world import EngineView, World


class Alive(Struct, frozen=True):
    """The process answers."""

    alive: bool = True


class Readiness(Struct, frozen=True):
    """`ready` if calls can be placed; otherwise the sentences of `missing` say why not. `problems` name what engines
    could not make of the configuration, also where other trunks carry calls; without addresses, for everybody may ask.
    """

    ready: bool
    missing: tuple[str, ...]
    problems: tuple[str, ...] = ()


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
    usable = [engine for engine in world.engines.values() if engine.usable]
    if not usable:
        missing.append("no engine is connected")
    elif not any(engine.takes_calls for engine in usable):
        missing.append("the engines are being stopped")
    elif world.trunks and all(_is_cut_off(trunk, usable) for trunk in world.trunks.values()):
        missing.append("no engine could make the account of any trunk")
    problems = tuple(_problems(world))
    return Reply(Readiness(not missing, tuple(missing), problems), status=503 if missing else 200)


def _is_cut_off(trunk: Trunk, engines: Iterable[EngineView]) -> bool:
    """Whether no engine could make the trunk's account, and there was no sign of the trunk since. A trunk that is
    merely down leaves the node ready: the fault is its peer's, and probes go on."""
    begins = f"account {trunk_account(trunk.name)}: "
    failed = all(any(problem.startswith(begins) for problem in engine.problems) for engine in engines)
    return failed and trunk.state is not TrunkState.UP and not trunk.registered


def _problems(world: World) -> Iterator[str]:
    for engine in sorted(world.engines.values(), key=lambda each: each.id):
        for problem in engine.problems if engine.usable else ():
            yield f"engine {engine.id}, {problem.partition(': ')[0]}: the node's log says why"


def routes() -> tuple[Route, ...]:
    section = Section("health", "", readers=frozenset())
    return (
        section.get("/healthz", "liveness", "Whether the node lives", alive, Alive, public=True),
        section.get("/readyz", "readiness", "Whether calls can be placed", ready, Readiness, public=True, also=(503,)),
    )
