"""Figures of the live state for Prometheus, read when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from agent_api.frame.dependencies import Desktops
from agent_api.resources.metrics.pacing import family, pacing_families
from dialer.agents.agent import AgentState
from dialer.campaigns.campaign import CampaignState
from dialer.ports import Clock
from dialer.trunks.trunk import TrunkState
from dialer.views.call import CallPhase, phase_of
from dialer.views.campaign import why_view
from dialer.world.world import World


class WorldCollector(Collector):
    """Gauges of campaigns, trunks, engines and desktops, beside those of the node itself. No names of people."""

    def __init__(self, world: Callable[[], World], desktops: Desktops, clock: Clock) -> None:
        self._world = world
        self._desktops = desktops
        self._clock = clock

    def describe(self) -> list[Metric]:
        """No description in advance, as the live state may not exist yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        world = self._world()
        yield from _campaigns(world)
        yield from pacing_families(world, self._clock.now())
        yield from _trunks(world)
        yield from _engines(world)
        yield GaugeMetricFamily("cornetta_configuration_revision", "Revision in force.", value=world.revision)
        yield GaugeMetricFamily("cornetta_desktops", "Connected desktops.", value=self._desktops.desktops)


def _campaigns(world: World) -> Iterator[Metric]:
    campaigns = list(world.campaigns.values())
    running = ((each.name, float(each.state is CampaignState.RUNNING)) for each in campaigns)
    yield family("cornetta_campaign_running", "1 while a campaign runs.", "campaign", running)
    held = ((each.name, float(len(each.pool))) for each in campaigns)
    yield family("cornetta_records_in_hand", "Claimed records that wait to be dialed.", "campaign", held)
    due = ((each.name, float(each.waiting.due)) for each in campaigns)
    yield family("cornetta_records_due", "Records of the lists that could be claimed now.", "campaign", due)
    reasons = GaugeMetricFamily(
        "cornetta_campaign_not_dialing", "1 for the reason why nothing is dialed.", labels=("campaign", "reason")
    )
    for each in campaigns:
        found = why_view(world, each)
        if found is not None:
            reasons.add_metric((each.name, found.code), 1)
    yield reasons
    yield _calls(world)
    yield _agents(world)


def _calls(world: World) -> Metric:
    """Calls by phase for every campaign, zeros included, so that curves come down to 0 and do not break off."""
    count = Counter((each.campaign, phase_of(world, each)) for each in world.interactions.values())
    found = GaugeMetricFamily("cornetta_calls", "Open interactions by phase.", labels=("campaign", "phase"))
    for campaign in sorted({*world.campaigns, *(name for name, _ in count)}):
        for phase in CallPhase:
            found.add_metric((campaign, phase.value), count[campaign, phase])
    return found


def _agents(world: World) -> Metric:
    words = "Agents of a campaign's teams by state; who works for several campaigns is in each."
    found = GaugeMetricFamily("cornetta_agents", words, labels=("campaign", "state"))
    for campaign in world.campaigns.values():
        count = Counter(agent.state for agent in world.agents_of(campaign))
        for state in AgentState:
            found.add_metric((campaign.name, state.value), count[state])
    return found


def _trunks(world: World) -> Iterator[Metric]:
    trunks = world.trunks.values()
    up = ((each.name, 0.0 if each.state is TrunkState.DOWN else 1.0) for each in trunks)
    yield family("cornetta_trunk_up", "0 while a trunk is down.", "trunk", up)
    trips = ((each.name, each.round_trip_ms / 1000) for each in trunks if each.round_trip_ms is not None)
    yield family("cornetta_trunk_round_trip_seconds", "Round trip of the last probe.", "trunk", trips)


def _engines(world: World) -> Iterator[Metric]:
    engines = world.engines.values()
    legs = ((each.id, float(each.legs)) for each in engines)
    yield family("cornetta_engine_legs", "Legs of an engine.", "engine", legs)
    lag = ((each.id, each.lag_ms / 1000) for each in engines)
    yield family("cornetta_engine_lag_seconds", "How far an engine's loop lags.", "engine", lag)
    memory = ((each.id, each.rss_mb * 1_000_000) for each in engines)
    yield family("cornetta_engine_resident_bytes", "Memory of an engine.", "engine", memory)
    used = ((each.id, each.heap_mb * 1_000_000) for each in engines)
    yield family("cornetta_engine_heap_bytes", "What is in use of an engine's heap.", "engine", used)
