"""The overview of a supervisor."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from dialer.ports import Moment
from dialer.views.agent import AgentSummary, agent_summary
from dialer.views.campaign import CampaignView, campaign_view
from dialer.views.interaction import InteractionSummary, interaction_summary
from dialer.views.trunk import TrunkView, trunk_view
from dialer.vocabulary.topics import Teams
from dialer.world.teams import teams_of
from dialer.world.world import World


class EngineSummary(Struct, frozen=True):
    """An engine as the node knows it. `usable` once its legs were compared with ours."""

    name: str
    connected: bool
    usable: bool
    capacity: int
    legs: int
    lag_ms: float
    rss_mb: float
    last_fault: str
    problems: tuple[str, ...]


class OverviewView(Struct, frozen=True):
    """`store_problem` is empty while the database takes writes; `revision` is that of the configuration."""

    at: float
    revision: int
    store_problem: str
    campaigns: tuple[CampaignView, ...]
    agents: tuple[AgentSummary, ...]
    interactions: tuple[InteractionSummary, ...]
    trunks: tuple[TrunkView, ...]
    engines: tuple[EngineSummary, ...]


def engine_summaries(world: World) -> tuple[EngineSummary, ...]:
    return tuple(
        EngineSummary(
            name=engine.id,
            connected=engine.connected,
            usable=engine.usable,
            capacity=engine.capacity,
            legs=engine.legs,
            lag_ms=engine.lag_ms,
            rss_mb=engine.rss_mb,
            last_fault=engine.last_fault,
            problems=engine.problems,
        )
        for engine in sorted(world.engines.values(), key=lambda each: each.id)
    )


def overview(
    world: World,
    at: Moment,
    results: Mapping[str, Mapping[str, int]] | None = None,
    teams: Teams | None = None,
) -> OverviewView:
    """The overview, sorted by name; interactions by their beginning. `teams`: only agents and interactions of these,
    None for all."""
    counted = results or {}
    agents = [each for each in world.agents.values() if teams is None or teams & each.teams]
    interactions = [each for each in world.interactions.values() if teams is None or teams & teams_of(world, each)]
    return OverviewView(
        at=at.utc,
        revision=world.revision,
        store_problem=world.store_problem,
        campaigns=tuple(
            campaign_view(world, each, counted.get(each.name))
            for each in sorted(world.campaigns.values(), key=lambda each: each.name)
        ),
        agents=tuple(agent_summary(world, each) for each in sorted(agents, key=lambda each: each.name)),
        interactions=tuple(
            interaction_summary(world, each, at)
            for each in sorted(interactions, key=lambda each: (each.begun_at, each.id))
        ),
        trunks=tuple(trunk_view(each, at) for each in sorted(world.trunks.values(), key=lambda each: each.name)),
        engines=engine_summaries(world),
    )
