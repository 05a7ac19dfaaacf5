"""Which handler takes which message: the call flow on one page, but for what agents do with the interaction on the desk
(dialer/callflow/actions.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialer.callflow import test_call
from dialer.callflow.actions import ACTIONS
from dialer.callflow.call import audio, extension, lost_phone
from dialer.callflow.campaign import configuration, life
from dialer.callflow.dial import attempt, offers
from dialer.callflow.heard import late_answer, phones, trunks
from dialer.callflow.heard.legs import LegEvent, on_leg_event
from dialer.callflow.outcome import outcome
from dialer.callflow.pacing import habits
from dialer.callflow.presence import notices, presence
from dialer.callflow.queue import queue
from dialer.callflow.record import claim, do_not_call
from dialer.callflow.recovery import engines, refusals, remembered
from dialer.callflow.supervision import interventions
from dialer.callflow.tick import tick
from dialer.core.step import Step
from dialer.vocabulary import commands, events, telephony
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, InteractionId, LegId, OfferId, TrunkName

Handler = Callable[[Step, Any], None]


COMMANDS: Mapping[type, Handler] = {
    commands.LoadCampaign: life.on_load,
    commands.StartCampaign: life.on_start,
    commands.StopCampaign: life.on_stop,
    commands.UnloadCampaign: life.on_unload,
    commands.ChangeMode: life.on_change_mode,
    commands.LogIn: presence.on_log_in,
    commands.LogOut: presence.on_log_out,
    commands.GoReady: presence.on_go_ready,
    commands.GoNotReady: presence.on_go_not_ready,
    commands.AcknowledgeNotice: presence.on_acknowledge,
    commands.GetRecord: offers.on_get_record,
    **{each.command: each.carry_out for each in ACTIONS},
    commands.PlaceTestCall: test_call.on_place,
    commands.EndTestCall: test_call.on_end,
    commands.BarNumbers: do_not_call.on_bar_numbers,
    commands.LiftNumber: do_not_call.on_lift_number,
    commands.CloseInteraction: interventions.on_close,
    commands.ReassignInteraction: interventions.on_reassign,
}


EVENTS: Mapping[type, Handler] = {
    events.ConfigurationApplied: configuration.on_applied,
    events.UserKnown: presence.on_user_known,
    events.CampaignRemembered: remembered.on_campaign_remembered,
    events.AgentRemembered: remembered.on_agent_remembered,
    events.NoticeRemembered: notices.on_remembered,
    events.AnswersRemembered: remembered.on_answers_remembered,
    events.InteractionRemembered: remembered.on_interaction_remembered,
    events.Restored: remembered.on_restored,
    events.EngineConnected: engines.on_connected,
    events.EngineDisconnected: engines.on_disconnected,
    events.Ticked: lambda step, _: tick.tick(step),
    events.RecordsClaimed: claim.on_records_claimed,
    events.ClaimFailed: claim.on_claim_failed,
    events.LeasesLost: claim.on_leases_lost,
    events.HabitsRecalled: habits.on_recalled,
    events.RecallFailed: habits.on_recall_failed,
    events.AttemptRefused: refusals.on_attempt_refused,
    events.StoreFailing: refusals.on_store_failing,
    events.StoreRecovered: refusals.on_store_recovered,
    events.DesktopConnected: presence.on_desktop_connected,
    events.DesktopDisconnected: presence.on_desktop_disconnected,
    events.DesktopAwaited: presence.on_desktop_awaited,
}


# ------------------------------------------------------------------ what engines say


def _on_play_finished(step: Step, _: EngineId, event: telephony.PlayFinished) -> None:
    kind, __, id_ = event.key.partition("/")
    interaction = step.world.interactions.get(InteractionId(id_))
    if kind == "queue_message" and interaction is not None:
        queue.end(step, interaction)


def _on_unused(_: Step, __: EngineId, event: telephony.Event) -> None:
    """What engines can say and nothing here needs: nobody records, analyses, holds by SIP or drains yet."""


#: Events of engines that concern no leg of ours in particular; those that do are in `heard.legs`.
ENGINE_EVENTS: Mapping[type, Callable[[Step, EngineId, Any], None]] = {
    telephony.EngineReady: engines.on_ready,
    telephony.EngineStatistics: engines.on_statistics,
    telephony.SnapshotTaken: engines.on_snapshot,
    telephony.ProbeCompleted: trunks.on_probe_completed,
    telephony.AccountState: trunks.on_account_state,
    telephony.ConfigurationTaken: refusals.on_configuration_taken,
    telephony.EngineFault: refusals.on_engine_fault,
    telephony.CommandRefused: refusals.on_command_refused,
    telephony.LateAnswer: late_answer.on_late_answer,
    telephony.LegOffered: refusals.on_offered,
    telephony.PlayFinished: _on_play_finished,
    telephony.HoldFailed: _on_unused,
    telephony.AnalysisCompleted: _on_unused,
    telephony.RecordingStarted: _on_unused,
    telephony.RecordingPaused: _on_unused,
    telephony.RecordingResumed: _on_unused,
    telephony.RecordingFinished: _on_unused,
    telephony.Drained: _on_unused,
}


def on_engine_said(step: Step, said: events.EngineSaid) -> None:
    event = said.event
    if isinstance(event, LegEvent):
        on_leg_event(step, event)
    else:
        ENGINE_EVENTS[type(event)](step, said.engine, event)


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
    "pace": lambda step, _: tick.tick(step),
    "nothing_heard": lambda step, leg: attempt.on_nothing_heard(step, LegId(leg)),
    "no_progress": lambda step, leg: attempt.on_no_progress(step, LegId(leg)),
    "extension": lambda step, leg: extension.on_due(step, LegId(leg)),
    "dial": _for_interaction(phones.on_dial_due),
    "test_call": test_call.on_dial_due,
    "look": lambda step, offer: offers.on_look_over(step, OfferId(offer)),
    "offer": lambda step, offer: offers.on_offer_expired(step, OfferId(offer)),
    "preview": _for_interaction(offers.on_preview_over),
    "queue": _for_interaction(queue.on_wait_over),
    "queue_message": _for_interaction(queue.end),
    "reconnect": _for_interaction(lost_phone.on_reconnect_over),
    "ring_again": _for_interaction(lost_phone.on_ring_again),
    "after_call": _for_interaction(outcome.on_limit),
    "after_call_warning": _for_interaction(outcome.on_warning),
    "pause": _for_agent(presence.on_pause_over),
    "desktop": _for_agent(presence.on_desktop_lost),
    "probe": lambda step, trunk: trunks.on_probe_due(step, TrunkName(trunk)),
    "drained": lambda step, campaign: life.on_drained_timer(step, CampaignName(campaign)),
}


def on_timer(step: Step, event: events.TimerFired) -> None:
    kind, _, id_ = event.key.partition("/")
    TIMERS[kind](step, id_)


# ------------------------------------------------------------------ all of them

Message = events.Event | commands.Command

#: Every message has its handler: a test compares the table with the unions.
HANDLERS: Mapping[type, Handler] = {
    **COMMANDS,
    **EVENTS,
    events.EngineSaid: on_engine_said,
    events.TimerFired: on_timer,
}


def handle(step: Step, message: Message) -> None:
    """Let the handler of `message` fill `step`. Raises Refused for commands that may not be carried out, and
    InvalidTransition for a defect of ours."""
    HANDLERS[type(message)](step, message)
    audio.tell(step)
