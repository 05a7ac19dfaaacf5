"""What the contact's leg tells us, until somebody talks or nobody does."""

from __future__ import annotations

from msgspec import structs

from dialer.callflow.agent.shortage import note_shortage
from dialer.callflow.call.connect import connect
from dialer.callflow.call.extension import await_exchange
from dialer.callflow.dial.attempt import mark_stalled, next_trunk
from dialer.callflow.end.ending import close_conversation, close_unanswered
from dialer.callflow.heard.trunks import change
from dialer.callflow.pacing import observations
from dialer.callflow.queue import crossing, idle_agents, queue
from dialer.core.moves import ANSWERED
from dialer.core.step import Step
from dialer.core.timers import no_progress_timer, nothing_heard_timer
from dialer.interactions.attempt import SHED, Attempt, AttemptFault, AttemptState, AttemptTrigger
from dialer.interactions.hearing import Hearing
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import Leg, LegState, LegTrigger
from dialer.interactions.results import LINE_FAULTS, UNKNOWN_ENDS, call_result, may_fail_over
from dialer.trunks.trunk import Trunk, TrunkTrigger
from dialer.vocabulary.ids import TrunkName
from dialer.vocabulary.reasons.trunks import (
    NoAudio,
    NoAudioSaying,
    TrunkPauses,
    TrunkPausesLess,
    TrunkRefuses,
    TrunkRefusesAgain,
    unreachable,
)
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, LegAlerting, LegAnswered, LegCleared, LegProgress
from dialer.vocabulary.writes import SettleDial
from dialer.world.lookups import agent_leg

#: Refusals of our account in a row after which a trunk is left alone, and for how long.
BARRED_IN_A_ROW = 5


BARRED_PAUSE_S = 60.0


#: Refusals that say what the trunk wants of our SIP and not who was called (RFC 3261 21.4.15, 21.4.16; RFC 3329 2).
OUR_SIP = frozenset({420, 421, 494})


def on_progress(step: Step, interaction: Interaction, leg: Leg, event: LegProgress | LegAlerting) -> None:
    """100 ends the wait for a sign of life; 18x rules out other trunks; early media goes to the agent."""
    alerting = isinstance(event, LegAlerting)
    leg.machine.advance(LegTrigger.ALERT if alerting else LegTrigger.PROGRESS, step.now)
    step.cancel_timer(nothing_heard_timer(leg.id))
    attempt = interaction.attempt
    if attempt is None or interaction.state is not InteractionState.DIALING:
        return
    attempt.dial.heard = True
    if alerting or (isinstance(event, LegProgress) and event.code > 100):
        step.cancel_timer(no_progress_timer(leg.id))
        if not attempt.alerted:
            attempt.alerted_at = step.utc
            observations.rung(step, interaction)
        attempt.machine.advance(AttemptTrigger.ALERT, step.now)
        step.interaction_changed(interaction)
    elif not attempt.alerted:
        _await_progress(step, attempt, leg)
    leg.early_media = leg.early_media or event.early_media
    step.audio_changed(interaction)


def _await_progress(step: Step, attempt: Attempt, leg: Leg) -> None:
    """A 100 says that the trunk has the call; it has to say what becomes of it."""
    trunk = step.world.trunks.get(TrunkName(attempt.dial.trunk))
    if trunk is not None:
        passed_s = step.utc - attempt.dial.begun_at
        step.start_timer(no_progress_timer(leg.id), max(0.0, trunk.settings.no_progress_s - passed_s))


