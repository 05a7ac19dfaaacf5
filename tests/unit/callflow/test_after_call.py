"""After-call work: outcome, mandatory parts, warning, limit, more time, Done, and pending wishes."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from config.model import CallResultChoice, Disposition, Mode, Outcome
from dialer.agents.agent import AgentState, Pending, SystemReason, Wish
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.outcome.outcome import Done, ExtendAfterCall, SetOutcome
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import commands, events
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType
from dialer.vocabulary.telephony import HangUp
from dialer.vocabulary.writes import AddDoNotCall, SaveInteraction, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING
from tests.unit.callflow.scenes import after_call, talking

Then = Literal["", "ready", "not_ready"]
LUNCH = "lunch"
FIELDS = {
    "record": ({"key": "city", "label": "City", "editable": True, "mandatory": True}, {"key": "id", "label": "Id"})
}


def done(floor: Floor, then: Then = "") -> None:
    floor.ask(Done(ADA, floor.interaction.id, then))


def outcome(floor: Floor, **more: Any) -> SetOutcome:
    return SetOutcome(ADA, floor.interaction.id, **more)


def test_the_agents_result_is_kept_beside_the_one_that_was_found() -> None:
    floor = after_call()
    floor.ask(outcome(floor, result=CallResult.WRONG_NUMBER, disposition="no", note="moved"))
    done(floor)
    saved = floor.writes(SaveInteraction)[-2:]
    last = next(each for each in reversed(saved) if each.state == "finalized")
    assert (last.found_result, last.agent_result) == (CallResult.ANSWER, CallResult.WRONG_NUMBER)
    assert (last.disposition, last.note, last.live) == ("no", "moved", None)
    assert last.finalized_at == floor.utc
    assert [each.result for each in floor.writes(UpdateRecord)] == [CallResult.WRONG_NUMBER]


@pytest.mark.parametrize(
    ("settings", "said", "code"),
    [
        ({}, {"result": CallResult.BUSY}, "unknown_result"),
        ({"permissions": {"set_call_result": False}}, {"result": CallResult.ANSWER}, "not_permitted"),
        ({}, {"disposition": "nothing"}, "unknown_disposition"),
        ({"permissions": {"do_not_call": False}}, {"do_not_call": True}, "not_permitted"),
        ({}, {"note": "x" * 4001}, "note_too_long"),
        ({"fields": FIELDS, "permissions": {"edit_fields": False}}, {"data": {"city": "Rome"}}, "not_permitted"),
        ({"fields": FIELDS}, {"data": {"id": "7"}}, "field_not_editable"),
        ({"fields": FIELDS}, {"data": {"nothing": "7"}}, "field_not_editable"),
        ({"fields": FIELDS}, {"data": {"city": "x" * 2001}}, "value_too_long"),
    ],
)
def test_an_outcome_that_may_not_be_set(settings: dict[str, Any], said: dict[str, Any], code: str) -> None:
    floor = after_call(**settings)
    assert floor.refusal(outcome(floor, **said)) == code


@pytest.mark.parametrize(
    ("settings", "missing", "said"),
    [
        ({"outcome": Outcome(call_result_mandatory=True)}, ["call_result"], {"result": CallResult.ANSWER}),
        (
            {"outcome": Outcome(disposition_mandatory=True, dispositions=(Disposition(code="sale", label="Sale"),))},
            ["disposition"],
            {"disposition": "sale"},
        ),
        ({"outcome": Outcome(note_mandatory=True)}, ["note"], {"note": "spoke"}),
        ({"fields": FIELDS}, ["city"], {"data": {"city": "Rome"}}),
    ],
)
def test_what_is_mandatory_before_done(settings: dict[str, Any], missing: list[str], said: dict[str, Any]) -> None:
    floor = after_call(**settings)
    assert floor.refusal(Done(ADA, floor.interaction.id)) == "outcome_missing"
    floor.ask(outcome(floor, **said))
    done(floor)
    assert floor.agent().state in (AgentState.READY, AgentState.RESERVED)
    assert floor.writes(UpdateRecord)[0].data == said.get("data")


def test_do_not_call_is_written_at_once_and_stays() -> None:
    floor = talking()
    floor.ask(outcome(floor, do_not_call=True))
    floor.ask(outcome(floor, do_not_call=True))
    (barred,) = floor.writes(AddDoNotCall)
    assert (barred.number, barred.campaign) == (floor.interaction.number, None)
    assert floor.refusal(outcome(floor, do_not_call=False)) == "do_not_call_stays"
    floor.clear(floor.contact)
    assert floor.refusal(CallAgain(ADA, floor.interaction.id)) == "do_not_call"
    done(floor)
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.type) == (RecordStatus.CANCELLED, RecordType.NO_CALL)


BARRING = Outcome(
    call_results=tuple(CallResultChoice(call_result=each) for each in (CallResult.ANSWER, CallResult.DO_NOT_CALL)),
    dispositions=(Disposition(code="sale", label="Sale"), Disposition(code="never", label="Never", do_not_call=True)),
)


@pytest.mark.parametrize(
    "said", [{"do_not_call": True}, {"result": CallResult.DO_NOT_CALL}, {"disposition": "never"}], ids=str
)
def test_tick_result_and_disposition_bar_the_number_alike(said: dict[str, Any]) -> None:
    floor = after_call(outcome=BARRING)
    floor.ask(outcome(floor, **said))
    floor.ask(outcome(floor, **said))
    (barred,) = floor.writes(AddDoNotCall)
    assert (barred.number, barred.campaign, barred.agent) == (floor.interaction.number, None, ADA)
    assert floor.interaction.do_not_call
    assert floor.refusal(CallAgain(ADA, floor.interaction.id)) == "do_not_call"
    floor.ask(outcome(floor, result=CallResult.ANSWER, disposition="sale"))
    done(floor)
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.type) == (RecordStatus.CANCELLED, RecordType.NO_CALL)
    assert (update.result, update.finish_chain) == (CallResult.DO_NOT_CALL, True)


@pytest.mark.parametrize("said", [{"result": CallResult.DO_NOT_CALL}, {"disposition": "never"}], ids=str)
def test_who_may_not_bar_cannot_by_result_or_disposition(said: dict[str, Any]) -> None:
    floor = after_call(outcome=BARRING, permissions={"do_not_call": False})
    assert floor.refusal(outcome(floor, **said)) == "not_permitted"


def test_a_supervisor_who_closes_with_such_a_disposition_bars_the_number() -> None:
    floor = after_call(outcome=BARRING)
    number = floor.interaction.number
    floor.ask(commands.CloseInteraction(floor.interaction.id, "sue", "agent gone", "never"))
    assert [each.number for each in floor.writes(AddDoNotCall)] == [number]
    (update,) = floor.writes(UpdateRecord)
    assert update.type is RecordType.NO_CALL


def test_done_needs_the_end_of_the_call_and_a_word_that_is_known() -> None:
    floor = talking()
    assert floor.refusal(Done(ADA, floor.interaction.id)) == "call_in_progress"
    floor.clear(floor.contact)
    asleep = Done(ADA, floor.interaction.id, "asleep")  # type: ignore[arg-type]  # what the type rules out
    assert floor.refusal(asleep) == "bad_then"


@pytest.mark.parametrize(
    ("setting", "then", "state"),
    [
        ("ready", "", "ready"),
        ("not_ready", "", "not_ready"),
        ("ready", "not_ready", "not_ready"),
        ("not_ready", "ready", "ready"),
    ],
)
def test_where_the_agent_goes_after_done(setting: str, then: Then, state: str) -> None:
    floor = after_call(after_call={"then": setting})
    floor.campaign.pool.drain()
    floor.records.clear()
    done(floor, then)
    assert floor.agent().state == state


@pytest.mark.parametrize(
    ("command", "wish", "after"),
    [
        (commands.GoNotReady(ADA, LUNCH), Pending(Wish.NOT_READY, LUNCH), ("not_ready", LUNCH)),
        (commands.LogOut(ADA), Pending(Wish.LOG_OUT), ("logged_out", "")),
    ],
)
@pytest.mark.parametrize("when", ["talking", "after call"])
def test_what_is_asked_for_meanwhile_is_pending_and_then_granted(
    command: commands.Command, wish: Pending, after: tuple[str, str], when: str
) -> None:
    floor = talking() if when == "talking" else after_call()
    before = floor.agent().state
    floor.ask(command)
    assert floor.agent().pending == wish
    assert floor.agent().state is before
    if when == "talking":
        floor.clear(floor.contact)
    done(floor)
    assert (floor.agent().state, floor.agent().reason) == after
    assert floor.agent().pending is None


def test_ready_takes_back_what_was_asked_for() -> None:
    floor = talking()
    floor.ask(commands.GoNotReady(ADA, LUNCH))
    floor.ask(commands.GoReady(ADA))
    floor.clear(floor.contact)
    done(floor)
    assert floor.agent().state in (AgentState.READY, AgentState.RESERVED)


def test_reasons_are_those_of_the_configuration() -> None:
    floor = talking()
    assert floor.refusal(commands.GoNotReady(ADA, "nothing")) == "unknown_reason"
    assert floor.refusal(commands.GoNotReady(ADA, SystemReason.NO_RESPONSE)) == "unknown_reason"


def test_warning_limit_and_overrun() -> None:
    floor = after_call()
    after = floor.interaction.after_call
    assert after is not None
    warned = []
    for seconds in (44, 2, 15):
        floor.pass_time(seconds)
        warned.append(after.warned)
    assert warned == [False, True, True]
    agent = floor.agent()
    assert (agent.state, agent.reason) == (AgentState.NOT_READY, SystemReason.AFTER_CALL_OVERRUN)
    assert floor.interaction.state is InteractionState.CLEARED
    done(floor)
    assert (agent.state, agent.reason) == (AgentState.NOT_READY, SystemReason.AFTER_CALL_OVERRUN)
    assert agent.interaction is None


@pytest.mark.parametrize(
    ("wish", "then", "state"),
    [
        (None, "ready", "ready"),
        (commands.GoReady(ADA), "", "ready"),
        (commands.LogOut(ADA), "", "logged_out"),
        (commands.GoNotReady(ADA, LUNCH), "ready", "not_ready"),
    ],
)
def test_what_is_asked_for_after_an_overrun_is_granted_too(
    wish: commands.Command | None, then: Then, state: str
) -> None:
    floor = after_call()
    floor.records.clear()
    floor.campaign.pool.drain()
    floor.pass_time(61)
    if wish is not None:
        floor.ask(wish)
    done(floor, then)
    assert floor.agent().state == state
    assert floor.agent().pending is None


def test_more_time_on_request_as_often_as_is_allowed() -> None:
    floor = after_call(after_call={"max_extensions": 1})
    id_ = floor.interaction.id
    floor.pass_time(50)
    floor.ask(ExtendAfterCall(ADA, id_))
    floor.say(events.TimerFired(f"after_call/{id_}"))
    assert floor.agent().state is AgentState.AFTER_CALL_WORK, "a limit that was prolonged is not over"
    assert floor.refusal(ExtendAfterCall(ADA, id_)) == "no_more_time"
    floor.pass_time(68)
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    floor.pass_time(3)
    assert floor.agent().state is AgentState.NOT_READY
    assert floor.refusal(ExtendAfterCall(ADA, id_)) == "not_after_call"


def test_the_default_disposition_closes_it_at_the_limit() -> None:
    floor = after_call(after_call={"at_limit": "default_disposition", "default_disposition": "no"})
    floor.pass_time(61)
    assert not floor.world.interactions or floor.interaction.state is not InteractionState.CLEARED
    saved = [each for each in floor.writes(SaveInteraction) if each.state == "finalized"]
    assert [each.disposition for each in saved] == ["no"]
    assert floor.agent().state in (AgentState.READY, AgentState.RESERVED)


def test_a_desktop_that_is_gone_stops_what_comes_next_not_the_conversation() -> None:
    floor = talking(Mode.PROGRESSIVE_ASM)
    floor.say(events.DesktopConnected(ADA))
    floor.say(events.DesktopDisconnected(ADA))
    floor.pass_time(31)
    assert floor.agent().state is AgentState.BUSY
    assert floor.agent().pending == Pending(Wish.NOT_READY, SystemReason.DESKTOP_LOST)
    assert not floor.commands(HangUp)


def test_the_stop_of_the_campaign_is_over_when_the_conversation_is_not_when_the_desk_is_empty() -> None:
    floor = talking()
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert floor.campaign.state == "stopping"
    floor.clear(floor.contact)
    assert floor.campaign.state == "loaded"
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
