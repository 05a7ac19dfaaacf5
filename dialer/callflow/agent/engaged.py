"""Nailed-up agents (ASM): the agent's engaged leg is up before a contact is dialed, through after-call work and short
pauses, so that the phone rings once a shift."""

from __future__ import annotations

from dialer.agents.agent import Agent
from dialer.callflow.agent.desk import leave_for_want_of_phone
from dialer.callflow.agent.legs import hang_up, no_phone, ring_agent
from dialer.callflow.pacing import observations
from dialer.core.step import Step
from dialer.core.timers import pause_timer
from dialer.interactions.leg import Leg, LegPurpose
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.telephony import ClearedBy
from dialer.world.consent import may_work
from dialer.world.lookups import asm_campaign, engaged_leg


def takes_contacts(step: Step, agent: Agent) -> bool:
    """Whether the engaged leg is up and may get a new contact. One on an engine that is being stopped may not: it is
    ended where another engine takes calls, over which the phone is rung then."""
    leg = engaged_leg(step.world, agent)
    if leg is None or step.world.engines[leg.engine].takes_calls:
        return leg is not None
    if step.world.usable_engine() is not None:
        disengage(step, agent)
    return False


def engage(step: Step, agent: Agent) -> None:
    """Ring the phone of a ready agent whose campaign wants a standing leg. Does nothing if it is up or ringing."""
    if agent.engaged is not None or not agent.is_idle:
        return
    campaign = asm_campaign(step.world, agent)
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


def on_hold_changed(step: Step, leg: Leg) -> None:
    """The standing leg of an agent with nothing on the desk was put on hold at the phone, or taken off it."""
    agent = step.world.agents.get(leg.agent) if leg.agent else None
    if agent is None or agent.engaged != leg.id or agent.interaction is not None:
        return
    step.history("phone_on_hold" if leg.held_by_peer else "phone_off_hold", agent=agent.name)
    step.agent_changed(agent.name)
    observations.agent_changed(step, agent)
    if not leg.held_by_peer:
        step.start_timer("pace", 0.0)


def disengage(step: Step, agent: Agent) -> None:
    """End the standing leg: a pause that is too long, or no campaign that wants it."""
    step.cancel_timer(pause_timer(agent.name))
    hang_up(step, agent.engaged)


def look_for_phone(step: Step, agent: Agent) -> None:
    """Nobody is dialed for an agent whose phone cannot be rung: that is known before a contact has answered."""
    if agent.phone or not agent.is_idle:
        return
    if any(each.is_predictive and may_work(each, agent) for each in step.world.running_for(agent)):
        leave_for_want_of_phone(step, agent, no_phone(agent))
