"""After a restart or a lost engine: what was remembered, what the engine still has, and settling the rest once."""

from __future__ import annotations

import msgspec

from config.model import Mode
from dialer.agents.agent import AGENT_TABLE, Agent, AgentState, SystemReason
from dialer.callflow import conversation, ending, legs, observing, offers, phone_holding, probing, queue
from dialer.callflow.desk import DESKTOP_GRACE_S, desktop_timer, keep_engaged
from dialer.callflow.habits import recall
from dialer.callflow.living import decode
from dialer.callflow.step import Step
from dialer.callflow.world import EngineView
from dialer.campaigns.campaign import CAMPAIGN_TABLE, CampaignState
from dialer.interactions.interaction import INTERACTION_TABLE, Interaction, InteractionState
from dialer.interactions.leg import LEG_TABLE, Leg, LegPurpose, LegState, LegTrigger
from dialer.interactions.party import Party, PartyState
from dialer.machine import Machine
from dialer.trunks.accounts import configure, phone_target, trunk_account
from dialer.vocabulary import events
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.telephony import (
    ClearedBy,
    EngineReady,
    EngineStatistics,
    HangUp,
    LegAlerting,
    LegAnswered,
    LegCleared,
    LegMedia,
    LegSnapshot,
    LegStanding,
    SnapshotTaken,
    abilities_of,
)
from dialer.vocabulary.writes import ReleaseRecord, SettleAttempt, UpdateRecord

#: A record whose attempt was lost is not dialled again before this: its contact's phone may still ring.
LOST_RETRY_S = 120.0

STANDINGS = {
    LegStanding.DIALING: LegState.INITIATED,
    LegStanding.ALERTING: LegState.ALERTING,
    LegStanding.OFFERED: LegState.OFFERED,
    LegStanding.CONNECTED: LegState.CONNECTED,
    LegStanding.CLEARING: LegState.CLEARING,
}


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
    party = interaction.party
    if interaction.campaign not in step.world.campaigns or (party and party.agent not in step.world.agents):
        _close_unknown(step, interaction)
        return
    step.world.interactions[interaction.id] = interaction
    attempt = interaction.attempt
    if attempt is not None and attempt.counted and not attempt.settled and attempt.answered_at is not None:
        counted = events.AnswersRemembered(interaction.campaign, attempt.answered_at, 1, int(attempt.abandoned))
        on_answers_remembered(step, counted)
    if interaction.contact_leg is not None and interaction.attempt is not None and interaction.engine is not None:
        _remember_contact_leg(step, interaction, interaction.contact_leg)
    if party is None:
        return
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
    step.history("nobody_goes_on", interaction=interaction, state=interaction.state)
    interaction.machine = Machine(INTERACTION_TABLE, interaction.id, InteractionState.FINALIZED, step.now)
    step.interaction_changed(interaction)


def _agent_state(interaction: Interaction, party: Party) -> AgentState:
    if party.state in (PartyState.TALKING, PartyState.HOLDING, PartyState.CONSULTING):
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
        party = interaction.party
        if interaction.state is InteractionState.PREVIEW and party is not None:
            agent = world.agents[party.agent]
            legs.hang_up(step, party.leg)
            offers.on_not_ready_during_offer(step, agent, interaction, SystemReason.RESTART)
        elif interaction.after_call is not None and interaction.after_call.ends_at is not None:
            step.start_timer(ending.limit_timer(interaction.id), max(1.0, interaction.after_call.ends_at - step.utc))
        elif interaction.state is InteractionState.QUEUED and (party is None or interaction.ahead):
            # The law's clock runs on while an agent's phone rings.
            queue.start_clock(step, interaction)
        elif interaction.reconnecting:
            rules = world.campaigns[interaction.campaign].settings.engaged
            step.start_timer(ending.reconnect_timer(interaction.id), rules.reconnect_s)
    phone_holding.review(step)
    _await_desktops(step)
    _clear_of_removed_engines(step)
    for campaign in world.campaigns.values():
        if campaign.is_running:
            recall(step, campaign)
        observing.all_agents(step, campaign)
        if campaign.state in (CampaignState.STOPPING, CampaignState.UNLOADING):
            step.start_timer(f"drained/{campaign.name}", 0.0)
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


