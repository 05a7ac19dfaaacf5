"""Joining a contact and an agent: from here on it is a conversation."""

from __future__ import annotations

from dialer.callflow.agent.desk import moved
from dialer.callflow.call.audio import BEEP, forget
from dialer.callflow.call.hold import put_on_hold
from dialer.callflow.pacing import observations
from dialer.core.moves import JOINED, Move, advance_all
from dialer.core.step import Step
from dialer.interactions.interaction import HoldBy, Interaction
from dialer.interactions.leg import Leg
from dialer.interactions.party import Party
from dialer.vocabulary.telephony import Joined
from dialer.vocabulary.writes import ConnectAttempt
from dialer.world.patience import is_over


def on_joined(step: Step, leg: Leg, event: Joined) -> None:
    """The engine has put a leg together with others, perhaps with the answer and before it told us of that."""
    leg.joined_with, leg.joined_at = event.others, event.at


def _since(step: Step, contact: Leg, agent: Leg) -> float:
    """Since when the two hear each other. Where the agent stood by, the engine has joined them with the answer: that
    may be long ago if there was no node to tell. With early media the agent heard the contact before."""
    if agent.id not in contact.joined_with or contact.answered_at is None:
        return step.now
    return max(contact.answered_at, contact.joined_at)


def connect(step: Step, interaction: Interaction, party: Party, contact: Leg, agent: Leg, move: Move = JOINED) -> None:
    """Join the two legs and make it a conversation. `move`: whether the contact has waited, or answers just now. Where
    that comes too late, be it that we heard of the answer too late, the contact was abandoned all the same."""
    owner = step.world.agents[party.agent]
    advance_all(step, move, interaction, contact=contact)
    if is_over(step.world, interaction, step.utc):
        observations.abandoned(step, interaction)
    if interaction.ahead:
        step.show_record(owner.name, interaction.id)
    forget(contact, agent)  # the engine has joined them with the answer, or plays to one of them
    step.audio_changed(interaction)
    interaction.message_begun = False
    campaign = step.world.campaigns[interaction.campaign]
    if interaction.asm and campaign.settings.engaged.beep:
        step.cues.append((agent, BEEP))
    party.talking_at = step.utc_of(_since(step, contact, agent))
    party.leg = agent.id
    party.muted = False
    agent.interaction = interaction.id
    interaction.conversed = True
    interaction.holds.clear()
    if interaction.connected_at is None:
        interaction.connected_at = party.talking_at
    if interaction.attempt is not None and interaction.attempt.connected_at is None:
        interaction.attempt.connected_at = party.talking_at
    if interaction.ahead and interaction.attempt is not None:
        step.write(ConnectAttempt(interaction.attempt.id, owner.name))
    owner.expiries = 0
    moved(step, owner)
    step.save_party(interaction, party)
    step.history("connected", interaction=interaction)
    step.interaction_changed(interaction)
    # A hold from before the connection goes on.
    if agent.held_by_peer:
        put_on_hold(step, interaction, HoldBy.AGENT_PHONE)
    if contact.held_by_peer:
        put_on_hold(step, interaction, HoldBy.CONTACT)