def on_answered(step: Step, interaction: Interaction, leg: Leg, event: LegAnswered) -> None:
    """200 OK: the threshold's clock starts here. With the agent's leg up the two are joined at once. An answer that
    crosses our CANCEL (RFC 3261 9.1) joins nobody: the engine ends it."""
    attempt = interaction.attempt
    if leg.is_connected or attempt is None or interaction.state is not InteractionState.DIALING:
        leg.machine.advance(LegTrigger.ANSWER, step.now)
        return
    leg.answered_at = event.at
    attempt.answered_at = step.utc_of(event.at)
    if leg.state is LegState.CLEARING:
        leg.machine.advance(LegTrigger.ANSWER, step.now)
        step.interaction_changed(interaction)
        return
    hearing = agent_leg(step.world, interaction)
    party = interaction.owner
    leg.told = Hearing(interaction.bridge)  # the engine joins it at the answer: see Dial
    _stop_waiting(step, leg)
    await_exchange(step, interaction, leg)
    observations.answered(step, interaction, event.at)
    if party is not None and hearing is not None and hearing.is_connected:
        connect(step, interaction, party, leg, hearing, ANSWERED)
    else:
        queue.enter(step, interaction, leg)
        idle_agents.serve(step)
        step.audio_changed(interaction)


def on_cleared(step: Step, interaction: Interaction, leg: Leg, event: LegCleared) -> None:
    """The contact's leg is gone. Before an answer that may mean the next trunk; after it, the end."""
    _stop_waiting(step, leg)
    attempt = interaction.attempt
    if attempt is None or interaction.contact_leg != leg.id:
        return
    _note(step, interaction, attempt, leg, event)
    crossing.on_contact_gone(step, interaction, leg, event)
    interaction.contact_leg = None
    if interaction.state in (InteractionState.CONNECTED, InteractionState.QUEUED):
        if event.by is ClearedBy.PEER and event.q850 in LINE_FAULTS:
            # The switch of the other side has lost the line; nobody has hung up.
            event = structs.replace(event, by=ClearedBy.MEDIA)
        if interaction.conversed:
            close_conversation(step, interaction, event)
        else:
            queue.left(step, interaction, event)
    elif interaction.state is InteractionState.DIALING:
        _end_dial(step, interaction, attempt, event)


def _end_dial(step: Step, interaction: Interaction, attempt: Attempt, event: LegCleared) -> None:
    """One dial is over, and no conversation came of it: the next trunk, or the result."""
    if event.answered and attempt.answered_at is None:
        _mark_mute_answer(step, attempt, event)
    if attempt.answered_at is not None:
        # Somebody picked up and heard nobody, as we gave up or for want of a common codec: the law's word for it,
        # whoever is to blame.
        observations.abandoned(step, interaction)
        close_unanswered(step, interaction, CallResult.ABANDONED, event.at)
        return
    cancelling = attempt.state is AttemptState.CANCELLING
    if not cancelling and may_fail_over(event, stalled=attempt.dial.stalled):
        if next_trunk(step, step.world.campaigns[interaction.campaign], interaction, attempt):
            step.history("failed_over", interaction=interaction, trunk=attempt.dial.trunk)
            return
        if attempt.dial.stalled or not any(dial.heard for dial in attempt.dials):
            close_unanswered(step, interaction, CallResult.TRUNK_FAILURE, event.at)
            return
    trunk = step.world.trunks.get(attempt.dial.trunk)
    table = trunk.settings.cause_table if trunk is not None else {}
    given_up = CallResult.SHED if attempt.cancelled == SHED else CallResult.CANCELLED
    result = given_up if cancelling and event.by not in UNKNOWN_ENDS else call_result(event, table)
    close_unanswered(step, interaction, result, event.at)


def _stop_waiting(step: Step, leg: Leg) -> None:
    step.cancel_timer(nothing_heard_timer(leg.id))
    step.cancel_timer(no_progress_timer(leg.id))


def _mark_mute_answer(step: Step, attempt: Attempt, event: LegCleared) -> None:
    """A 200 whose offer and answer came to nothing (no SDP, no common codec) is ended by the engine before it is a
    call, and only the end is told. One that crossed our CANCEL is no fault of the trunk."""
    attempt.answered_at = step.utc_of(event.at)
    if attempt.state is AttemptState.CANCELLING or event.by is ClearedBy.US:
        return
    attempt.fault = AttemptFault.MUTE
    trunk = step.world.trunks.get(attempt.dial.trunk)
    if trunk is not None:
        trunk.complain(NoAudioSaying(event.reason) if event.reason else NoAudio(), step.utc)