# ------------------------------------------------------------------ engines


def on_connected(step: Step, event: events.EngineConnected) -> None:
    """The engine's configuration. The client asks for its snapshot by itself, before anything else is told."""
    engine = step.world.engines.setdefault(event.engine, EngineView(event.engine))
    engine.connected, engine.boot, engine.settled, engine.draining = True, event.boot, False, False
    settings = step.world.settings.engine(event.engine)
    step.tell(event.engine, configure(step.world.settings, settings))


def on_disconnected(step: Step, event: events.EngineDisconnected) -> None:
    """Nothing new is dialled over it. Its legs may well live: they are settled when it is back."""
    engine = step.world.engines.get(event.engine)
    if engine is not None and engine.connected:
        engine.connected = engine.settled = False
        step.history("engine_disconnected", engine=event.engine)
        _tell_agents(step, event.engine, up=False)
        for campaign in step.world.campaigns.values():
            if campaign.is_running:
                step.campaign_changed(campaign.name)


def _tell_agents(step: Step, engine: EngineId, *, up: bool) -> None:
    """Everybody at a desk learns at once why calls stop, and when they go on."""
    reason = "The telephone system is back." if up else "The connection to the telephone system is lost; it comes back."
    for agent in step.world.agents.values():
        if agent.state is not AgentState.LOGGED_OUT:
            step.publish(agent.name, "telephony", engine, {"up": up, "reason": reason})


def on_ready(step: Step, engine_id: EngineId, event: EngineReady) -> None:
    engine = step.world.engines.setdefault(engine_id, EngineView(engine_id))
    engine.capacity = event.capacity
    engine.boot = event.boot
    engine.abilities = abilities_of(event.abilities)


def on_statistics(step: Step, engine_id: EngineId, event: EngineStatistics) -> None:
    # An engine that is busy for long hears late what happens, and stamps it late.
    step.world.note_lag(max(step.now - event.at, event.lag_ms_max / 1000), step.now)
    engine = step.world.engines.get(engine_id)
    if engine is not None:
        engine.legs, engine.lingering, engine.capacity = event.legs, event.lingering, event.capacity
        engine.lag_ms, engine.rss_mb, engine.cpu_s = event.lag_ms_max, event.rss_mb, event.cpu_s
        engine.draining = event.draining


def on_snapshot(step: Step, engine_id: EngineId, event: SnapshotTaken) -> None:
    """Compare: adopt legs that are ours, end those that nobody knows, settle ours that are gone."""
    world = step.world
    engine = world.engines.setdefault(engine_id, EngineView(engine_id, connected=True))
    there = {snapshot.leg: snapshot for snapshot in event.legs}
    for snapshot in event.legs:
        if snapshot.leg not in world.legs and not _adopt(step, engine_id, snapshot):
            step.tell(engine_id, HangUp(snapshot.leg))
            step.history("orphan_leg_ended", leg=snapshot.leg)
    # Contacts first: no agent is rung again for a contact whose leg is gone as well.
    gone = [each for each in world.legs.values() if each.engine == engine_id and each.id not in there]
    for leg in sorted(gone, key=lambda each: each.purpose is not LegPurpose.CONTACT):
        if leg.id in world.legs:
            clear_lost(step, leg)
    for state in event.accounts:
        probing.on_account_state(step, engine_id, state)
    engine.settled = True
    engine.legs = len(event.legs)
    for id_, snapshot in there.items():
        if id_ in world.legs:
            _catch_up(step, world.legs[id_], snapshot)
    for interaction in [each for each in world.interactions.values() if each.engine == engine_id]:
        conversation.restate_audio(step, interaction)
        queue.restate(step, interaction)
    step.history("engine_settled", engine=engine_id, legs=len(event.legs))
    _tell_agents(step, engine_id, up=True)
    probing.begin(step)
    step.start_timer("pace", 0.0)


