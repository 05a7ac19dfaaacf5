"""A contact who does not answer stays on the desk: result and reason are published, and shown for the campaign's
time."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState, Pending, Wish
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.dial.offers import DialRecord
from dialer.callflow.outcome.outcome import Done, ExtendAfterCall, SetOutcome
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import commands, events
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import Dial
from dialer.vocabulary.writes import SaveInteraction, UpdateRecord
from dialer.words import spoken
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING
from tests.unit.callflow.scenes import dialing, previewing

SEEN = [Mode.PREVIEW, Mode.PUSH_PREVIEW, Mode.PROGRESSIVE]


def not_reached(mode: Mode = Mode.PROGRESSIVE, code: int = 486, **more: Any) -> Floor:
    """The contact was dialed, and the trunk said `code`. `more`: of `unanswered`, or of the campaign."""
    unanswered = {key: more.pop(key) for key in ("desk", "show_s", "results") if key in more}
    if mode is Mode.PREVIEW:
        floor = previewing(unanswered=unanswered, **more)
        floor.ask(DialRecord(ADA, floor.interaction.id))
        floor.answer(floor.phone)
    else:
        floor = dialing(mode, unanswered=unanswered, **more)
    floor.forget_outputs()
    floor.clear(floor.contact, code)
    return floor


def state(floor: Floor) -> InteractionState:
    return floor.interaction.state


def told(floor: Floor) -> list[dict[str, Any]]:
    return floor.facts("not_reached")


def results(floor: Floor) -> list[CallResult | None]:
    return [each.result for each in floor.writes(UpdateRecord)]


@pytest.mark.parametrize("mode", SEEN)
def test_the_result_is_told_and_shown_for_some_seconds(mode: Mode) -> None:
    floor = not_reached(mode)
    (said,) = told(floor)
    assert (said["result"], said["code"], said["desk"], said["show_s"]) == ("busy", 486, "show", 5)
    assert "busy" in spoken(said["reason"])
    work = floor.interaction
    assert work.state is InteractionState.CLEARED
    assert work.found_result is CallResult.BUSY
    assert work.after_call is not None
    assert work.after_call.ends_at == floor.utc + 5
    assert floor.agent().state is AgentState.AFTER_CALL_WORK, "who reads is not idle"
    assert not results(floor)
    floor.records = []
    floor.campaign.pool.drain()
    floor.pass_time(5)
    assert floor.agent().state is AgentState.READY
    assert results(floor) == [CallResult.BUSY]


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE_ASM])
def test_in_asm_the_record_was_not_shown_and_the_next_is_dialed(mode: Mode) -> None:
    floor = not_reached(mode)
    assert not told(floor)
    assert results(floor) == [CallResult.BUSY]
    assert state(floor) is InteractionState.DIALING


def test_closed_at_once_the_agent_is_told_all_the_same() -> None:
    floor = not_reached(desk="close")
    assert [each["desk"] for each in told(floor)] == ["close"]
    assert results(floor) == [CallResult.BUSY]


@pytest.mark.parametrize(
    ("code", "desk", "show_s"), [(486, "wait", None), (404, "show", 9), (480, "close", None), (603, "show", 5)]
)
def test_each_result_may_have_its_own_way(code: int, desk: str, show_s: float | None) -> None:
    of = {"busy": "wait", "invalid_number": {"desk": "show", "show_s": 9}, "unreachable": {"desk": "close"}}
    floor = not_reached(code=code, results=of)
    assert (told(floor)[0]["desk"], told(floor)[0]["show_s"]) == (desk, show_s)


def test_where_it_waits_for_done_what_is_mandatory_is_asked_for() -> None:
    floor = not_reached(desk="wait", outcome={"note_mandatory": True})
    floor.records = []
    floor.pass_time(30)
    id_ = floor.interaction.id
    assert floor.refusal(Done(ADA, id_)) == "outcome_missing"
    floor.ask(SetOutcome(ADA, id_, note="engaged all day"))
    floor.ask(Done(ADA, id_))
    assert results(floor) == [CallResult.BUSY]
    saved = [each for each in floor.writes(SaveInteraction) if each.state == "finalized"]
    assert saved[-1].note == "engaged all day"
    assert floor.agent().state in (AgentState.READY, AgentState.RESERVED)


def test_where_it_waits_the_limit_of_after_call_work_holds() -> None:
    floor = not_reached(desk="wait")
    floor.pass_time(61)
    assert floor.agent().state is AgentState.NOT_READY
    assert floor.interaction.after_call is not None


def test_done_ends_the_showing_whatever_is_mandatory() -> None:
    floor = not_reached(outcome={"note_mandatory": True})
    floor.ask(Done(ADA, floor.interaction.id))
    assert results(floor) == [CallResult.BUSY]


def test_who_writes_is_not_rushed() -> None:
    floor = not_reached()
    floor.pass_time(3)
    floor.ask(SetOutcome(ADA, floor.interaction.id, note="fax tone before"))
    floor.pass_time(30)
    assert state(floor) is InteractionState.CLEARED
    assert floor.interaction.after_call is not None
    assert not floor.interaction.after_call.shown
    floor = not_reached()
    floor.ask(ExtendAfterCall(ADA, floor.interaction.id))
    floor.pass_time(30)
    assert state(floor) is InteractionState.CLEARED


@pytest.mark.parametrize("desk", ["show", "wait"])
def test_call_again_from_a_result(desk: str) -> None:
    floor = not_reached(desk=desk)
    floor.clear(floor.phone)
    floor.ask(CallAgain(ADA, floor.interaction.id))
    floor.pass_time(8)
    assert state(floor) is InteractionState.CLEARED, "the former result's time does not run any more"
    floor.answer(floor.phone)
    assert state(floor) is InteractionState.DIALING
    floor.answer(floor.contact)
    assert state(floor) is InteractionState.CONNECTED
    floor.clear(floor.contact)
    floor.ask(Done(ADA, floor.interaction.id))
    assert results(floor) == [CallResult.ANSWER]


def test_a_second_attempt_that_is_not_answered_is_shown_anew() -> None:
    floor = not_reached()
    floor.clear(floor.phone)
    floor.ask(CallAgain(ADA, floor.interaction.id))
    floor.answer(floor.phone)
    floor.clear(floor.contact, 480)
    assert [each["result"] for each in told(floor)] == ["busy", "unreachable"]
    assert floor.interaction.after_call is not None
    assert floor.interaction.after_call.ends_at == floor.utc + 5


def test_a_call_again_that_the_store_refuses_comes_back_to_the_result() -> None:
    floor = not_reached()
    floor.clear(floor.phone)
    floor.ask(CallAgain(ADA, floor.interaction.id))
    floor.answer(floor.phone)
    attempt = floor.interaction.attempt
    assert attempt is not None
    floor.say(events.AttemptRefused(attempt.id, "do_not_call"))
    assert "call_again_failed" in floor.topics()
    assert (floor.interaction.state, floor.interaction.found_result) == (InteractionState.CLEARED, CallResult.BUSY)


def test_a_phone_that_is_not_picked_up_for_a_call_again_leaves_the_result() -> None:
    floor = not_reached()
    floor.clear(floor.phone)
    floor.ask(CallAgain(ADA, floor.interaction.id))
    floor.clear(floor.phone, 486)
    assert (floor.interaction.state, floor.interaction.found_result) == (InteractionState.CLEARED, CallResult.BUSY)
    floor.pass_time(5)
    assert results(floor)[0] is CallResult.BUSY


def test_a_break_asked_for_meanwhile_is_granted_when_the_result_goes() -> None:
    floor = not_reached()
    floor.ask(commands.GoNotReady(ADA, "lunch"))
    assert floor.agent().pending == Pending(Wish.NOT_READY, "lunch")
    floor.pass_time(5)
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, "lunch")


def test_a_campaign_that_stops_leaves_the_result_and_dials_nothing() -> None:
    floor = not_reached()
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    before = len(floor.commands(Dial))
    floor.pass_time(6)
    assert not floor.world.interactions
    assert len(floor.commands(Dial)) == before


def test_reading_a_result_is_no_after_call_work_in_the_figures() -> None:
    floor = not_reached()
    floor.pass_time(5)
    assert floor.campaign.today.wraps == 0


def test_the_reason_names_what_the_campaign_did() -> None:
    floor = dialing(unanswered={})
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.clear(floor.contact, 487)
    assert spoken(told(floor)[0]["reason"]) == "spring was stopped."