def _note(step: Step, interaction: Interaction, attempt: Attempt, leg: Leg, event: LegCleared) -> None:
    """Keep what the trunk said of this dial, and what it means for the trunk."""
    dial = attempt.dials[leg.dial]
    dial.code, dial.reason, dial.q850 = event.code, event.reason, event.q850
    dial.heard = dial.heard or event.heard
    attempt.fault = AttemptFault.SHORT if event.exhausted else None
    if event.exhausted:
        note_shortage(step, leg, event)
    if event.by is ClearedBy.MEDIA and attempt.answered_at is not None:
        step.history("media_lost", interaction=interaction, trunk=dial.trunk, leg=leg.id)
    step.write(SettleDial(attempt.id, dial.n, event.code, event.reason, event.q850, event.by, step.utc_of(event.at)))
    trunk = step.world.trunks.get(TrunkName(dial.trunk))
    if trunk is None:
        return
    if event.by is ClearedBy.TIMEOUT and event.heard and not event.alerted and not event.answered:
        mark_stalled(step, attempt)
    _judge(step, trunk, event, cancelled=attempt.state is AttemptState.CANCELLING)
    step.trunk_changed(trunk.name)


def _judge(step: Step, trunk: Trunk, event: LegCleared, *, cancelled: bool) -> None:
    said = f"{event.code} {event.reason}".strip()
    if event.retry_after_s is not None and event.code == 503:
        pause_s = min(event.retry_after_s, trunk.settings.retry_after_max_s)
        trunk.resumes_at = step.now + pause_s
        trunk.complain(_pause(said, pause_s, event), step.utc)
        _tell_refused(step, trunk)
    elif event.by is ClearedBy.TRANSPORT or (not event.heard and not cancelled and event.by is ClearedBy.US):
        trunk.misses += 1
        if event.by is ClearedBy.TRANSPORT:
            trunk.complain(unreachable(event.code, event.reason), step.utc)
        if trunk.misses >= trunk.settings.probe_misses_down and trunk.is_probed:
            change(step, trunk, TrunkTrigger.LOST)
    elif event.heard:
        trunk.misses = 0
        # With a cause of the telephone network it is the contact's word: Asterisk says 403 for a declined call.
        barred = event.code in (401, 403, 407) and event.q850 is None
        if event.by is ClearedBy.PEER and not event.answered and barred:
            _bar(step, trunk, TrunkRefuses(event.code, said))
            return
        trunk.barred = 0
        if event.by is ClearedBy.PEER and event.code in OUR_SIP:
            trunk.complain(TrunkRefuses(event.code, said), step.utc)


def _pause(said: str, pause_s: float, event: LegCleared) -> TrunkPauses | TrunkPausesLess:
    asked_s = event.retry_after_s or 0.0
    if asked_s > pause_s:
        return TrunkPausesLess(event.code, said, pause_s, round(asked_s))
    return TrunkPauses(event.code, said, pause_s)


def _bar(step: Step, trunk: Trunk, refusal: TrunkRefuses) -> None:
    """The trunk does not take us (credentials, caller ID, contract). After so many in a row it is left alone for a
    while: every record would come back uncounted, and be tried again for nothing."""
    trunk.barred += 1
    trunk.complain(refusal, step.utc)
    if trunk.barred >= BARRED_IN_A_ROW:
        trunk.barred = 0
        trunk.resumes_at = step.now + BARRED_PAUSE_S
        trunk.complain(TrunkRefusesAgain(refusal.sip_code, refusal.said, BARRED_IN_A_ROW), step.utc)
        _tell_refused(step, trunk)


def _tell_refused(step: Step, trunk: Trunk) -> None:
    """It is left alone for a while."""
    pause_s = round(trunk.resumes_at - step.now, 3)
    step.history("trunk_refused", trunk=trunk.name, last_error=trunk.last_error, pause_s=pause_s)
