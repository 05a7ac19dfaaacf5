"""Which handler takes which message: the whole call flow on one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialer.callflow import (
    asm,
    barring,
    claiming,
    configuration,
    contact,
    conversation,
    dialing,
    extension,
    habits,
    joining,
    late,
    moved,
    notices,
    offers,
    outcome,
    phones,
    presence,
    probing,
    queue,
    recovery,
    refusals,
    running,
    supervising,
    supply,
    trial,
)
from dialer.callflow.step import Step
from dialer.interactions.leg import Leg, LegPurpose, LegTrigger
from dialer.vocabulary import commands, events, telephony
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, InteractionId, LegId, OfferId, TrunkName

Handler = Callable[[Step, Any], None]

COMMANDS: Mapping[type, Handler] = {
    commands.LoadCampaign: running.on_load,
    commands.StartCampaign: running.on_start,
    commands.StopCampaign: running.on_stop,
    commands.UnloadCampaign: running.on_unload,
    commands.ChangeMode: running.on_change_mode,
    commands.LogIn: presence.on_log_in,
    commands.LogOut: presence.on_log_out,
    commands.GoReady: presence.on_go_ready,
    commands.GoNotReady: presence.on_go_not_ready,
    commands.AcknowledgeNotice: presence.on_acknowledge,
    commands.GetRecord: offers.on_get_record,
    commands.AcceptOffer: offers.on_accept,
    commands.RejectOffer: offers.on_reject,
    commands.DialRecord: offers.on_dial,
    commands.ReturnRecord: offers.on_return,
    commands.CancelRecord: offers.on_cancel,
    commands.Hold: conversation.on_hold,
    commands.Resume: conversation.on_resume,
    commands.Mute: conversation.on_mute,
    commands.SendDigits: conversation.on_digits,
    commands.EndCall: conversation.on_end_call,
    commands.SetOutcome: outcome.on_set_outcome,
    commands.CallAgain: outcome.on_call_again,
    commands.ExtendAfterCall: outcome.on_extend,
    commands.Done: outcome.on_done,
    commands.PlaceTrialCall: trial.on_place,
    commands.EndTrialCall: trial.on_end,
    commands.BarNumbers: barring.on_bar_numbers,
    commands.LiftNumber: barring.on_lift_number,
    commands.CloseInteraction: supervising.on_close,
    commands.ReassignInteraction: supervising.on_reassign,
}

EVENTS: Mapping[type, Handler] = {
    events.ConfigurationApplied: configuration.on_applied,
    events.UserKnown: presence.on_user_known,
    events.CampaignRemembered: recovery.on_campaign_remembered,
    events.AgentRemembered: recovery.on_agent_remembered,
    events.NoticeRemembered: notices.on_remembered,
    events.AnswersRemembered: recovery.on_answers_remembered,
    events.InteractionRemembered: recovery.on_interaction_remembered,
    events.Restored: recovery.on_restored,
    events.EngineConnected: recovery.on_connected,
    events.EngineDisconnected: recovery.on_disconnected,
    events.Ticked: lambda step, _: supply.tick(step),
    events.RecordsClaimed: claiming.on_records_claimed,
    events.ClaimFailed: claiming.on_claim_failed,
    events.LeasesLost: claiming.on_leases_lost,
    events.HabitsRecalled: habits.on_recalled,
    events.RecallFailed: habits.on_recall_failed,
    events.AttemptRefused: refusals.on_attempt_refused,
    events.StoreFailing: refusals.on_store_failing,
    events.StoreRecovered: refusals.on_store_recovered,
    events.DesktopConnected: presence.on_desktop_connected,
    events.DesktopDisconnected: presence.on_desktop_disconnected,
    events.DesktopAwaited: presence.on_desktop_awaited,
}


def handle(step: Step, message: object) -> None:
    """Let the handler of `message` fill `step`. Raises Refused for commands that may not be carried out, and
    InvalidTransition for a defect of ours. Unknown messages are a defect too: KeyError."""
    if isinstance(message, events.EngineSaid):
        on_engine_said(step, message)
    elif isinstance(message, events.TimerFired):
        on_timer(step, message)
    else:
        handler = COMMANDS.get(type(message)) or EVENTS[type(message)]
        handler(step, message)


# ------------------------------------------------------------------ what engines say

_ENGINE: Mapping[type, Callable[[Step, EngineId, Any], None]] = {
    telephony.EngineReady: recovery.on_ready,
    telephony.EngineStatistics: recovery.on_statistics,
    telephony.SnapshotTaken: recovery.on_snapshot,
    telephony.ProbeCompleted: probing.on_probe_completed,
    telephony.AccountState: probing.on_account_state,
    telephony.ConfigurationTaken: refusals.on_configuration_taken,
    telephony.EngineFault: refusals.on_engine_fault,
    telephony.CommandRefused: refusals.on_command_refused,
    telephony.LateAnswer: late.on_late_answer,
}

LegEvent = (
    telephony.LegProgress
    | telephony.LegAlerting
    | telephony.LegAnswered
    | telephony.LegMedia
    | telephony.Joined
    | telephony.LegCleared
    | telephony.Digits
)


def on_engine_said(step: Step, said: events.EngineSaid) -> None:
    event = said.event
    if isinstance(event, LegEvent):
        on_leg_event(step, event)
        return
    handler = _ENGINE.get(type(event))
    if handler is not None:
        handler(step, said.engine, event)
    elif isinstance(event, telephony.LegOffered):
        refusals.on_offered(step, said.engine, event)
    elif isinstance(event, telephony.PlayFinished):
        _on_play_finished(step, event)


def on_leg_event(step: Step, event: LegEvent) -> None:
    """Events of legs that are gone already (a replay, or one that crossed our decision) change nothing."""
    step.world.note_lag(step.now - event.at, step.now)
    leg = step.world.legs.get(event.leg)
    if leg is None:
        return
    if isinstance(event, telephony.LegMedia):
        held = leg.held_by_peer
        conversation.on_media(step, leg, event)
        if leg.held_by_peer is not held:
            asm.on_hold_changed(step, leg)
        moved.on_identity(step, leg, event.identity)
        return
    if isinstance(event, telephony.Joined):
        joining.on_joined(step, leg, event)
        return
    if isinstance(event, telephony.Digits):
        on_keyed = trial.on_keyed if leg.purpose is LegPurpose.TEST else conversation.on_keyed
        on_keyed(step, leg, event)
        return
    if isinstance(event, telephony.LegCleared):
        leg.machine.advance(LegTrigger.CLEAR, step.now)
        step.remove_leg(leg)
    if leg.purpose is LegPurpose.TEST:
        trial.on_leg_event(step, leg, event)
    elif leg.purpose is LegPurpose.CONTACT:
        _on_contact_event(step, leg, event)
    else:
        _on_phone_event(step, leg, event)


CallEvent = telephony.LegProgress | telephony.LegAlerting | telephony.LegAnswered | telephony.LegCleared


def _on_contact_event(step: Step, leg: Leg, event: CallEvent) -> None:
    interaction = step.world.interactions.get(leg.interaction) if leg.interaction else None
    if interaction is None:
        return
    match event:
        case telephony.LegCleared():
            contact.on_cleared(step, interaction, leg, event)
        case telephony.LegAnswered():
            contact.on_answered(step, interaction, leg, event)
        case _:
            contact.on_progress(step, interaction, leg, event)


def _on_phone_event(step: Step, leg: Leg, event: CallEvent) -> None:
    match event:
        case telephony.LegCleared():
            phones.on_cleared(step, leg, event)
        case telephony.LegAnswered():
            phones.on_answered(step, leg, event)
        case _:
            phones.on_progress(step, leg, event)


def _on_play_finished(step: Step, event: telephony.PlayFinished) -> None:
    kind, _, id_ = event.key.partition("/")
    interaction = step.world.interactions.get(InteractionId(id_))
    if kind == "queue_message" and interaction is not None:
        queue.end(step, interaction)


# ------------------------------------------------------------------ timers


def _for_interaction(handler: Callable[[Step, Any], None]) -> Callable[[Step, str], None]:
    def run(step: Step, id_: str) -> None:
        interaction = step.world.interactions.get(InteractionId(id_))
        if interaction is not None:
            handler(step, interaction)

    return run


def _for_agent(handler: Callable[[Step, Any], None]) -> Callable[[Step, str], None]:
    def run(step: Step, name: str) -> None:
        agent = step.world.agents.get(AgentName(name))
        if agent is not None:
            handler(step, agent)

    return run


#: By what stands before the first slash of a timer's key.
TIMERS: Mapping[str, Callable[[Step, str], None]] = {
    "pace": lambda step, _: supply.tick(step),
    "nothing_heard": lambda step, leg: dialing.on_nothing_heard(step, LegId(leg)),
    "no_progress": lambda step, leg: dialing.on_no_progress(step, LegId(leg)),
    "extension": lambda step, leg: extension.on_due(step, LegId(leg)),
    "dial": _for_interaction(phones.on_dial_due),
    "trial_dial": trial.on_dial_due,
    "look": lambda step, offer: offers.on_look_over(step, OfferId(offer)),
    "offer": lambda step, offer: offers.on_offer_expired(step, OfferId(offer)),
    "queue": _for_interaction(queue.on_wait_over),
    "queue_message": _for_interaction(queue.end),
    "reconnect": _for_interaction(conversation.on_reconnect_over),
    "ring_again": _for_interaction(conversation.on_ring_again),
    "after_call": _for_interaction(outcome.on_limit),
    "after_call_warning": _for_interaction(outcome.on_warning),
    "pause": _for_agent(asm.on_pause_over),
    "desktop": _for_agent(presence.on_desktop_lost),
    "probe": lambda step, trunk: probing.on_probe_due(step, TrunkName(trunk)),
    "drained": lambda step, campaign: running.on_drained_timer(step, CampaignName(campaign)),
}


def on_timer(step: Step, event: events.TimerFired) -> None:
    kind, _, id_ = event.key.partition("/")
    TIMERS[kind](step, id_)
