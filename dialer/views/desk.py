"""The whole content of an agent's desktop, for its start and for a new start after a lost connection."""

from __future__ import annotations

from msgspec import Struct

from dialer.agents.agent import Agent
from dialer.ports import Moment
from dialer.views.agent import AgentView, NoticeView, ReasonView, agent_view, notices, reasons
from dialer.views.interaction import InteractionView, interaction_view, is_blank
from dialer.world.world import World


class DeskView(Struct, frozen=True):
    """`interaction` is what is on the desk, None where nothing is or the record is still blank (ASM)."""

    at: float
    agent: AgentView
    interaction: InteractionView | None
    notices: tuple[NoticeView, ...]
    reasons: tuple[ReasonView, ...]


def on_desk(world: World, agent: Agent, at: Moment) -> InteractionView | None:
    """The interaction that the agent may see now."""
    interaction = world.interactions.get(agent.interaction) if agent.interaction else None
    if interaction is None or is_blank(interaction):
        return None
    return interaction_view(world, interaction, at)


def desk_view(world: World, agent: Agent, at: Moment) -> DeskView:
    """The agent's desk at `at`."""
    return DeskView(at.utc, agent_view(world, agent), on_desk(world, agent, at), notices(world, agent), reasons(world))
