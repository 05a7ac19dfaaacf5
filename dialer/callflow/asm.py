"""ASM: the agent's engaged leg is up before a contact is dialled, through after-call work and short pauses, so that
the phone rings once a shift. Nothing is dialled for an agent without one."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState, AgentTrigger
from dialer.callflow import observing, phone_ends
from dialer.callflow.consent import may_work
from dialer.callflow.desk import give_free, leave_for_want_of_phone, make_not_ready, move, pause_timer
from dialer.callflow.dialing import place
from dialer.callflow.ending import withdraw
from dialer.callflow.legs import hang_up, ring_agent, stand_by
from dialer.callflow.offers import begin
from dialer.callflow.step import Step
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import Leg, LegPurpose
from dialer.interactions.party import PartyTrigger
from dialer.interactions.results import UNKNOWN_ENDS
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.telephony import ClearedBy, LegCleared


def engaged_leg(step: Step, agent: Agent) -> Leg | None:
    """The engaged leg if it reaches the agent, on an engine that takes commands."""
    leg = step.world.legs.get(agent.engaged) if agent.engaged else None
    if leg is None or not leg.reaches_agent:
        return None
    engine = step.world.engines.get(leg.engine)
    return leg if engine is not None and engine.usable else None


def takes_contacts(step: Step, agent: Agent) -> bool:
    """Whether the engaged leg is up and may get a new contact. One on an engine that is being stopped may not: it is
    ended where another engine takes calls, over which the phone is rung then."""
    leg = engaged_leg(step, agent)
    if leg is None or step.world.engines[leg.engine].takes_calls:
        return leg is not None
    if step.world.usable_engine() is not None:
        disengage(step, agent)
    return False


def asm_campaign(step: Step, agent: Agent) -> Campaign | None:
    """The first running ASM campaign that the agent may work in."""
    for campaign in step.world.running_for(agent):
        if campaign.is_asm and may_work(campaign, agent):
            return campaign
    return None


def engage(step: Step, agent: Agent) -> None:
    """Ring the phone of a ready agent whose campaign wants a standing leg. Does nothing if it is up or ringing."""
    if agent.engaged is not None or not agent.is_idle:
        return
    campaign = asm_campaign(step, agent)
    if campaign is None or step.world.shortage(step.now):
        return
    try:
        leg = ring_agent(step, agent, LegPurpose.ENGAGED, campaign.settings.engaged.ring_timeout_s)
    except Refused as refusal:
        if refusal.code == "no_phone":
            leave_for_want_of_phone(step, agent, refusal)
        return
    agent.engaged = leg.id
    step.agent_changed(agent.name)


def renew(step: Step, agent: Agent) -> None:
    """Let go of a standing leg from which nothing comes: an agent who becomes ready gets a fresh one."""
    leg = step.world.legs.get(agent.engaged) if agent.engaged else None
    if leg is not None and leg.is_connected and leg.silent:
        agent.engaged = None
        step.history("disengaged", agent=agent.name, by=ClearedBy.MEDIA, was_up=True)
        hang_up(step, leg.id)


def on_engaged(step: Step, agent: Agent) -> None:
    """The phone was picked up: the agent can be supplied with contacts."""
    step.history("engaged", agent=agent.name)
    step.agent_changed(agent.name)
    step.start_timer("pace", 0.0)


def on_hold_changed(step: Step, leg: Leg) -> None:
    """The standing leg of an agent with nothing on the desk was put on hold at the phone, or taken off it."""
    agent = step.world.agents.get(leg.agent) if leg.agent else None
    if agent is None or agent.engaged != leg.id or agent.interaction is not None:
        return
    step.history("phone_on_hold" if leg.held_by_peer else "phone_off_hold", agent=agent.name)
    step.agent_changed(agent.name)
    observing.agent_changed(step, agent)
    if not leg.held_by_peer:
        step.start_timer("pace", 0.0)


def on_engaged_lost(step: Step, agent: Agent, leg: Leg, event: LegCleared, *, was_up: bool) -> None:
    """The engaged leg is gone while no conversation was on it. One that went with its engine is no doing of the
    agent, who stays ready: the phone is rung again as soon as an engine is there."""
    by = event.by
    agent.engaged = None
    step.history("disengaged", agent=agent.name, by=by, was_up=was_up)
    interaction = step.world.interactions.get(agent.interaction) if agent.interaction else None
    reserved_for = interaction if agent.state is AgentState.RESERVED else None
    if reserved_for is not None and reserved_for.party is not None and reserved_for.party.leg == leg.id:
        _give_up(step, reserved_for)
    if by is ClearedBy.US or by in UNKNOWN_ENDS:
        step.agent_changed(agent.name)
        step.start_timer("pace", 0.0)
        return
    reason = phone_ends.tell(step, agent, leg, event, was_up=was_up)
    if agent.state is AgentState.READY:
        move(step, agent, AgentTrigger.NOT_READY, reason)
    elif reserved_for is not None:
        make_not_ready(step, agent, reason)
    else:
        step.agent_changed(agent.name)


def _give_up(step: Step, interaction: Interaction) -> None:
    """Whoever answers now would find nobody, however the agent's leg ended."""
    if interaction.attempt is not None and interaction.state is InteractionState.DIALING:
        interaction.attempt.cancelled = "the agent's leg was lost"
    hang_up(step, interaction.contact_leg)


def disengage(step: Step, agent: Agent) -> None:
    """End the standing leg: a pause that is too long, or no campaign that wants it."""
    step.cancel_timer(pause_timer(agent.name))
    hang_up(step, agent.engaged)


def on_pause_over(step: Step, agent: Agent) -> None:
    """Not ready for too long, be it with overrun after-call work on the desk."""
    if agent.state is AgentState.NOT_READY:
        disengage(step, agent)


def dial(step: Step, campaign: Campaign, agent: Agent, record: ClaimedRecord) -> bool:
    """Dial a contact for one engaged agent, who is reserved for it. False, and the record back, if it cannot be
    now."""
    leg = engaged_leg(step, agent)
    if leg is None:
        return False
    interaction, party = begin(step, campaign, agent, record)
    interaction.asm = True
    interaction.engine = leg.engine
    party.leg = leg.id
    try:
        place(step, campaign, interaction)
    except Refused as refusal:
        step.history("not_dialled", interaction=interaction, code=refusal.code)
        withdraw(step, interaction)
        give_free(step, agent, AgentTrigger.RELEASE)
        return False
    leg.interaction = interaction.id
    stand_by(step, interaction)
    party.machine.advance(PartyTrigger.RING, step.now)
    return True
