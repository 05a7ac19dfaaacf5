"""Whose supervisors are told of an interaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.interactions.interaction import Interaction
from dialer.vocabulary.ids import AgentName, InteractionId
from dialer.vocabulary.topics import Teams
from dialer.world.world import World


def teams_of(world: World, interaction: Interaction) -> Teams:
    """The teams of its campaign, and of every agent who has or had it: who is told of it once hears of its end."""
    campaign = world.campaigns.get(interaction.campaign)
    teams: Teams = frozenset() if campaign is None else campaign.teams
    for party in interaction.parties:
        agent = world.agents.get(party.agent)
        if agent is not None and not agent.teams <= teams:
            teams |= agent.teams
    return teams


@dataclass(frozen=True, slots=True)
class Grouping:
    """The teams of all agents and interactions at one moment."""

    agents: Mapping[AgentName, Teams]
    interactions: Mapping[InteractionId, Teams]


def grouping(world: World) -> Grouping:
    """As they are now."""
    agents = {agent.name: agent.teams for agent in world.agents.values()}
    return Grouping(agents, {each.id: teams_of(world, each) for each in world.interactions.values()})
