"""Look-ups in the live state: the agent's own interaction, its legs, and the engaged leg."""

from __future__ import annotations

from dialer.agents.agent import Agent
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import Leg
from dialer.interactions.party import Party
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import AgentName, InteractionId, LegId
from dialer.vocabulary.reasons.desk import NotYourInteraction
from dialer.world.consent import may_work
from dialer.world.world import World


def engaged_leg(world: World, agent: Agent) -> Leg | None:
    """The engaged leg if it reaches the agent, on an engine that takes commands."""
    leg = world.legs.get(agent.engaged) if agent.engaged else None
    if leg is None or not leg.reaches_agent:
        return None
    engine = world.engines.get(leg.engine)
    return leg if engine is not None and engine.usable else None


def asm_campaign(world: World, agent: Agent) -> Campaign | None:
    """The first running ASM campaign that the agent may work in."""
    for campaign in world.running_for(agent):
        if campaign.is_asm and may_work(campaign, agent):
            return campaign
    return None


def own(world: World, agent: AgentName, id_: InteractionId) -> tuple[Interaction, Party]:
    """The interaction and the agent's party in it. Raises NotFound, or Refused if it belongs to another agent."""
    interaction = world.interaction(id_)
    party = interaction.owner
    if party is None or party.agent != agent:
        raise Refused(NotYourInteraction(id_))
    return interaction, party


def is_live(interaction: Interaction) -> bool:
    """Whether legs may be up for it."""
    return interaction.state not in (InteractionState.CLEARED, InteractionState.FINALIZED)


def contact_leg(world: World, interaction: Interaction) -> Leg | None:
    return world.legs.get(interaction.contact_leg) if interaction.contact_leg else None


def party_legs(world: World, interaction: Interaction) -> list[tuple[Party, Leg]]:
    """The parties who have a leg, and their legs: engaged ones, or rung for this interaction."""
    there = ((party, world.legs.get(party.leg)) for party in interaction.parties if party.leg and not party.is_done)
    return [(party, leg) for party, leg in there if leg is not None]


def legs_of(world: World, interaction: Interaction) -> dict[LegId, Leg]:
    """The legs of an interaction by their ids: the contact's, then those of its parties. What a leg is for is its
    purpose; whose it is, its agent."""
    contact = contact_leg(world, interaction)
    legs = [leg for _, leg in party_legs(world, interaction)]
    return {leg.id: leg for leg in ([contact, *legs] if contact is not None else legs)}


def agent_leg(world: World, interaction: Interaction) -> Leg | None:
    """The leg of the agent who is in the interaction: the engaged one, or one rung for it."""
    party = interaction.owner
    return world.legs.get(party.leg) if party and party.leg else None
