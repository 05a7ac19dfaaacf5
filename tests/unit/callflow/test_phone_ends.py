"""SIP answers of an agent's phone are reported, each kind in its words; and no contact is dialed for a phone on
hold."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import AsteriskPhone, Authentication, Mode
from dialer.agents.agent import AgentState, SystemReason
from dialer.callflow.agent.phone_end import reason_of
from dialer.callflow.outcome.outcome import Done
from dialer.callflow.tick.snapshot import snapshot_of
from dialer.core.step import Step
from dialer.interactions.interaction import HoldBy, InteractionState
from dialer.ports import Moment
from dialer.views.agent import Engagement, agent_summary, agent_view
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.reasons.phones import PhoneFailed
from dialer.vocabulary.telephony import ClearedBy, Dial, HangUp, LegCleared, LegRole
from dialer.vocabulary.writes import AddHistory, BeginAttempt
from dialer.words import say, spoken
from tests.complaints import complaint
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, campaign, record, settings, trunk
from tests.unit.callflow.scenes import opened, ringing_phone, talking

_R = SystemReason

CASES = [
    (404, None, _R.PHONE_NOT_REGISTERED),
    (480, None, _R.PHONE_NOT_REGISTERED),
    (503, 20, _R.PHONE_NOT_REGISTERED),
    (401, None, _R.PHONE_NOT_ALLOWED),
    (403, None, _R.PHONE_NOT_ALLOWED),
    (403, 21, _R.PHONE_REFUSED),
    (486, None, _R.PHONE_REFUSED),
    (603, None, _R.PHONE_REFUSED),
    (408, None, _R.PHONE_NO_ANSWER),
    (480, 19, _R.PHONE_NO_ANSWER),
    (488, None, _R.PHONE_UNREACHABLE),
    (503, None, _R.PHONE_UNREACHABLE),
]


def cleared(floor: Floor, leg: LegId, code: int, q850: int | None = None, reason: str = "Because") -> None:
    floor.engine_says(LegCleared(leg, code, reason, q850, ClearedBy.PEER, floor.now, heard=True))


def told(floor: Floor) -> list[dict[str, Any]]:
    return floor.facts("phone_failed")


@pytest.mark.parametrize(("code", "q850", "reason"), CASES)
@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PROGRESSIVE_ASM])
def test_each_code_has_its_reason_and_is_told(mode: Mode, code: int, q850: int | None, reason: SystemReason) -> None:
    if mode.asm:
        floor = opened(mode)
        floor.ready()
        leg = floor.engaged
    else:
        floor = ringing_phone(mode)
        leg = floor.phone
    floor.forget_outputs()
    cleared(floor, leg.id, code, q850)
    agent = floor.agent()
    assert (agent.state, agent.reason, agent.phone_error) == (AgentState.NOT_READY, reason, f"{code} Because")
    (said,) = told(floor)
    assert (said["code"], said["sip_code"]) == (reason, code)
    assert f"({code} Because)" in spoken(said["reason"])
    for view in (agent_view(floor.world, agent), agent_summary(floor.world, agent)):
        assert view.phone_error == f"{code} Because"
        assert spoken(view.reason_label).endswith(f"({code} Because)")
    (line,) = [each for each in floor.writes(AddHistory) if each.kind == "phone_failed"]
    assert line.agent == ADA
    assert line.facts is not None
    assert (line.facts["reason"], line.facts["code"]) == (reason, code)


def test_every_end_of_a_phone_has_words() -> None:
    for by in ClearedBy:
        for code in range(200, 700):
            event = LegCleared(LegId("L"), code, "", None, by, 0.0)
            reasons = {reason_of(event, was_up=False), reason_of(event, was_up=True)}
            assert "Your phone failed." not in {say(PhoneFailed(each)) for each in reasons}


def test_a_phone_that_answers_has_no_error_any_more() -> None:
    floor = ringing_phone()
    cleared(floor, floor.phone.id, 404)
    floor.ready()
    floor.pass_time(floor.campaign.settings.offer.look_s)
    floor.answer(floor.phone)
    assert floor.agent().phone_error == ""


def test_a_trunk_that_refuses_our_call_to_a_phone_says_so_in_its_last_error() -> None:
    pbx = trunk("pbx", authentication=Authentication(user="cornetta", password="wrong"))  # type: ignore[arg-type]
    phones = (AsteriskPhone(kind="asterisk", name="desk", trunk="pbx"),)
    floor = Floor(settings(campaign(), trunks=(trunk(), pbx), phones=phones), [record(1)])
    floor.open(ADA)
    floor.start()
    floor.ready()
    floor.pass_time(3)
    cleared(floor, floor.phone.id, 401, reason="Unauthorized")
    assert complaint(floor.world.trunks["pbx"]) == "401 Unauthorized, for a call to an agent's phone"  # type: ignore[index]
    assert floor.agent().reason == SystemReason.PHONE_NOT_ALLOWED
    floor.records = [record(2)]
    floor.ready()
    floor.pass_time(5)
    floor.tick()
    floor.pass_time(4)
    error = complaint(floor.world.trunks["pbx"])  # type: ignore[index]
    cleared(floor, floor.phone.id, 486)
    assert complaint(floor.world.trunks["pbx"]) == error, "busy is no fault of the trunk"  # type: ignore[index]


def test_a_phone_that_is_rung_again_in_a_conversation_is_told_of_once() -> None:
    floor = talking(Mode.PROGRESSIVE_ASM)
    floor.clear(floor.engaged, by=ClearedBy.MEDIA)
    for _ in range(4):
        cleared(floor, floor.phone.id, 503)
        floor.pass_time(3)
    assert not told(floor)
    floor.pass_time(40)
    assert floor.history().count("phone_lost") == 1


def test_a_phone_that_gives_no_sign_in_a_conversation_is_given_up_and_rung_at_once_where_it_may_be_now() -> None:
    floor = talking(Mode.PROGRESSIVE_ASM)
    floor.clear(floor.engaged, by=ClearedBy.MEDIA)
    silent = floor.phone.id
    floor.pass_time(3)
    assert silent in {each.leg for each in floor.commands(HangUp)}
    rung = len(floor.commands(Dial))
    floor.clear(floor.phone, by=ClearedBy.US)
    assert floor.phone.id != silent
    assert len(floor.commands(Dial)) == rung + 1


# ------------------------------------------------------------------ phones on hold


def held(mode: Mode = Mode.PROGRESSIVE_ASM, **more: Any) -> Floor:
    """The agent is ready, engaged, and has put the phone on hold; records are due."""
    floor = opened(mode, records=(), **more)
    floor.ready()
    floor.answer(floor.engaged)
    floor.hold(floor.engaged, on=True)
    floor.records = [record(n) for n in range(1, 9)]
    floor.pass_time(2)
    floor.tick()
    return floor


def idle(floor: Floor) -> int:
    return snapshot_of(Step(floor.world, Moment(floor.now, floor.utc)), floor.campaign).idle


def test_nothing_is_dialed_for_a_phone_on_hold_until_it_is_taken_off() -> None:
    floor = held()
    assert not floor.writes(BeginAttempt)
    assert idle(floor) == 0
    assert agent_view(floor.world, floor.agent()).engaged is Engagement.ON_HOLD
    assert agent_summary(floor.world, floor.agent()).engaged is Engagement.ON_HOLD
    assert floor.campaign.reason is not None
    assert say(floor.campaign.reason.reason) == "1 agent is ready with the phone on hold."
    floor.hold(floor.engaged, on=False)
    floor.tick()
    assert floor.interaction.state is InteractionState.DIALING


def test_the_change_is_told_at_once() -> None:
    floor = held()
    floor.forget_outputs()
    floor.hold(floor.engaged, on=False)
    assert "agent" in floor.topics()
    assert "phone_off_hold" in floor.history()


@pytest.mark.parametrize("ready", [True, False])
def test_a_waiting_contact_is_not_joined_to_a_phone_on_hold(ready: bool) -> None:
    floor = opened(Mode.PREDICTIVE_ASM, agents=(ADA, BOB), records=(), predictive={"min_agents": 1})
    floor.ready(ADA)
    floor.answer(floor.engaged)
    ada = floor.engaged
    floor.records = [record(1)]
    floor.pass_time(2)
    floor.tick()
    (dial,) = [each for each in floor.commands(Dial) if each.role is LegRole.CONTACT]
    floor.hold(ada, on=True)
    if ready:
        floor.hold(ada, on=False)
    floor.answer(floor.world.legs[dial.leg])
    expected = InteractionState.CONNECTED if ready else InteractionState.QUEUED
    assert floor.interaction.state is expected


def test_a_hold_in_a_conversation_is_a_hold_of_the_conversation() -> None:
    floor = talking(Mode.PROGRESSIVE_ASM)
    floor.hold(floor.engaged, on=True)
    assert floor.interaction.holds == {HoldBy.AGENT_PHONE}
    assert agent_view(floor.world, floor.agent()).engaged is Engagement.YES
    floor.records = []
    floor.campaign.pool.drain()
    floor.clear(floor.contact)
    floor.ask(Done(ADA, floor.interaction.id))
    assert agent_view(floor.world, floor.agent()).engaged is Engagement.ON_HOLD
