"""The state of the store at the start of a node: campaigns, agents and open interactions are taken up again."""

from __future__ import annotations

import msgspec

from config.model import Mode
from dialer.agents.agent import AGENT_TABLE, Agent, AgentState, SystemReason
from dialer.callflow.agent import legs
from dialer.callflow.agent.desk import DESKTOP_GRACE_S
from dialer.callflow.dial import offers
from dialer.callflow.pacing import observations
from dialer.callflow.pacing.habits import recall
from dialer.callflow.presence import phone_use
from dialer.callflow.queue import queue
from dialer.callflow.recovery.engines import clear_lost
from dialer.campaigns.campaign import CAMPAIGN_TABLE, CampaignState
from dialer.core.step import Step
from dialer.core.timers import desktop_timer, drained_timer, limit_timer, reconnect_timer
from dialer.interactions.attempt import AttemptState
from dialer.interactions.interaction import INTERACTION_TABLE, Interaction, InteractionState
from dialer.interactions.leg import LEG_TABLE, Leg, LegPurpose, LegState
from dialer.interactions.living import decode
from dialer.interactions.party import Party, PartyState
from dialer.machine import Machine
from dialer.trunks.accounts import phone_target, trunk_account
from dialer.vocabulary import events
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.writes import ReleaseRecord, SettleAttempt, UpdateRecord

#: A record whose attempt was lost is not dialed again before this: its contact's phone may still ring.
LOST_RETRY_S = 120.0


# ------------------------------------------------------------------ what the store remembers


def on_campaign_remembered(step: Step, event: events.CampaignRemembered) -> None:
    campaign = step.world.campaigns.get(event.campaign)
    if campaign is None:
        return
    campaign.machine = Machine(CAMPAIGN_TABLE, campaign.name, CampaignState(event.state), step.now)
    campaign.mode = Mode(event.mode)
    campaign.loaded_utc, campaign.news_utc = event.loaded_at or 0.0, event.news_at or 0.0


def on_agent_remembered(step: Step, event: events.AgentRemembered) -> None:
    agent = step.world.agents.get(event.agent)
    if agent is None:
        return
    state = AgentState(event.state)
    reason = event.reason
    if state not in (AgentState.LOGGED_OUT, AgentState.NOT_READY):
        state, reason = AgentState.NOT_READY, SystemReason.RESTART
    _set_agent(step, agent, state, reason, step.utc)


def _set_agent(step: Step, agent: Agent, state: AgentState, reason: str, since_utc: float) -> None:
    since_s = max(0.0, step.utc - since_utc)
    agent.machine = Machine(AGENT_TABLE, agent.name, state, step.now - since_s)
    agent.reason = reason
    agent.since_utc = step.utc - since_s


def on_answers_remembered(step: Step, event: events.AnswersRemembered) -> None:
    """What the law counts outlives the node. To which day it belongs is known when the contacts' zones are."""
    campaign = step.world.campaigns.get(event.campaign)
    if campaign is not None:
        campaign.remembered.append(event)


def on_interaction_remembered(step: Step, event: events.InteractionRemembered) -> None:
    """An interaction that was open. Its legs are taken as they were until the engine says otherwise."""
    try:
        interaction = decode(event.live)
    except msgspec.DecodeError as error:
        step.history("interaction_unreadable", problem=str(error))
        return
    if interaction.state is InteractionState.FINALIZED:
        return
    party = interaction.owner
    if interaction.campaign not in step.world.campaigns or (party and party.agent not in step.world.agents):
        _close_unknown(step, interaction)
        return
    step.world.interactions[interaction.id] = interaction
    attempt = interaction.attempt
    if attempt is not None and attempt.state is AttemptState.ANSWERED and attempt.answered_at is not None:
        counted = events.AnswersRemembered(interaction.campaign, attempt.answered_at, 1, int(attempt.abandoned))
        on_answers_remembered(step, counted)
    if interaction.contact_leg is not None and interaction.attempt is not None and interaction.engine is not None:
        _remember_contact_leg(step, interaction, interaction.contact_leg)
    for each in interaction.parties:
        if not each.is_done and each.agent in step.world.agents:
            _remember_party(step, interaction, each)


def _remember_party(step: Step, interaction: Interaction, party: Party) -> None:
    agent = step.world.agents[party.agent]
    agent.interaction = interaction.id
    state = _agent_state(interaction, party)
    reason = SystemReason.AFTER_CALL_OVERRUN if state is AgentState.NOT_READY else ""
    _set_agent(step, agent, state, reason, _since_utc(party, state) or step.utc)
    if party.leg is not None and interaction.engine is not None:
        _remember_agent_leg(step, interaction, party, agent)


