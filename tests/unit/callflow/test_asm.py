"""ASM: the engaged leg goes up when an agent becomes ready and stays up."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState, SystemReason
from dialer.callflow.call.hold import Hold
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.attempt import call_id_of
from dialer.interactions.interaction import InteractionState
from dialer.interactions.leg import LegPurpose
from dialer.vocabulary import commands
from dialer.vocabulary.telephony import ClearedBy, Dial, HangUp, Join, Leave, LegMedia, Play
from dialer.vocabulary.writes import AddDial, BeginAttempt, SettleAttempt
from dialer.words import say
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING, record
from tests.unit.callflow.scenes import after_call, dialing, opened, talking

ASM = Mode.PROGRESSIVE_ASM


def test_ready_rings_the_phone_and_nothing_is_dialed_before_it_answers() -> None:
    floor = opened(ASM)
    assert not floor.commands(Dial)
    floor.ready()
    (dial,) = floor.commands(Dial)
    assert dial.leg == floor.agent().engaged
    floor.ring(floor.engaged)
    floor.tick()
    assert not floor.writes(BeginAttempt)


def test_an_engaged_agent_gets_contacts_and_the_attempt_is_written_before_its_dial() -> None:
    floor = opened(ASM)
    floor.ready()
    floor.answer(floor.engaged)
    (begun,) = floor.writes(BeginAttempt)
    (added,) = floor.writes(AddDial)
    dial = floor.commands(Dial)[-1]
    assert dial not in floor.sent_before_commit
    assert floor.guards[dial.leg] == begun.attempt
    assert (dial.call_id, added.call_id) == (call_id_of(floor.world.mint, begun.attempt, 0),) * 2
    assert floor.agent().state is AgentState.RESERVED


def test_the_answer_joins_at_once_with_a_beep_and_without_ringing_the_phone() -> None:
    floor = dialing(ASM)
    dials = len(floor.commands(Dial))
    floor.forget_outputs()
    floor.answer(floor.contact)
    joins = [each for each in floor.sent_before_commit if isinstance(each, Join)]
    assert {each.leg for each in joins} == {floor.contact.id, floor.engaged.id}
    assert all(each.hears is None and each.heard_by is None for each in joins)
    assert [each.leg for each in floor.commands(Play)] == [floor.engaged.id]
    assert not floor.commands(Dial)
    assert dials == 2
    assert floor.agent().state is AgentState.BUSY


def test_beep_is_a_setting() -> None:
    floor = dialing(ASM, engaged={"beep": False})
    floor.forget_outputs()
    floor.answer(floor.contact)
    assert not floor.commands(Play)


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (ClearedBy.TIMEOUT, SystemReason.PHONE_NO_ANSWER),
        (ClearedBy.PEER, SystemReason.PHONE_NOT_REGISTERED),
        (ClearedBy.TRANSPORT, SystemReason.PHONE_UNREACHABLE),
    ],
)
def test_an_engaging_call_that_is_not_answered_makes_not_ready(by: ClearedBy, reason: SystemReason) -> None:
    floor = opened(ASM)
    floor.ready()
    floor.clear(floor.engaged, 480, by)
    agent = floor.agent()
    assert (agent.state, agent.reason, agent.engaged) == (AgentState.NOT_READY, reason, None)


@pytest.mark.parametrize(
    ("by", "reason"), [(ClearedBy.PEER, SystemReason.PHONE_HUNG_UP), (ClearedBy.MEDIA, SystemReason.PHONE_LOST)]
)
def test_an_engaged_leg_that_ends_while_idle_makes_not_ready(by: ClearedBy, reason: SystemReason) -> None:
    floor = opened(ASM, records=())
    floor.ready()
    floor.answer(floor.engaged)
    floor.clear(floor.engaged, by=by)
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, reason)


def test_no_answer_by_the_contact_keeps_the_agent_engaged() -> None:
    floor = dialing(ASM)
    engaged = floor.engaged.id
    floor.ring(floor.contact)
    floor.clear(floor.contact, by=ClearedBy.TIMEOUT)
    agent = floor.agent()
    assert agent.engaged == engaged
    assert floor.world.legs[engaged].is_connected
    assert agent.state is AgentState.RESERVED, "the next contact is dialed at once"
    assert [each.result for each in floor.writes(SettleAttempt)] == ["no_answer"]


def test_engaged_through_after_call_work() -> None:
    floor = after_call(ASM)
    engaged = floor.agent().engaged
    assert engaged is not None
    floor.ask(Done(ADA, floor.interaction.id))
    assert floor.agent().engaged == engaged
    assert floor.interaction.state is InteractionState.DIALING
    assert len(floor.commands(Dial)) == 1, "the contact alone is dialed"


def test_engaged_through_a_short_pause_and_not_through_a_long_one() -> None:
    floor = after_call(ASM)
    engaged = floor.engaged
    floor.ask(Done(ADA, floor.interaction.id, "not_ready"))
    floor.pass_time(899)
    assert not floor.commands(HangUp)
    floor.pass_time(2)
    assert [each.leg for each in floor.commands(HangUp)] == [engaged.id]


def test_a_pause_that_was_asked_for_in_conversation_is_limited_too() -> None:
    floor = talking(ASM)
    floor.ask(commands.GoNotReady(ADA, "break"))
    assert floor.agent().state is AgentState.BUSY
    floor.clear(floor.contact)
    floor.ask(Done(ADA, floor.interaction.id))
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, "break")
    floor.pass_time(901)
    assert floor.commands(HangUp)


def test_ready_again_ends_the_pause() -> None:
    floor = opened(ASM, records=())
    floor.ready()
    floor.answer(floor.engaged)
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.pass_time(600)
    floor.ready()
    floor.pass_time(600)
    assert floor.world.legs[floor.engaged.id].is_connected
    assert not floor.commands(HangUp)


def test_log_out_ends_the_engaged_leg() -> None:
    floor = opened(ASM, records=())
    floor.ready()
    floor.answer(floor.engaged)
    floor.ask(commands.LogOut(ADA))
    assert [each.leg for each in floor.commands(HangUp)] == [floor.engaged.id]


def test_log_out_asked_for_in_conversation_ends_the_engaged_leg_when_granted() -> None:
    floor = talking(ASM)
    engaged = floor.engaged
    floor.ask(commands.LogOut(ADA))
    floor.clear(floor.contact)
    floor.ask(Done(ADA, floor.interaction.id))
    assert floor.agent().state is AgentState.LOGGED_OUT
    assert [each.leg for each in floor.commands(HangUp)] == [engaged.id]


def test_bye_in_conversation_is_end_call_and_the_phone_is_rung_for_the_next_contact() -> None:
    floor = talking(ASM)
    contact = floor.contact
    floor.clear(floor.engaged, by=ClearedBy.PEER)
    assert [each.leg for each in floor.commands(HangUp)] == [contact.id]
    floor.clear(contact, by=ClearedBy.US)
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    assert floor.interaction.ended_by == "agent"
    floor.forget_outputs()
    floor.ask(Done(ADA, floor.interaction.id))
    floor.tick()
    assert [each.leg for each in floor.commands(Dial)] == [floor.agent().engaged]


def test_rtp_death_in_conversation_rings_the_agent_again_and_makes_the_leg_the_engaged_one() -> None:
    floor = talking(ASM)
    contact = floor.contact
    floor.clear(floor.engaged, by=ClearedBy.MEDIA)
    assert (floor.interaction.reconnecting, floor.agent().state) == (True, AgentState.BUSY)
    assert [each.leg for each in floor.commands(Play)] == [contact.id], "comfort audio"
    assert floor.refusal(Hold(ADA, floor.interaction.id)) == "not_connected"
    again = floor.phone
    floor.forget_outputs()
    floor.answer(again)
    assert (floor.interaction.reconnecting, floor.agent().engaged) == (False, again.id)
    assert {each.leg for each in floor.commands(Join)} == {contact.id, again.id}
    floor.clear(contact)
    assert [each.leg for each in floor.commands(Leave)] == [again.id]
    assert not floor.commands(HangUp)


@pytest.mark.parametrize("how", ["rings out", "refuses", "time"])
def test_a_lost_agent_who_does_not_come_back_ends_the_conversation(how: str) -> None:
    floor = talking(ASM)
    contact = floor.contact
    floor.clear(floor.engaged, by=ClearedBy.MEDIA)
    if how == "rings out":
        floor.clear(floor.phone, by=ClearedBy.TIMEOUT)
        floor.pass_time(31)
        for leg in [each for each in floor.world.legs.values() if each.purpose is LegPurpose.AGENT]:
            floor.clear(leg, by=ClearedBy.US)
    elif how == "refuses":
        floor.clear(floor.phone, 486, ClearedBy.PEER)
    else:
        floor.pass_time(31)
        floor.clear(floor.phone, by=ClearedBy.US)
    assert contact.id in {each.leg for each in floor.commands(HangUp)}
    floor.clear(contact, by=ClearedBy.US)
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    floor.ask(Done(ADA, floor.interaction.id))
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.PHONE_LOST)
    assert not floor.world.legs


def test_an_engaged_leg_lost_while_dialing_cancels_the_contact() -> None:
    floor = dialing(ASM)
    contact = floor.contact
    floor.clear(floor.engaged, by=ClearedBy.PEER)
    assert contact.id in {each.leg for each in floor.commands(HangUp)}
    floor.clear(contact, 487, ClearedBy.US)
    assert [each.result for each in floor.writes(SettleAttempt)] == ["cancelled"]
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.PHONE_HUNG_UP)
    assert not floor.world.interactions


def test_the_last_asm_campaign_that_stops_lets_the_agents_phones_go() -> None:
    floor = opened(ASM, records=())
    floor.ready()
    floor.answer(floor.engaged)
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert [each.leg for each in floor.commands(HangUp)] == [floor.engaged.id]


def test_an_agent_in_after_call_work_at_the_stop_is_let_go_after_it() -> None:
    floor = after_call(ASM)
    engaged = floor.engaged
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert engaged.is_connected
    floor.ask(Done(ADA, floor.interaction.id))
    floor.tick()
    assert [each.leg for each in floor.commands(HangUp)] == [engaged.id]


def test_no_offer_and_no_second_ring_while_the_phone_is_rung_to_engage() -> None:
    floor = opened(ASM)
    floor.ready()
    floor.ask(commands.ChangeMode(SPRING, "PROGRESSIVE", "sue"))
    floor.tick()
    assert not floor.world.interactions
    assert len(floor.commands(Dial)) == 1
    floor.clear(floor.leg(LegPurpose.ENGAGED), by=ClearedBy.US)
    floor.tick()
    assert floor.interaction.state is InteractionState.PREVIEW


def test_an_agent_without_a_phone_is_told_and_not_ready() -> None:
    floor = opened(ASM)
    floor.know(ADA, phone="")
    floor.ask(commands.GoReady(ADA))
    assert floor.agent().state is AgentState.NOT_READY
    assert "phone_failed" in floor.topics()


def silence(floor: Floor, *, on: bool) -> None:
    floor.engine_says(LegMedia(floor.engaged.id, True, False, False, "PCMA", floor.now, silent=on))


def test_nobody_is_put_through_to_a_phone_that_is_silent() -> None:
    floor = opened(ASM, records=())
    floor.ready()
    floor.answer(floor.engaged)
    silence(floor, on=True)
    floor.records.append(record(1))
    floor.tick(5)
    assert not floor.writes(BeginAttempt)
    assert floor.campaign.reason is not None
    assert say(floor.campaign.reason.reason) == "1 agent is ready; the phone is silent."
    silence(floor, on=False)
    floor.tick()
    assert len(floor.writes(BeginAttempt)) == 1
    assert [kind for kind in floor.history() if kind.startswith("phone_")] == ["phone_silent", "phone_heard"]


def test_ready_after_not_ready_lets_go_of_a_silent_leg_and_rings_anew() -> None:
    floor = opened(ASM, records=())
    floor.ready()
    dead = floor.engaged
    floor.answer(dead)
    silence(floor, on=True)
    floor.ask(commands.GoNotReady(ADA, floor.world.settings.reasons[0].code))
    floor.forget_outputs()
    floor.ready()
    assert [each.leg for each in floor.commands(HangUp)] == [dead.id]
    (dial,) = floor.commands(Dial)
    assert floor.agent().engaged == dial.leg != dead.id
    floor.clear(dead, by=ClearedBy.US)
    assert floor.agent().engaged == dial.leg
    assert floor.agent().state is AgentState.READY


def test_ready_after_not_ready_keeps_a_leg_that_is_heard() -> None:
    floor = opened(ASM, records=())
    floor.ready()
    floor.answer(floor.engaged)
    floor.ask(commands.GoNotReady(ADA, floor.world.settings.reasons[0].code))
    floor.forget_outputs()
    floor.ready()
    assert not floor.commands(HangUp)
    assert not floor.commands(Dial)
