"""Test calls: the phone first, then the number over the campaign's trunk, then both joined. Nothing is recorded but
a line of history."""

from __future__ import annotations

from dialer.callflow.agent.legs import LegContext, charge, hang_up, write_context
from dialer.callflow.agent.shortage import note_shortage
from dialer.callflow.dial.attempt import waits_for_rate
from dialer.compliance.check import check_number
from dialer.core.step import Step
from dialer.core.timers import test_call_timer
from dialer.interactions.leg import Leg, LegPurpose, LegTrigger, make_leg
from dialer.interactions.test_call import TEST_CALL_TABLE, TestCall, TestCallState, TestCallTrigger
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

#: Ended test calls that are still told of.
TEST_CALLS_KEPT = 20


TestCallEvent = telephony.LegProgress | telephony.LegAlerting | telephony.LegAnswered | telephony.LegCleared


def on_place(step: Step, command: commands.PlaceTestCall) -> None:
    """Ring the phone. The reply is the call's id."""
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
        account, uri, headers = phone_target(world.settings, command.phone, "test_call")
    except (NotFound, ValueError) as error:
        raise Refused(PhoneUnusable(command.phone, str(error))) from error
    bridge = world.mint.bridge()
    leg = _leg(step, engine.id, account)
    charge(step, leg)
    call = TestCall(
        id=bridge,
        campaign=campaign.name,
        number=command.number,
        phone=command.phone,
        engine=engine.id,
        bridge=bridge,
        phone_leg=leg.id,
        machine=Machine(TEST_CALL_TABLE, bridge),
        begun_at=step.utc,
    )
    _forget_old(step)
    world.test_calls[call.id] = call
    extra = tuple(Header(name, value) for name, value in headers.items())
    _dial(step, leg, uri, campaign.settings.phone_ring_timeout_s, "", extra)
    step.history("test_call", campaign=campaign.name, by=command.by, call=call.id)
    step.reply = call.id


def on_end(step: Step, command: commands.EndTestCall) -> None:
    call = step.world.test_calls.get(command.call)
    if call is None:
        raise NotFound("test_call", command.call)
    if call.state is not TestCallState.ENDED:
        _end(step, call, EndedOnRequest())


def on_dial_due(step: Step, id_: str) -> None:
    """The trunk may take the call that waited for its calls per second."""
    call = step.world.test_calls.get(id_)
    if call is not None and call.state is not TestCallState.ENDED and call.contact_leg is None:
        _dial_number(step, call)


def on_leg_event(step: Step, leg: Leg, event: TestCallEvent) -> None:
    call = _of(step, leg.id)
    if call is None:
        if not isinstance(event, telephony.LegCleared):
            hang_up(step, leg.id)
        return
    match event:
        case telephony.LegProgress() | telephony.LegAlerting():
            _on_progress(step, call, leg, event)
        case telephony.LegAnswered():
            leg.machine.advance(LegTrigger.ANSWER, step.now)
            leg.answered_at = event.at
            if call.state is TestCallState.ENDED:
                # The answer has crossed our HangUp.
                return
            if leg.id == call.phone_leg and call.contact_leg is None:
                _dial_number(step, call)
            elif leg.id == call.contact_leg:
                call.machine.advance(TestCallTrigger.CONNECT, step.now)
                step.tell(call.engine, Join(leg.id, call.bridge))
        case telephony.LegCleared():
            if event.exhausted:
                note_shortage(step, leg, event)
            _on_cleared(step, call, leg, event)


def on_keyed(step: Step, leg: Leg, event: telephony.Digits) -> None:
    """Digits keyed at one end go to the other, as on a plain line: menus are tried by test calls, too."""
    call = _of(step, leg.id)
    if call is None or call.contact_leg is None or call.state is not TestCallState.CONNECTED:
        return
    other = step.world.legs.get(call.phone_leg if leg.id == call.contact_leg else call.contact_leg)
    if other is not None and other.is_connected:
        step.tell(other.engine, telephony.SendDigits(other.id, event.digits))


def _on_progress(step: Step, call: TestCall, leg: Leg, event: telephony.LegProgress | telephony.LegAlerting) -> None:
    alerting = isinstance(event, telephony.LegAlerting)
    leg.machine.advance(LegTrigger.ALERT if alerting else LegTrigger.PROGRESS, step.now)
    if leg.id == call.contact_leg and alerting and call.machine.allows(TestCallTrigger.ALERT):
        call.machine.advance(TestCallTrigger.ALERT, step.now)


def _dial_number(step: Step, call: TestCall) -> None:
    campaign = step.world.campaign(call.campaign)
    phone = step.world.legs.get(call.phone_leg)
    picked_up_at = phone.answered_at if phone is not None and phone.answered_at is not None else step.now
    if waits_for_rate(step, campaign, test_call_timer(call.id), picked_up_at):
        return
    choice = choose(step.world.trunks_of(campaign), frozenset(), step.now)
    if choice.trunk is None:
        _end(step, call, NoTrunkFree(choice.states, len(choice.states)))
        return
    settings = choice.trunk.settings
    owned = [each for each in campaign.settings.caller_ids if each in settings.caller_ids]
    call.caller_id = owned[0] if owned else settings.shown_caller_id
    call.trunk = choice.trunk.name
    choice.trunk.bucket.take(step.now)
    leg = _leg(step, call.engine, trunk_account(choice.trunk.name))
    call.contact_leg = leg.id
    call.machine.advance(TestCallTrigger.DIAL, step.now)
    step.tell(call.engine, Join(call.phone_leg, call.bridge))
    _dial(
        step,
        leg,
        request_uri(call.number, settings),
        campaign.settings.ring_timeout_s,
        identity(call.caller_id, settings),
        identity_headers(call.caller_id, settings),
    )
    # Early media is heard, so that announcements of the network are.
    step.tell(call.engine, Join(leg.id, call.bridge, hears=()))


def _on_cleared(step: Step, call: TestCall, leg: Leg, event: telephony.LegCleared) -> None:
    if leg.id == call.contact_leg:
        call.code = event.code
        _end(step, call, LegEnded(event.by) if event.answered else _unanswered("number", event))
    else:
        _end(step, call, TestPhoneHungUp() if event.answered else _unanswered("phone", event))


def _unanswered(end: str, event: telephony.LegCleared) -> Reason:
    """Which end nobody picked up, with the SIP answer: a 401 is mended elsewhere than a 480."""
    if event.exhausted:
        return EndNotCalled(end, event.reason)
    told = f"{event.code or ''} {event.reason}".strip()
    return EndUnansweredSaying(end, told) if told else EndUnanswered(end)


def _end(step: Step, call: TestCall, why: Reason) -> None:
    if call.state is TestCallState.ENDED:
        return
    call.why = why
    call.machine.advance(TestCallTrigger.END, step.now)
    hang_up(step, call.contact_leg)
    hang_up(step, call.phone_leg)
    step.history("test_call_ended", campaign=call.campaign, call=call.id, why=why.key, code=call.code)


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


def _of(step: Step, leg: LegId) -> TestCall | None:
    return next((each for each in step.world.test_calls.values() if leg in (each.phone_leg, each.contact_leg)), None)


def _forget_old(step: Step) -> None:
    ended = [each.id for each in step.world.test_calls.values() if each.state is TestCallState.ENDED]
    for id_ in ended[: max(0, len(step.world.test_calls) - TEST_CALLS_KEPT)]:
        del step.world.test_calls[id_]
