"""Ends that cross our Join: a leg that was gone by the time the command left. Nobody heard anybody, so that what looks
like a conversation is none: the contact waits on, or left the queue.

Only contacts who were dialed ahead of agents are joined by command; to all others the engine joins the agent itself,
with the answer."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState, AgentTrigger
from dialer.callflow.agent.desk import give_free, moved
from dialer.callflow.call.audio import release_legs
from dialer.callflow.queue.queue import start_clock
from dialer.core.moves import PARTED, advance_all
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import Leg
from dialer.interactions.party import Party
from dialer.vocabulary.telephony import LegCleared
from dialer.vocabulary.writes import ConnectAttempt
from dialer.world.lookups import contact_leg


def was_joined(step: Step, interaction: Interaction, contact: Leg | None, event: LegCleared) -> bool:
    """Whether contact and agent were put together before the leg of `event` ended. What was joined before this node
    began was joined: it ends later by any clock."""
    party = interaction.owner
    if interaction.state is not InteractionState.CONNECTED or party is None or contact is None:
        return True
    if not interaction.ahead or interaction.attempts > 1 or contact.answered_at is None:
        return True
    agent = step.world.agents[party.agent]
    return agent.state is not AgentState.BUSY or event.at >= agent.machine.since


def on_contact_gone(step: Step, interaction: Interaction, contact: Leg, event: LegCleared) -> None:
    """The contact hung up as we joined them: the agent takes the next one."""
    party = interaction.owner
    if party is not None and not was_joined(step, interaction, contact, event):
        _undo(step, interaction, party, event)
        give_free(step, step.world.agents[party.agent], AgentTrigger.READY)


def on_agent_gone(step: Step, agent: Agent, interaction: Interaction, event: LegCleared, reason: str) -> bool:
    """The agent's leg ended as we joined it: the contact waits for the next agent. False if the two were joined."""
    party, contact = interaction.owner, contact_leg(step.world, interaction)
    if party is None or was_joined(step, interaction, contact, event):
        return False
    party.leg = None
    _undo(step, interaction, party, event)
    give_free(step, agent, AgentTrigger.NOT_READY, reason)
    step.audio_changed(interaction)
    start_clock(step, interaction)
    step.start_timer("pace", 0.0)
    return True


def _undo(step: Step, interaction: Interaction, party: Party, event: LegCleared) -> None:
    """Back to the queue, with nobody in it; the agent's desk is to be cleared by the caller."""
    step.history("not_joined", interaction=interaction, leg=event.leg, by=event.by)
    interaction.conversed = False
    interaction.connected_at = None
    if interaction.attempt is not None:
        interaction.attempt.connected_at = None
        step.write(ConnectAttempt(interaction.attempt.id, None))
    interaction.holds.clear()
    release_legs(step, interaction)
    advance_all(step, PARTED, interaction)
    party.talking_at, party.ended_at = None, step.utc
    step.save_party(interaction, party)
    moved(step, step.world.agents[party.agent])
    step.interaction_changed(interaction)