def _close_unknown(step: Step, interaction: Interaction) -> None:
    """The campaign was taken out of the configuration meanwhile, or the user is no agent any more: nobody can go on,
    so what is open is closed. The engine's legs are ended as orphans."""
    attempt, record = interaction.attempt, interaction.record
    result = interaction.result or CallResult.SYSTEM_LOST
    if attempt is not None and not attempt.settled:
        answered = attempt.answered_at, attempt.connected_at
        step.write(SettleAttempt(attempt.id, CallResult.SYSTEM_LOST, 0, "", None, *answered, ended_at=step.utc))
    if record is not None and attempt is None:
        step.write(ReleaseRecord(record.record, record.fence, True, step.utc))
    elif record is not None:
        done = RecordStatus.UPDATED if interaction.conversed else RecordStatus.READY
        due_at = None if interaction.conversed else step.utc + LOST_RETRY_S
        step.write(UpdateRecord(record.record, record.fence, done, None, result, due_at, step.utc))
    step.history("no_agent_left", interaction=interaction, state=interaction.state)
    interaction.machine = Machine(INTERACTION_TABLE, interaction.id, InteractionState.FINALIZED, step.now)
    step.interaction_changed(interaction)


def _agent_state(interaction: Interaction, party: Party) -> AgentState:
    if party.state in (PartyState.TALKING, PartyState.HOLDING, PartyState.RECONNECTING):
        return AgentState.BUSY
    if party.state is PartyState.AFTER_CALL:
        overran = interaction.after_call is None or interaction.after_call.ends_at is None
        return AgentState.NOT_READY if overran else AgentState.AFTER_CALL_WORK
    return AgentState.RESERVED


def _since_utc(party: Party, state: AgentState) -> float | None:
    """Since when the agent talks, or works after the call: what it lasts goes on over a restart."""
    if state is AgentState.BUSY:
        return party.talking_at
    return party.ended_at if state is AgentState.AFTER_CALL_WORK else None


def _remember_contact_leg(step: Step, interaction: Interaction, leg_id: LegId) -> None:
    attempt = interaction.attempt
    if attempt is None or interaction.engine is None:
        return
    up = interaction.state in (InteractionState.CONNECTED, InteractionState.QUEUED)
    state = LegState.CONNECTED if up else LegState.INITIATED
    trunk = attempt.dial.trunk
    leg = Leg(leg_id, interaction.engine, trunk_account(trunk), LegPurpose.CONTACT, Machine(LEG_TABLE, leg_id, state))
    leg.interaction = interaction.id
    leg.dial = attempt.dial.n
    step.add_leg(leg)


def _remember_agent_leg(step: Step, interaction: Interaction, party: Party, agent: Agent) -> None:
    if party.leg is None or interaction.engine is None:
        return
    ringing = party.state is PartyState.ALERTING and interaction.state is not InteractionState.DIALING
    ringing = ringing or interaction.reconnecting
    state = LegState.INITIATED if ringing else LegState.CONNECTED
    purpose = LegPurpose.ENGAGED if interaction.asm and not ringing else LegPurpose.AGENT
    leg = Leg(party.leg, interaction.engine, _phone_account(step, agent), purpose, Machine(LEG_TABLE, party.leg, state))
    leg.interaction, leg.agent = interaction.id, agent.name
    step.add_leg(leg)
    if purpose is LegPurpose.ENGAGED:
        agent.engaged = leg.id


def _phone_account(step: Step, agent: Agent) -> AccountId:
    try:
        return phone_target(step.world.settings, agent.phone, agent.name)[0]
    except (NotFound, ValueError):
        return AccountId("")


def on_restored(step: Step, _: events.Restored) -> None:
    """Everything remembered was said. Records on desks go back, after-call work gets its clock again."""
    world = step.world
    world.restored = True
    for interaction in list(world.interactions.values()):
        party = interaction.owner
        if interaction.state is InteractionState.PREVIEW and party is not None:
            agent = world.agents[party.agent]
            legs.hang_up(step, party.leg)
            offers.on_not_ready_during_offer(step, agent, interaction, SystemReason.RESTART)
        elif interaction.after_call is not None and interaction.after_call.ends_at is not None:
            step.start_timer(limit_timer(interaction.id), max(1.0, interaction.after_call.ends_at - step.utc))
        elif interaction.state is InteractionState.QUEUED and (party is None or interaction.ahead):
            # The law's clock runs on while an agent's phone rings.
            queue.start_clock(step, interaction)
        elif interaction.reconnecting:
            rules = world.campaigns[interaction.campaign].settings.engaged
            step.start_timer(reconnect_timer(interaction.id), rules.reconnect_s)
    phone_use.review(step)
    _await_desktops(step)
    _clear_of_removed_engines(step)
    for campaign in world.campaigns.values():
        if campaign.is_running:
            recall(step, campaign)
        observations.all_agents(step, campaign)
        if campaign.state in (CampaignState.STOPPING, CampaignState.UNLOADING):
            step.start_timer(drained_timer(campaign.name), 0.0)
    step.history("node_started", interactions=len(world.interactions))


def _await_desktops(step: Step) -> None:
    """All connections ended with the former node; who does not come back has the grace of a lost one."""
    for agent in step.world.agents.values():
        if agent.state is not AgentState.LOGGED_OUT and agent.desktops == 0:
            step.start_timer(desktop_timer(agent.name), DESKTOP_GRACE_S)


def _clear_of_removed_engines(step: Step) -> None:
    configured = {EngineId(engine.name) for engine in step.world.settings.engines}
    for leg in [each for each in step.world.legs.values() if each.engine not in configured]:
        clear_lost(step, leg)