def _catch_up(step: Step, leg: Leg, snapshot: LegSnapshot) -> None:
    """What we missed of a leg of ours, as if the engine said it now; what it missed of us is said again."""
    from dialer.callflow.dispatch import on_leg_event  # dispatch knows every handler, this one included

    standing = snapshot.standing
    _restand(step, leg, snapshot)
    if leg.state is LegState.CLEARING:
        # Our HangUp was lost with the connection.
        if standing is not LegStanding.CLEARING:
            step.tell(leg.engine, HangUp(leg.id))
        return
    if standing is LegStanding.CONNECTED and not leg.is_connected:
        on_leg_event(step, LegAnswered(leg.id, snapshot.answered_at or step.now))
    elif standing is LegStanding.ALERTING and leg.state in (LegState.INITIATED, LegState.PROGRESS):
        on_leg_event(step, LegAlerting(leg.id, early_media=False, at=step.now))
    elif standing is LegStanding.CLEARING:
        leg.machine.advance(LegTrigger.HANG_UP, step.now)
    if leg.is_connected:
        leg.answered_at = snapshot.answered_at
        held = snapshot.held_by_us, snapshot.held_by_peer
        on_leg_event(step, LegMedia(leg.id, True, *held, codec="", at=step.now, silent=snapshot.silent))


def _restand(step: Step, leg: Leg, snapshot: LegSnapshot) -> None:
    """An engaged agent may also talk for a campaign that rings phones: what is remembered of that call does not say
    that the leg is the standing one, but its context does."""
    context = legs.read_context(snapshot.context)
    agent = step.world.agents.get(leg.agent) if leg.agent else None
    engaged = context is not None and context.purpose is LegPurpose.ENGAGED
    if engaged and agent is not None and agent.engaged is None and leg.purpose is LegPurpose.AGENT:
        leg.purpose = LegPurpose.ENGAGED
        agent.engaged = leg.id


def _adopt(step: Step, engine_id: EngineId, snapshot: LegSnapshot) -> bool:
    """An engaged leg that the store does not know of: its context says whose it is."""
    context = legs.read_context(snapshot.context)
    if context is None or context.purpose is not LegPurpose.ENGAGED or context.agent is None:
        return False
    agent = step.world.agents.get(context.agent)
    if agent is None or agent.engaged is not None or agent.state is AgentState.LOGGED_OUT:
        return False
    leg = Leg(
        snapshot.leg,
        engine_id,
        snapshot.account,
        LegPurpose.ENGAGED,
        Machine(LEG_TABLE, snapshot.leg, STANDINGS[snapshot.standing], step.now),
        agent=agent.name,
        answered_at=snapshot.answered_at,
    )
    step.add_leg(leg)
    agent.engaged = leg.id
    keep_engaged(step, agent)
    step.agent_changed(agent.name)
    return True


def clear_lost(step: Step, leg: Leg) -> None:
    """A leg of ours that its engine does not have any more. It ends like any other, by ENGINE; the HangUp is for a
    Dial that was still under way."""
    from dialer.callflow.dispatch import on_leg_event  # dispatch knows every handler, this one included

    step.tell(leg.engine, HangUp(leg.id))
    step.tell_after(leg.engine, HangUp(leg.id))
    lost = LegCleared(
        leg=leg.id,
        code=0,
        reason="",
        q850=None,
        by=ClearedBy.ENGINE,
        at=step.now,
        answered=leg.is_connected,
        heard=leg.state is not LegState.INITIATED,
        alerted=leg.state in (LegState.ALERTING, LegState.CONNECTED),
    )
    on_leg_event(step, lost)
