"""What agents' legs tell us: the phone rung for one call, and the engaged leg."""

from __future__ import annotations

from msgspec import structs

from dialer.agents.agent import Agent, AgentState, AgentTrigger, SystemReason
from dialer.callflow.agent import phone_end
from dialer.callflow.agent.desk import give_free, make_not_ready
from dialer.callflow.agent.legs import hang_up
from dialer.callflow.agent.shortage import SHORT_CODE, note_shortage, short
from dialer.callflow.call import commands, lost_phone
from dialer.callflow.call.connect import connect
from dialer.callflow.dial import again, engaged, offers
from dialer.callflow.queue import crossing
from dialer.callflow.queue.queue import next_in_line
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import Leg, LegPurpose, LegTrigger
from dialer.interactions.party import Party, PartyState, PartyTrigger
from dialer.interactions.results import LINE_FAULTS
from dialer.vocabulary.reasons.phones import PhoneFailed
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.telephony import ClearedBy, LegAlerting, LegAnswered, LegCleared, LegProgress
from dialer.world.lookups import agent_leg


def on_progress(step: Step, leg: Leg, event: LegProgress | LegAlerting) -> None:
    trigger = LegTrigger.ALERT if isinstance(event, LegAlerting) else LegTrigger.PROGRESS
    leg.machine.advance(trigger, step.now)


def on_answered(step: Step, leg: Leg, event: LegAnswered) -> None:
    """The agent's phone was picked up."""
    repeated = leg.is_connected
    leg.machine.advance(LegTrigger.ANSWER, step.now)
    agent = step.world.agents.get(leg.agent) if leg.agent else None
    if repeated or agent is None or not leg.is_connected:
        return
    leg.answered_at = event.at
    agent.phone_error = ""
    if leg.purpose is LegPurpose.ENGAGED:
        engaged.on_engaged(step, agent)
        return
    interaction = step.world.interactions.get(leg.interaction) if leg.interaction else None
    party = interaction.owner if interaction else None
    if interaction is None or party is None or party.leg != leg.id:
        hang_up(step, leg.id)
        return
    _take_up(step, agent, interaction, party, leg)


def _take_up(step: Step, agent: Agent, interaction: Interaction, party: Party, leg: Leg) -> None:
    state = interaction.state
    if state is InteractionState.PREVIEW:
        offers.on_phone_answered(step, agent, interaction, leg)
    elif state is InteractionState.CLEARED and party.state is PartyState.ALERTING:
        again.on_call_again_phone(step, interaction, leg)
    elif state is InteractionState.CONNECTED and interaction.reconnecting:
        if interaction.asm:
            agent.engaged = leg.id
            leg.purpose = LegPurpose.ENGAGED
        lost_phone.on_agent_back(step, interaction, leg)
    elif state is InteractionState.QUEUED:
        contact = step.world.legs.get(interaction.contact_leg) if interaction.contact_leg else None
        if contact is not None and contact.is_connected:
            connect(step, interaction, party, contact, leg)
    else:
        hang_up(step, leg.id)


def on_dial_due(step: Step, interaction: Interaction) -> None:
    """The trunk may take the call for which an agent whose phone is up has waited."""
    party, leg = interaction.owner, agent_leg(step.world, interaction)
    waits = interaction.state in (InteractionState.PREVIEW, InteractionState.CLEARED)
    if waits and party is not None and party.state is PartyState.ALERTING and leg is not None and leg.is_connected:
        _take_up(step, step.world.agents[party.agent], interaction, party, leg)


