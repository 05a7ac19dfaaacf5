"""Call again: a new attempt of the same interaction."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState, SystemReason
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.interactions.interaction import InteractionState
from dialer.ports import Moment
from dialer.trunks.bucket import Bucket
from dialer.views.interaction import interaction_view
from dialer.vocabulary import commands, events
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.telephony import ClearedBy, Dial, HangUp
from dialer.vocabulary.writes import BeginAttempt, SettleAttempt, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING, record
from tests.unit.callflow.scenes import after_call, talking

ASM = Mode.PROGRESSIVE_ASM


def again(floor: Floor) -> None:
    floor.ask(CallAgain(ADA, floor.interaction.id))


def test_the_phone_first_then_the_contact() -> None:
    floor = after_call()
    again(floor)
    assert [each.leg for each in floor.commands(Dial)] == [floor.phone.id]
    assert floor.agent().state is AgentState.RESERVED
    floor.answer(floor.phone)
    assert len(floor.writes(BeginAttempt)) == 1
    floor.answer(floor.contact)
    assert floor.interaction.state is InteractionState.CONNECTED
    floor.clear(floor.contact)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ANSWER]
    assert floor.agent().state is AgentState.AFTER_CALL_WORK


def test_an_engaged_agent_needs_no_ringing() -> None:
    floor = after_call(ASM)
    again(floor)
    assert [each.leg for each in floor.commands(Dial)] == [floor.contact.id]


def test_nobody_answers_and_after_call_work_goes_on_with_a_clock_of_its_own() -> None:
    floor = after_call(ASM)
    floor.pass_time(50)
    again(floor)
    floor.pass_time(20)
    assert floor.agent().state is AgentState.RESERVED, "the old limit is no more"
    floor.clear(floor.contact, 486)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.BUSY]
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    floor.pass_time(61)
    assert floor.agent().reason == SystemReason.AFTER_CALL_OVERRUN


def test_attempts_of_both_calls_count_in_the_treatment() -> None:
    floor = after_call(ASM, records=(record(1, attempts=2, tries={"busy": 2}),))
    again(floor)
    floor.clear(floor.contact, 486)
    floor.ask(Done(ADA, floor.interaction.id))
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.result) == ("updated", CallResult.BUSY), "busy three times is the end"


def test_a_phone_that_is_not_answered_goes_back_to_after_call_work() -> None:
    floor = after_call()
    again(floor)
    floor.clear(floor.phone, by=ClearedBy.TIMEOUT)
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    assert "call_again_failed" in floor.topics()
    floor.ask(Done(ADA, floor.interaction.id))
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.PHONE_NO_ANSWER)


def test_done_while_the_phone_rings_is_refused() -> None:
    floor = after_call()
    again(floor)
    assert floor.refusal(Done(ADA, floor.interaction.id)) == "call_in_progress"


def test_a_dial_that_may_not_be_lets_the_phone_go() -> None:
    floor = after_call()
    again(floor)
    phone = floor.phone
    floor.utc += 8 * 3600
    floor.answer(phone)
    assert [each.leg for each in floor.commands(HangUp)] == [phone.id]
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    floor.clear(phone, by=ClearedBy.US)
    assert not floor.world.legs


MACHINE: dict[str, Any] = {"retries": {"answering_machine": {"delay_s": 14_400, "max_attempts": 3}}}


def say(floor: Floor, result: CallResult) -> None:
    floor.ask(SetOutcome(ADA, floor.interaction.id, result=result))


def sold(floor: Floor) -> UpdateRecord:
    """The contact answers the second call, buys, and the agent closes."""
    floor.answer(floor.contact)
    floor.clear(floor.contact)
    floor.ask(SetOutcome(ADA, floor.interaction.id, disposition="sale"))
    floor.ask(Done(ADA, floor.interaction.id))
    (update,) = floor.writes(UpdateRecord)
    return update


@pytest.mark.parametrize("mode", [ASM, Mode.PROGRESSIVE])
def test_what_was_said_of_the_first_call_is_not_said_of_the_second(mode: Mode) -> None:
    floor = after_call(mode, **MACHINE)
    say(floor, CallResult.ANSWERING_MACHINE)
    again(floor)
    if mode is not ASM:
        floor.answer(floor.phone)
    assert floor.interaction.agent_result is None
    update = sold(floor)
    assert (update.status, update.due_at, update.result) == (RecordStatus.UPDATED, None, CallResult.ANSWER)
    assert update.tried == (CallResult.ANSWERING_MACHINE, CallResult.ANSWER)
    assert update.finish_chain


def test_a_machine_and_then_nobody_is_nobody_who_was_spoken_to() -> None:
    floor = after_call(ASM, **MACHINE)
    say(floor, CallResult.ANSWERING_MACHINE)
    again(floor)
    floor.clear(floor.contact, 486)
    floor.ask(Done(ADA, floor.interaction.id))
    (update,) = floor.writes(UpdateRecord)
    assert update.tried == (CallResult.ANSWERING_MACHINE, CallResult.BUSY)
    assert not update.finish_chain


def test_who_was_spoken_to_first_was_reached_whatever_the_second_call_comes_to() -> None:
    floor = after_call(ASM, **MACHINE)
    again(floor)
    floor.answer(floor.contact)
    floor.clear(floor.contact)
    say(floor, CallResult.ANSWERING_MACHINE)
    floor.ask(Done(ADA, floor.interaction.id))
    (update,) = floor.writes(UpdateRecord)
    assert update.tried == (CallResult.ANSWER, CallResult.ANSWERING_MACHINE)
    assert update.finish_chain


@pytest.mark.parametrize("picked_up", [False, True])
def test_a_result_stays_where_nothing_was_dialed_again(picked_up: bool) -> None:
    floor = after_call(**MACHINE)
    say(floor, CallResult.ANSWERING_MACHINE)
    again(floor)
    if picked_up:
        floor.utc += 8 * 3600
        floor.answer(floor.phone)
    else:
        floor.clear(floor.phone, by=ClearedBy.TIMEOUT)
    assert floor.interaction.agent_result is CallResult.ANSWERING_MACHINE


def test_the_second_conversation_has_a_time_of_its_own() -> None:
    floor = after_call(ASM)
    floor.pass_time(20)
    again(floor)
    floor.ring(floor.contact)
    floor.pass_time(5)
    floor.answer(floor.contact)
    view = interaction_view(floor.world, floor.interaction, Moment(floor.now, floor.utc))
    assert (view.status.since, view.connected_at) == (floor.utc, floor.utc)
    floor.pass_time(10)
    floor.clear(floor.contact)
    view = interaction_view(floor.world, floor.interaction, Moment(floor.now, floor.utc))
    assert view.connected_at == floor.utc - 10


@pytest.mark.parametrize("rule", ["do_not_call", "claim_lost"])
def test_the_store_refuses_it_and_the_conversations_result_stands(rule: str) -> None:
    floor = after_call(ASM)
    say(floor, CallResult.WRONG_PARTY)
    again(floor)
    (begun,) = floor.writes(BeginAttempt)
    floor.say(events.AttemptRefused(begun.attempt, rule))
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    assert not floor.trunk().legs
    floor.ask(Done(ADA, floor.interaction.id))
    assert [each.result for each in floor.writes(UpdateRecord)] == [CallResult.WRONG_PARTY]


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("permission", "not_permitted"),
        ("in call", "call_in_progress"),
        ("stopped", "campaign_not_running"),
        ("overrun", "not_after_call"),
        ("attempts", "max_attempts"),
        ("window", "calling_window"),
        ("store", "store_unavailable"),
    ],
)
def test_it_is_refused(why: str, code: str) -> None:
    floor = talking(
        ASM,
        permissions={"call_again": why != "permission"},
        records=(record(1, attempts=5 if why == "attempts" else 0),),
    )
    if why != "in call":
        floor.clear(floor.contact)
    if why == "stopped":
        floor.ask(commands.StopCampaign(SPRING, "sue"))
    elif why == "overrun":
        floor.pass_time(61)
    elif why == "window":
        floor.utc += 8 * 3600
    elif why == "store":
        floor.say(events.StoreFailing("the disk is full"))
    assert floor.refusal(CallAgain(ADA, floor.interaction.id)) == code


@pytest.mark.parametrize("picked_up", [False, True])
def test_a_campaign_that_stops_while_the_phone_rings_dials_nobody(picked_up: bool) -> None:
    floor = after_call()
    again(floor)
    if picked_up:
        floor.trunk().bucket.take(floor.now)
        floor.trunk().bucket = Bucket(0.2)
        floor.trunk().bucket.take(floor.now)
        floor.answer(floor.phone)
        assert floor.agent().state is AgentState.RESERVED, "the trunk's calls per second are waited for"
    phone = floor.phone
    floor.forget_outputs()
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    assert "call_again_failed" in floor.topics()
    assert {each.leg for each in floor.commands(HangUp)} == {phone.id}
    floor.answer(phone)
    floor.pass_time(20)
    assert not floor.writes(BeginAttempt)
