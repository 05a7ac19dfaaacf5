"""Trial calls: the phone first, then the number over the campaign's trunk, then both joined. Nothing is recorded but
a line of history."""

from __future__ import annotations

from dialer.callflow.agent.legs import LegContext, charge, hang_up, write_context
from dialer.callflow.agent.shortage import note_shortage
from dialer.callflow.dial.attempt import waits_for_rate
from dialer.compliance.check import check_number
from dialer.core.step import Step
from dialer.core.timers import trial_timer
from dialer.interactions.leg import Leg, LegPurpose, LegTrigger, make_leg
from dialer.interactions.trial import TRIAL_TABLE, Trial, TrialState, TrialTrigger
from dialer.machine import Machine
from dialer.trunks.accounts import phone_target, trunk_account
from dialer.trunks.choice import choose
from dialer.trunks.number import identity, identity_headers, request_uri
from dialer.vocabulary import commands, telephony
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from dialer.vocabulary.reasons.calls import LegEnded
from dialer.vocabulary.reasons.dialing import NoEngine, PhoneUnusable, TrunksDown
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.test_calls import (
    EndedOnRequest,
    EndNotCalled,
    EndUnanswered,
    EndUnansweredSaying,
    NoTrunkFree,
    TestPhoneHungUp,
)
from dialer.vocabulary.telephony import Dial, Header, Join

#: Ended trials that are still told of.
TRIALS_KEPT = 20


TrialEvent = telephony.LegProgress | telephony.LegAlerting | telephony.LegAnswered | telephony.LegCleared


def on_place(step: Step, command: commands.PlaceTrialCall) -> None:
    """Ring the phone. The reply is the trial's id."""
    world = step.world
    campaign = world.campaign(command.campaign)
    refusal = check_number(campaign.settings, command.number)
    if refusal is not None:
        raise Refused(refusal.reason)
    choice = choose(world.trunks_of(campaign), frozenset(), step.now)
    if choice.trunk is None:
        raise Refused(TrunksDown(choice.states, len(choice.states)))
    engine = world.usable_engine()
    if engine is None:
        raise Refused(NoEngine())
    try:
        account, uri, headers = phone_target(world.settings, command.phone, "trial")
    except (NotFound, ValueError) as error:
        raise Refused(PhoneUnusable(command.phone, str(error))) from error
    bridge = world.mint.bridge()
    leg = _leg(step, engine.id, account)
    charge(step, leg)
    trial = Trial(
        id=bridge,
        campaign=campaign.name,
        number=command.number,
        phone=command.phone,
        engine=engine.id,
        bridge=bridge,
        phone_leg=leg.id,
        machine=Machine(TRIAL_TABLE, bridge),
        begun_at=step.utc,
    )
    _forget_old(step)
    world.trials[trial.id] = trial
    extra = tuple(Header(name, value) for name, value in headers.items())
    _dial(step, leg, uri, campaign.settings.phone_ring_timeout_s, "", extra)
    step.history("trial_call", campaign=campaign.name, by=command.by, trial=trial.id)
    step.reply = trial.id


def on_end(step: Step, command: commands.EndTrialCall) -> None:
    trial = step.world.trials.get(command.trial)
    if trial is None:
        raise NotFound("test_call", command.trial)
    if trial.state is not TrialState.ENDED:
        _end(step, trial, EndedOnRequest())


def on_dial_due(step: Step, id_: str) -> None:
    """The trunk may take the call that waited for its calls per second."""
    trial = step.world.trials.get(id_)
    if trial is not None and trial.state is not TrialState.ENDED and trial.contact_leg is None:
        _dial_number(step, trial)


def on_leg_event(step: Step, leg: Leg, event: TrialEvent) -> None:
    trial = _of(step, leg.id)
    if trial is None:
        if not isinstance(event, telephony.LegCleared):
            hang_up(step, leg.id)
        return
    match event:
        case telephony.LegProgress() | telephony.LegAlerting():
            _on_progress(step, trial, leg, event)
        case telephony.LegAnswered():
            leg.machine.advance(LegTrigger.ANSWER, step.now)
            leg.answered_at = event.at
            if trial.state is TrialState.ENDED:
                # The answer has crossed our HangUp.
                return
            if leg.id == trial.phone_leg and trial.contact_leg is None:
                _dial_number(step, trial)
            elif leg.id == trial.contact_leg:
                trial.machine.advance(TrialTrigger.CONNECT, step.now)
                step.tell(trial.engine, Join(leg.id, trial.bridge))
        case telephony.LegCleared():
            if event.exhausted:
                note_shortage(step, leg, event)
            _on_cleared(step, trial, leg, event)


