"""Contacts who answered and have no agent: they wait in one queue, longest first, for the longest idle agent."""

from __future__ import annotations

from dialer.agents.agent import Agent, SystemReason
from dialer.callflow.agent.desk import leave_for_want_of_phone, make_not_ready, moved
from dialer.callflow.agent.legs import hang_up, ring_agent
from dialer.callflow.call.audio import forget, waiting_message
from dialer.callflow.call.connect import connect
from dialer.callflow.end import ending
from dialer.callflow.pacing import observations
from dialer.core.moves import QUEUED, SERVED, advance_all
from dialer.core.step import Step
from dialer.core.timers import message_timer, wait_timer
from dialer.interactions.interaction import EndedBy, Interaction, InteractionState
from dialer.interactions.leg import Leg, LegPurpose
from dialer.interactions.party import Party, make_party
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.calls import NobodyFree
from dialer.vocabulary.telephony import LegCleared
from dialer.world.patience import left_s

#: The waiting message is cut off after this time, should its end never be told.
MESSAGE_LIMIT_S = 30.0


def enter(step: Step, interaction: Interaction, contact: Leg) -> None:
    """A live contact without an agent. The clock runs from the 200 OK."""
    advance_all(step, QUEUED, interaction, contact=contact)
    interaction.queued_at = step.utc
    start_clock(step, interaction)
    step.start_timer("pace", 0.0)
    step.interaction_changed(interaction)


def start_clock(step: Step, interaction: Interaction) -> None:
    """The time until the contact is told that nobody comes."""
    step.start_timer(wait_timer(interaction.id), left_s(step.world, interaction, step.utc))


def serve(step: Step, interaction: Interaction, agent: Agent) -> bool:
    """Give a waiting contact to an idle agent: joined at once if engaged, else the phone is rung first."""
    world = step.world
    contact = world.legs.get(interaction.contact_leg) if interaction.contact_leg else None
    if contact is None or not contact.is_connected or not _takes_commands(step, contact):
        return False
    engaged = world.legs.get(agent.engaged) if agent.engaged else None
    if engaged is not None and (not engaged.reaches_agent or engaged.engine != contact.engine):
        return False
    if engaged is None and world.engines[contact.engine].is_short(step.now):
        return False
    party = make_party(world.mint.party(), agent.name, step.utc)
    if engaged is None and not _ring(step, interaction, agent, party):
        return False
    if engaged is not None:
        interaction.parties.append(party)
    agent.interaction = interaction.id
    advance_all(step, SERVED, interaction)
    moved(step, agent)
    step.save_party(interaction, party)
    step.interaction_changed(interaction)
    if not interaction.ahead or engaged is not None:
        step.cancel_timer(wait_timer(interaction.id))
    step.cancel_timer(message_timer(interaction.id))
    interaction.asm = engaged is not None
    if engaged is not None:
        connect(step, interaction, party, contact, engaged)
    return True


def _takes_commands(step: Step, leg: Leg) -> bool:
    """Whether its engine would hear us: who were joined by a command that is lost would hear nothing."""
    engine = step.world.engines.get(leg.engine)
    return engine is not None and engine.usable


def _ring(step: Step, interaction: Interaction, agent: Agent, party: Party) -> bool:
    """Ring the agent's phone for a contact who waits; the record is on the desktop before it rings."""
    settings = step.world.campaigns[interaction.campaign].settings
    if interaction.ahead:
        step.show_record(agent.name, interaction.id)
    interaction.parties.append(party)
    try:
        leg = ring_agent(step, agent, LegPurpose.AGENT, settings.phone_ring_timeout_s, interaction)
    except Refused as refusal:
        interaction.parties.remove(party)
        if refusal.code == "no_phone":
            leave_for_want_of_phone(step, agent, refusal)
        return False
    party.leg = leg.id
    return True


def waiting(step: Step) -> list[Interaction]:
    """Contacts who wait and for whom no phone rings, longest first. Contacts who were dialed ahead and have heard
    the message are left out."""
    found = [
        each
        for each in step.world.interactions.values()
        if each.state is InteractionState.QUEUED
        and each.owner is None
        and each.contact_leg is not None
        and not (each.ahead and each.attempt is not None and each.attempt.abandoned)
    ]
    return sorted(found, key=_waits_since)


def _waits_since(interaction: Interaction) -> float:
    """UTC epoch seconds of the 200 OK: news of it may come late, and out of order from two engines."""
    attempt = interaction.attempt
    answered_at = attempt.answered_at if attempt is not None else None
    return answered_at or interaction.queued_at or 0.0


def on_wait_over(step: Step, interaction: Interaction) -> None:
    """Nobody came in time: the campaign's message, then the end. The law counts it as abandoned. A phone that rings
    for a contact who was dialed ahead rings on: whoever picks up while the message plays still gets the contact."""
    rings = interaction.owner is not None
    if interaction.state is not InteractionState.QUEUED or (rings and not interaction.ahead):
        return
    if not interaction.conversed:
        observations.abandoned(step, interaction)
        step.interaction_changed(interaction)
    contact = step.world.legs.get(interaction.contact_leg) if interaction.contact_leg else None
    message = waiting_message(step.world.campaigns[interaction.campaign].settings)
    if contact is not None and message is not None:
        interaction.message_begun = True
        forget(contact)  # a second wait that was in vain hears the message again
        step.interaction_changed(interaction)
        step.start_timer(message_timer(interaction.id), MESSAGE_LIMIT_S)
    elif not rings:
        end(step, interaction)


def end(step: Step, interaction: Interaction) -> None:
    """The message is over. A contact whom an agent took meanwhile stays. An agent whose phone still rings is not
    ready: it would be rung in vain for the next contact too."""
    party = interaction.owner
    if interaction.state is not InteractionState.QUEUED:
        return
    if party is not None and not interaction.ahead:
        interaction.message_begun = False
        step.audio_changed(interaction)
        return
    interaction.ended_by = EndedBy.SYSTEM
    interaction.cause = NobodyFree()
    if party is not None:
        make_not_ready(step, step.world.agents[party.agent], SystemReason.PHONE_NO_ANSWER)
    hang_up(step, interaction.contact_leg)


def on_message_failed(step: Step, interaction: Interaction) -> None:
    """The campaign's message cannot be played: nobody is left in silence for as long as it might last."""
    attempt = interaction.attempt
    if attempt is not None and attempt.abandoned and interaction.owner is None:
        end(step, interaction)


def next_in_line(step: Step, interaction: Interaction) -> None:
    """The agent who was to come did not: the contact waits for another one, as long as there is patience left. Who
    hears the message by now hears it to its end."""
    attempt = interaction.attempt
    told = interaction.ahead and attempt is not None and attempt.abandoned
    if not told:
        interaction.message_begun = False
        start_clock(step, interaction)
    elif waiting_message(step.world.campaigns[interaction.campaign].settings) is None:
        end(step, interaction)
    step.start_timer("pace", 0.0)
    step.interaction_changed(interaction)


def restate(step: Step, interaction: Interaction) -> None:
    """A message that was begun plays again from its beginning when the engine is back."""
    if interaction.state is InteractionState.QUEUED and interaction.message_begun:
        step.start_timer(message_timer(interaction.id), MESSAGE_LIMIT_S)


def left(step: Step, interaction: Interaction, event: LegCleared) -> None:
    """The contact is gone and nobody has spoken to them."""
    step.cancel_timer(wait_timer(interaction.id))
    step.cancel_timer(message_timer(interaction.id))
    ending.close_waiting(step, interaction, event)
