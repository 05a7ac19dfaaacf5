"""Engines that connect, are lost, and tell what is up: legs are adopted, and those that are gone are cleared."""

from __future__ import annotations

from dialer.agents.agent import AgentState
from dialer.callflow.agent import legs
from dialer.callflow.agent.desk import keep_engaged
from dialer.callflow.call.audio import forget
from dialer.callflow.heard import trunks
from dialer.callflow.heard.legs import on_leg_event
from dialer.callflow.queue import queue
from dialer.core.step import Step
from dialer.interactions.leg import LEG_TABLE, Leg, LegPurpose, LegState, LegTrigger
from dialer.machine import Machine
from dialer.trunks.accounts import configure
from dialer.vocabulary import events, topics
from dialer.vocabulary.ids import EngineId
from dialer.vocabulary.reasons.phones import TelephonyBack, TelephonyLost
from dialer.vocabulary.reasons.reason import Sentence
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
from dialer.vocabulary.topics import OwnDesk
from dialer.world.world import EngineView

STANDINGS = {
    LegStanding.DIALING: LegState.INITIATED,
    LegStanding.ALERTING: LegState.ALERTING,
    LegStanding.OFFERED: LegState.OFFERED,
    LegStanding.CONNECTED: LegState.CONNECTED,
    LegStanding.CLEARING: LegState.CLEARING,
}


# ------------------------------------------------------------------ engines


def on_connected(step: Step, event: events.EngineConnected) -> None:
    """The engine's configuration. The client asks for its snapshot by itself, before anything else is told."""
    engine = step.world.engines.setdefault(event.engine, EngineView(event.engine))
    engine.connected, engine.boot, engine.settled, engine.draining = True, event.boot, False, False
    settings = step.world.settings.engine(event.engine)
    step.tell(event.engine, configure(step.world.settings, settings))


def on_disconnected(step: Step, event: events.EngineDisconnected) -> None:
    """Nothing new is dialed over it. Its legs may well live: they are settled when it is back."""
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
    reason = Sentence(TelephonyBack() if up else TelephonyLost())
    for agent in step.world.agents.values():
        if agent.state is not AgentState.LOGGED_OUT:
            step.publish(topics.TELEPHONY, OwnDesk(agent.name), engine, topics.TelephonyChanged(up, reason))


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
        engine.lag_ms, engine.cpu_s = event.lag_ms_max, event.cpu_s
        engine.rss_mb, engine.heap_mb = event.rss_mb, event.heap_mb
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
        trunks.on_account_state(step, engine_id, state)
    engine.settled = True
    engine.legs = len(event.legs)
    for id_, snapshot in there.items():
        if id_ in world.legs:
            _catch_up(step, world.legs[id_], snapshot)
    # What was told while the connection was down is lost.
    forget(*(each for each in world.legs.values() if each.engine == engine_id))
    for interaction in [each for each in world.interactions.values() if each.engine == engine_id]:
        step.audio_changed(interaction)
        queue.restate(step, interaction)
    step.history("engine_settled", engine=engine_id, legs=len(event.legs))
    _tell_agents(step, engine_id, up=True)
    trunks.begin(step)
    step.start_timer("pace", 0.0)


def _catch_up(step: Step, leg: Leg, snapshot: LegSnapshot) -> None:
    """What we missed of a leg of ours, as if the engine said it now; what it missed of us is said again."""
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
