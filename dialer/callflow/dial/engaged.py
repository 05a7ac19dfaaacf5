"""Dialing for an agent whose engaged leg is up (ASM). No contact is dialed for an agent without one."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState, AgentTrigger
from dialer.callflow.agent import phone_end
from dialer.callflow.agent.desk import give_free, make_not_ready, move
from dialer.callflow.agent.legs import hang_up
from dialer.callflow.dial.attempt import place
from dialer.callflow.dial.offers import begin
from dialer.callflow.end.ending import withdraw
from dialer.campaigns.campaign import Campaign
from dialer.core.moves import DIALED_AT_ONCE
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import Leg
from dialer.interactions.results import UNKNOWN_ENDS
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.telephony import ClearedBy, LegCleared
from dialer.world.lookups import engaged_leg


def on_engaged(step: Step, agent: Agent) -> None:
    """The phone was picked up: the agent can be supplied with contacts."""
    step.history("engaged", agent=agent.name)
    step.agent_changed(agent.name)
    step.start_timer("pace", 0.0)


def on_engaged_lost(step: Step, agent: Agent, leg: Leg, event: LegCleared, *, was_up: bool) -> None:
    """The engaged leg is gone while no conversation was on it. One that went with its engine is no doing of the
    agent, who stays ready: the phone is rung again as soon as an engine is there."""
    by = event.by
    agent.engaged = None
    step.history("disengaged", agent=agent.name, by=by, was_up=was_up)
    interaction = step.world.interactions.get(agent.interaction) if agent.interaction else None
    reserved_for = interaction if agent.state is AgentState.RESERVED else None
    if reserved_for is not None and reserved_for.owner is not None and reserved_for.owner.leg == leg.id:
        _give_up(step, reserved_for)
    if by is ClearedBy.US or by in UNKNOWN_ENDS:
        step.agent_changed(agent.name)
        step.start_timer("pace", 0.0)
        return
    reason = phone_end.tell(step, agent, leg, event, was_up=was_up)
    if agent.state is AgentState.READY:
        move(step, agent, AgentTrigger.NOT_READY, reason)
    elif reserved_for is not None:
        make_not_ready(step, agent, reason)
    else:
        step.agent_changed(agent.name)


def _give_up(step: Step, interaction: Interaction) -> None:
    """Give up a contact who is being dialed: the agent's leg is lost, and an answer would find nobody."""
    if interaction.attempt is not None and interaction.state is InteractionState.DIALING:
        interaction.attempt.cancel("agent_leg_lost", step.now)
    hang_up(step, interaction.contact_leg)


def dial(step: Step, campaign: Campaign, agent: Agent, record: ClaimedRecord) -> bool:
    """Dial a contact for one engaged agent, who is reserved for it. False, and the record back, if it cannot be
    now."""
    leg = engaged_leg(step.world, agent)
    if leg is None:
        return False
    interaction, party = begin(step, campaign, agent, record)
    interaction.asm = True
    interaction.engine = leg.engine
    party.leg = leg.id
    try:
        place(step, campaign, interaction, DIALED_AT_ONCE)
    except Refused as refusal:
        step.history("not_dialed", interaction=interaction, code=refusal.code)
        withdraw(step, interaction)
        give_free(step, agent, AgentTrigger.RELEASE)
        return False
    leg.interaction = interaction.id
    step.audio_changed(interaction)
    return True