def on_cleared(step: Step, leg: Leg, event: LegCleared) -> None:
    """An agent's leg is gone. A standing leg that the engine could not ring counts as lost with the engine: it is no
    fault of the phone, which is rung again when the engine can."""
    agent = step.world.agents.get(leg.agent) if leg.agent else None
    if agent is None:
        return
    if event.exhausted:
        note_shortage(step, leg, event)
        event = structs.replace(event, by=ClearedBy.ENGINE)
    if event.by is ClearedBy.PEER and event.answered and event.q850 in LINE_FAULTS:
        event = structs.replace(event, by=ClearedBy.MEDIA)
    interaction = step.world.interactions.get(leg.interaction) if leg.interaction else None
    party = interaction.owner if interaction else None
    mine = interaction is not None and party is not None and party.leg == leg.id
    if leg.purpose is LegPurpose.ENGAGED and agent.engaged == leg.id:
        if mine and interaction is not None and interaction.state is InteractionState.CONNECTED:
            agent.engaged = None
            _lose_conversation(step, agent, interaction, event)
        else:
            engaged.on_engaged_lost(step, agent, leg, event, was_up=event.answered or leg.answered_at is not None)
        return
    if not mine or interaction is None or party is None:
        return
    if event.exhausted and not interaction.reconnecting:
        _not_rung(step, agent, interaction, party, short(leg.engine, event.reason))
    else:
        _lose(step, agent, interaction, party, leg, event)


def _not_rung(step: Step, agent: Agent, interaction: Interaction, party: Party, why: Reason) -> None:
    """The engine is short of something and has not rung the phone: the agent stays as they were, and is told why."""
    party.leg = None
    step.history("phone_not_rung", interaction=interaction, reason=SHORT_CODE)
    if interaction.state is InteractionState.PREVIEW:
        offers.take_back(step, agent, interaction, why)
    elif interaction.state is InteractionState.CLEARED:
        again.on_call_again_failed(step, interaction, why)
    elif interaction.state is InteractionState.QUEUED:
        _next_agent(step, agent, interaction, party, AgentTrigger.RELEASE)


def _lose(step: Step, agent: Agent, interaction: Interaction, party: Party, leg: Leg, event: LegCleared) -> None:
    picked_up = event.answered or leg.answered_at is not None
    if picked_up or interaction.reconnecting:
        # A phone that is rung again and again in a conversation is told of once, when it is given up.
        reason = phone_end.reason_of(event, was_up=False)
    else:
        reason = phone_end.tell(step, agent, leg, event, was_up=False)
    state = interaction.state
    party.leg = None
    if state is InteractionState.PREVIEW:
        offers.on_phone_failed(step, agent, interaction, reason)
    elif state is InteractionState.CLEARED and party.state is PartyState.ALERTING:
        make_not_ready(step, agent, reason)
        again.on_call_again_failed(step, interaction, PhoneFailed(reason))
    elif state is InteractionState.QUEUED:
        _next_agent(step, agent, interaction, party, AgentTrigger.NOT_READY, reason)
    elif state is InteractionState.DIALING:
        if event.by is not ClearedBy.PEER:
            make_not_ready(step, agent, SystemReason.PHONE_LOST)
        commands.end_by_agent(step, interaction)
    elif state is InteractionState.CONNECTED:
        if interaction.reconnecting:
            lost_phone.on_ring_failed(step, agent, interaction, event)
        else:
            _lose_conversation(step, agent, interaction, event)


def _lose_conversation(step: Step, agent: Agent, interaction: Interaction, event: LegCleared) -> None:
    reason = phone_end.reason_of(event, was_up=True)
    if not crossing.on_agent_gone(step, agent, interaction, event, reason):
        lost_phone.on_agent_leg_lost(step, agent, interaction, event.by)


def _next_agent(
    step: Step, agent: Agent, interaction: Interaction, party: Party, then: AgentTrigger, reason: str = ""
) -> None:
    """A contact who is already there goes to the next agent; `then` says what becomes of this one."""
    party.machine.advance(PartyTrigger.WITHDRAW, step.now)
    party.ended_at = step.utc
    step.save_party(interaction, party)
    if agent.state is AgentState.RESERVED:
        give_free(step, agent, then, reason)
    next_in_line(step, interaction)
