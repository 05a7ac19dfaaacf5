"""The agent's leg is lost in a conversation: the contact hears music, the phone is rung again, and after the reconnect
time the contact is released."""

from __future__ import annotations

from dialer.agents.agent import Agent, SystemReason
from dialer.callflow.agent.desk import make_not_ready
from dialer.callflow.agent.legs import hang_up, ring_agent
from dialer.callflow.call.commands import end_by_agent
from dialer.core.step import Step
from dialer.core.timers import reconnect_timer, ring_again_timer
from dialer.interactions.interaction import EndedBy, HoldBy, Interaction
from dialer.interactions.leg import Leg, LegPurpose, LegState
from dialer.interactions.party import Party, PartyTrigger
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.calls import AgentPhoneLost
from dialer.vocabulary.telephony import ClearedBy, LegCleared
from dialer.world.lookups import agent_leg, contact_leg, legs_of

#: A phone that was lost is rung anew this long after it failed or gave no sign.
RING_AGAIN_S = 3.0


#: Busy everywhere or here, declined: answers of a person.
REFUSED_BY_PERSON = frozenset({486, 600, 603})


def on_agent_leg_lost(step: Step, agent: Agent, interaction: Interaction, by: ClearedBy) -> None:
    """The agent's leg ended while the contact's is up. A BYE is End call; anything else is a fault, and the agent
    is rung again while the contact hears comfort audio."""
    party = interaction.owner
    if party is None:
        return
    party.leg = None
    if by is ClearedBy.PEER:
        end_by_agent(step, interaction)
        return
    contact = contact_leg(step.world, interaction)
    if contact is None:
        return
    rules = step.world.campaigns[interaction.campaign].settings.engaged
    # A hold by a phone that is gone is over; the phone that comes back holds nothing.
    interaction.holds.discard(HoldBy.AGENT_PHONE)
    party.machine.advance(PartyTrigger.LOSE, step.now)
    step.save_party(interaction, party)
    step.history("agent_leg_lost", interaction=interaction, by=by)
    step.start_timer(reconnect_timer(interaction.id), rules.reconnect_s)
    _ring_again(step, agent, interaction, party)
    step.interaction_changed(interaction)


def _ring_again(step: Step, agent: Agent, interaction: Interaction, party: Party) -> None:
    rules = step.world.campaigns[interaction.campaign].settings.engaged
    try:
        leg = ring_agent(step, agent, LegPurpose.AGENT, rules.reconnect_s, interaction, stays=interaction.asm)
    except Refused:
        give_up(step, agent, interaction)
        return
    party.leg = leg.id
    step.start_timer(ring_again_timer(interaction.id), RING_AGAIN_S)


def on_ring_failed(step: Step, agent: Agent, interaction: Interaction, event: LegCleared) -> None:
    """The phone that was lost could not be rung. One that restarts is away for a while and is tried again until the
    time for it is over, at once where we gave up a phone that gave no sign; an agent who refuses, or lets it ring out,
    is taken at the word."""
    refused = event.by is ClearedBy.PEER and event.code in REFUSED_BY_PERSON
    if refused or event.by is ClearedBy.TIMEOUT:
        give_up(step, agent, interaction)
    elif event.by is ClearedBy.US:
        on_ring_again(step, interaction)
    else:
        step.start_timer(ring_again_timer(interaction.id), RING_AGAIN_S)


def on_ring_again(step: Step, interaction: Interaction) -> None:
    """A phone that gives no sign is given up and rung anew: what was rung may be an address that it has left."""
    party, contact = interaction.owner, contact_leg(step.world, interaction)
    if not interaction.reconnecting or party is None or contact is None or not contact.is_connected:
        return
    leg = agent_leg(step.world, interaction)
    if leg is None:
        _ring_again(step, step.world.agents[party.agent], interaction, party)
    elif leg.state in (LegState.INITIATED, LegState.PROGRESS):
        hang_up(step, leg.id)


def on_agent_back(step: Step, interaction: Interaction, phone: Leg) -> None:
    """The agent's phone answered again: the conversation goes on."""
    contact, party = contact_leg(step.world, interaction), interaction.owner
    if contact is None or party is None:
        return
    party.machine.advance(PartyTrigger.CONNECT, step.now)
    if interaction.holds:
        party.machine.advance(PartyTrigger.HOLD, step.now)
    step.save_party(interaction, party)
    step.cancel_timer(reconnect_timer(interaction.id))
    step.cancel_timer(ring_again_timer(interaction.id))
    step.history("agent_leg_back", interaction=interaction)
    step.interaction_changed(interaction)


def give_up(step: Step, agent: Agent, interaction: Interaction) -> None:
    """The agent's phone did not come back: the conversation ends and the agent is not ready afterwards."""
    interaction.ended_by = EndedBy.SYSTEM
    interaction.cause = AgentPhoneLost()
    step.history("phone_lost", interaction=interaction, reason=SystemReason.PHONE_LOST, said=agent.phone_error)
    make_not_ready(step, agent, SystemReason.PHONE_LOST)
    for leg in reversed(legs_of(step.world, interaction)):
        hang_up(step, leg)
    step.interaction_changed(interaction)


def on_reconnect_over(step: Step, interaction: Interaction) -> None:
    party = interaction.owner
    if interaction.reconnecting and party is not None:
        give_up(step, step.world.agents[party.agent], interaction)
