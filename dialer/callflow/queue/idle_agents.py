"""The contact who waits longest gets the agent who is idle longest."""

from __future__ import annotations

from collections.abc import Iterable

from dialer.agents.agent import Agent
from dialer.callflow.queue import queue
from dialer.campaigns.campaign import Campaign
from dialer.core.step import Step
from dialer.world.consent import may_work
from dialer.world.world import World


def idle_agents(step: Step) -> list[Agent]:
    """Agents who could take a contact now, longest idle first."""
    return in_turn(agent for agent in step.world.agents.values() if agent.is_idle)


def in_turn(agents: Iterable[Agent]) -> list[Agent]:
    """The longest idle first."""
    return sorted(agents, key=lambda agent: (agent.idle_since, agent.name))


def able(world: World, campaign: Campaign, agent: Agent) -> bool:
    """Whether an idle agent may be given a contact of the campaign."""
    return world.works_for(agent, campaign) and may_work(campaign, agent)


def serve(step: Step) -> None:
    """Give idle agents to the contacts who wait."""
    waiting = queue.waiting(step)
    if not waiting:
        return
    idle = idle_agents(step)
    for interaction in waiting:
        campaign = step.world.campaigns[interaction.campaign]
        for agent in idle:
            if agent.is_idle and able(step.world, campaign, agent) and queue.serve(step, interaction, agent):
                break
