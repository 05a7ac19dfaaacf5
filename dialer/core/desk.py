"""An agent, the interaction on the desk, and what several rules of the agent's actions ask of both."""

from __future__ import annotations

from typing import NamedTuple

from dialer.agents.agent import Agent
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.party import Party, PartyState
from dialer.vocabulary.reasons.desk import NotConnected, PhoneOnHold
from dialer.vocabulary.reasons.reason import Reason
from dialer.world.lookups import agent_leg, contact_leg
from dialer.world.world import World


class Desk(NamedTuple):
    world: World
    campaign: Campaign
    interaction: Interaction
    party: Party
    agent: Agent


def shows_record(desk: Desk) -> bool:
    """The record is on the desk and nothing has been dialed."""
    return desk.interaction.state is InteractionState.PREVIEW and desk.party.state is PartyState.OFFERED


def phone_on_hold(desk: Desk) -> Reason | None:
    return PhoneOnHold() if desk.world.is_on_hold(desk.agent) else None


def not_connected(desk: Desk) -> Reason | None:
    interaction = desk.interaction
    legs = contact_leg(desk.world, interaction), agent_leg(desk.world, interaction)
    talks = interaction.state is InteractionState.CONNECTED and not interaction.reconnecting and None not in legs
    return None if talks else NotConnected(interaction.state)
