"""Figures for Prometheus: read from the live state when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from agent_api.exchange import Exchange
from agent_api.feed import Feed
from agent_api.problems import ProblemRaised, problem
from agent_api.route import Route
from dialer.callflow.calendar import day_of
from dialer.callflow.world import World
from dialer.campaigns.campaign import CampaignState
from dialer.pacing.governor import Basis
from dialer.ports import Clock
from dialer.trunks.trunk import TrunkState
from dialer.views.call import phase_of

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class WorldCollector(Collector):
    """Gauges of campaigns, trunks, engines and desktops, beside those of the node itself. No names of people."""

    def __init__(self, world: Callable[[], World], feed: Feed, clock: Clock) -> None:
        self._world = world
        self._feed = feed
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Nothing beforehand: the live state may not be there yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        world = self._world()
        yield from _campaigns(world)
        yield from _pacing(world, self._clock.now().utc)
        yield from _trunks(world)
        yield from _engines(world)
        yield GaugeMetricFamily("cornetta_configuration_revision", "Revision in force.", value=world.revision)
        yield GaugeMetricFamily("cornetta_desktops", "Connected desktops.", value=self._feed.desktops)


def _family(name: str, words: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for key, value in values:
        family.add_metric((key,), value)
    return family


def _campaigns(world: World) -> Iterator[Metric]:
    campaigns = world.campaigns.values()
    running = ((each.name, 1.0 if each.state is CampaignState.RUNNING else 0.0) for each in campaigns)
    yield _family("cornetta_campaign_running", "1 while a campaign runs.", "campaign", running)
    held = ((each.name, float(len(each.pool))) for each in campaigns)
    yield _family("cornetta_records_in_hand", "Claimed records that wait to be dialled.", "campaign", held)
    calls = Counter((each.campaign, phase_of(world, each).value) for each in world.interactions.values())
    family = GaugeMetricFamily("cornetta_calls", "Open interactions by phase.", labels=("campaign", "phase"))
    for (campaign, phase), n in sorted(calls.items()):
        family.add_metric((campaign, phase), n)
    yield family


#: Figures of the last decision that are worth a curve.
_FIGURES = ("theta", "beta", "answer_rate", "expected_answers", "expected_free", "budget_left")


def _pacing(world: World, utc: float) -> Iterator[Metric]:
    campaigns = world.campaigns.values()
    counts = {each.name: each.abandonment.within(1, day_of(each, utc)) for each in campaigns}
    answers = ((name, float(count.answers)) for name, count in counts.items())
    yield _family("cornetta_live_answers_today", "Live answers of the day.", "campaign", answers)
    abandoned = ((name, float(count.abandoned)) for name, count in counts.items())
    yield _family("cornetta_abandoned_today", "Live answers without an agent in time.", "campaign", abandoned)
    last = {name: governor.last for name, governor in world.pacers.items()}
    ahead = ((name, 1.0 if each and each.basis is Basis.FORECAST else 0.0) for name, each in last.items())
    yield _family("cornetta_pacing_ahead", "1 while contacts are dialled by forecast.", "campaign", ahead)
    failed = ((name, 1.0 if governor.failure else 0.0) for name, governor in world.pacers.items())
    yield _family("cornetta_pacing_failed", "1 while the forecast is out of order.", "campaign", failed)
    family = GaugeMetricFamily("cornetta_pacing", "Figures of the last decision.", labels=("campaign", "figure"))
    for name, decision in last.items():
        for figure in _FIGURES if decision is not None else ():
            if decision is not None and figure in decision.figures:
                family.add_metric((name, figure), decision.figures[figure])
    yield family


def _trunks(world: World) -> Iterator[Metric]:
    trunks = world.trunks.values()
    up = ((each.name, 0.0 if each.state is TrunkState.DOWN else 1.0) for each in trunks)
    yield _family("cornetta_trunk_up", "0 while a trunk is down.", "trunk", up)
    trips = ((each.name, each.round_trip_ms / 1000) for each in trunks if each.round_trip_ms is not None)
    yield _family("cornetta_trunk_round_trip_seconds", "Round trip of the last probe.", "trunk", trips)


def _engines(world: World) -> Iterator[Metric]:
    engines = world.engines.values()
    legs = ((each.id, float(each.legs)) for each in engines)
    yield _family("cornetta_engine_legs", "Legs of an engine.", "engine", legs)
    lag = ((each.id, each.lag_ms / 1000) for each in engines)
    yield _family("cornetta_engine_lag_seconds", "How far an engine's loop lags.", "engine", lag)
    memory = ((each.id, each.rss_mb * 1024 * 1024) for each in engines)
    yield _family("cornetta_engine_resident_bytes", "Memory of an engine.", "engine", memory)


class MetricsRoute:
    """`/metrics`, for a collector on this machine. Behind a proxy everybody seems to be on this machine: what was
    forwarded is refused."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    async def show(self, exchange: Exchange) -> web.StreamResponse:
        headers = exchange.request.headers
        forwarded = "X-Forwarded-For" in headers or "Forwarded" in headers
        if forwarded or exchange.request.remote not in _LOOPBACK:
            detail = "Figures are given to collectors on this machine only."
            raise ProblemRaised(problem(403, "not_local", detail, "Collect from the node's own machine."))
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def routes(self) -> tuple[Route, ...]:
        return (
            Route(
                method="GET",
                path="/metrics",
                name="metrics",
                summary="Figures for Prometheus, on this machine",
                tag="health",
                handler=self.show,
                public=True,
                media="text/plain",
                refusals=(403,),
            ),
        )