def on_keyed(step: Step, leg: Leg, event: telephony.Digits) -> None:
    """Digits keyed at one end go to the other, as on a plain line: menus are tried by test calls, too."""
    trial = _of(step, leg.id)
    if trial is None or trial.contact_leg is None or trial.state is not TrialState.CONNECTED:
        return
    other = step.world.legs.get(trial.phone_leg if leg.id == trial.contact_leg else trial.contact_leg)
    if other is not None and other.is_connected:
        step.tell(other.engine, telephony.SendDigits(other.id, event.digits))


def _on_progress(step: Step, trial: Trial, leg: Leg, event: telephony.LegProgress | telephony.LegAlerting) -> None:
    alerting = isinstance(event, telephony.LegAlerting)
    leg.machine.advance(LegTrigger.ALERT if alerting else LegTrigger.PROGRESS, step.now)
    if leg.id == trial.contact_leg and alerting and trial.machine.allows(TrialTrigger.ALERT):
        trial.machine.advance(TrialTrigger.ALERT, step.now)


def _dial_number(step: Step, trial: Trial) -> None:
    campaign = step.world.campaign(trial.campaign)
    phone = step.world.legs.get(trial.phone_leg)
    picked_up_at = phone.answered_at if phone is not None and phone.answered_at is not None else step.now
    if waits_for_rate(step, campaign, trial_timer(trial.id), picked_up_at):
        return
    choice = choose(step.world.trunks_of(campaign), frozenset(), step.now)
    if choice.trunk is None:
        _end(step, trial, NoTrunkFree(choice.states, len(choice.states)))
        return
    settings = choice.trunk.settings
    owned = [each for each in campaign.settings.caller_ids if each in settings.caller_ids]
    trial.caller_id = owned[0] if owned else settings.shown_caller_id
    trial.trunk = choice.trunk.name
    choice.trunk.bucket.take(step.now)
    leg = _leg(step, trial.engine, trunk_account(choice.trunk.name))
    trial.contact_leg = leg.id
    trial.machine.advance(TrialTrigger.DIAL, step.now)
    step.tell(trial.engine, Join(trial.phone_leg, trial.bridge))
    _dial(
        step,
        leg,
        request_uri(trial.number, settings),
        campaign.settings.ring_timeout_s,
        identity(trial.caller_id, settings),
        identity_headers(trial.caller_id, settings),
    )
    # Early media is heard, so that announcements of the network are.
    step.tell(trial.engine, Join(leg.id, trial.bridge, hears=()))


def _on_cleared(step: Step, trial: Trial, leg: Leg, event: telephony.LegCleared) -> None:
    if leg.id == trial.contact_leg:
        trial.code = event.code
        _end(step, trial, LegEnded(event.by) if event.answered else _unanswered("number", event))
    else:
        _end(step, trial, TestPhoneHungUp() if event.answered else _unanswered("phone", event))


def _unanswered(end: str, event: telephony.LegCleared) -> Reason:
    """Which end nobody picked up, with the SIP answer: a 401 is mended elsewhere than a 480."""
    if event.exhausted:
        return EndNotCalled(end, event.reason)
    told = f"{event.code or ''} {event.reason}".strip()
    return EndUnansweredSaying(end, told) if told else EndUnanswered(end)


def _end(step: Step, trial: Trial, why: Reason) -> None:
    if trial.state is TrialState.ENDED:
        return
    trial.why = why
    trial.machine.advance(TrialTrigger.END, step.now)
    hang_up(step, trial.contact_leg)
    hang_up(step, trial.phone_leg)
    step.history("trial_call_ended", campaign=trial.campaign, trial=trial.id, why=why.key, code=trial.code)


def _leg(step: Step, engine: EngineId, account: AccountId) -> Leg:
    leg = make_leg(step.world.mint.leg(), engine, account, LegPurpose.TEST)
    leg.machine.advance(LegTrigger.DIAL, step.now)
    step.add_leg(leg)
    return leg


def _dial(step: Step, leg: Leg, uri: str, timeout_s: float, from_: str, headers: tuple[Header, ...]) -> None:
    context = write_context(LegContext(LegPurpose.TEST))
    step.tell(
        leg.engine,
        Dial(
            leg.id,
            leg.account,
            uri,
            step.world.mint.unguessable(leg.id),
            timeout_s,
            identity=from_,
            headers=headers,
            context=context,
        ),
    )


def _of(step: Step, leg: LegId) -> Trial | None:
    return next((each for each in step.world.trials.values() if leg in (each.phone_leg, each.contact_leg)), None)


def _forget_old(step: Step) -> None:
    ended = [each.id for each in step.world.trials.values() if each.state is TrialState.ENDED]
    for id_ in ended[: max(0, len(step.world.trials) - TRIALS_KEPT)]:
        del step.world.trials[id_]
