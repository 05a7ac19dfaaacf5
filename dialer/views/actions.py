"""The commands that an agent may give for an interaction now, for the buttons; judged by the same rules as the
commands."""

from __future__ import annotations

from dialer.agents.agent import Agent
from dialer.callflow.actions import ACTIONS
from dialer.campaigns.campaign import Campaign
from dialer.core.desk import Desk
from dialer.interactions.interaction import Interaction
from dialer.views.permission import Allowed, allow
from dialer.world.world import World


def actions(world: World, campaign: Campaign, interaction: Interaction, agent: Agent | None) -> tuple[Allowed, ...]:
    """All commands for one interaction and one of its agents, in the order of their buttons."""
    party = interaction.owner
    if party is None or agent is None:
        return ()
    desk = Desk(world, campaign, interaction, party, agent)
    return tuple(allow(action.button, action.against(desk)) for action in ACTIONS)
