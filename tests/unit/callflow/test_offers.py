"""Offers: the end of a timer either dials or returns the record, never both."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState, Pending, SystemReason, Wish
from dialer.callflow.call.hold import Hold
from dialer.callflow.dial.offers import AcceptOffer, CancelRecord, DialRecord, RejectOffer, ReturnRecord
from dialer.callflow.outcome.end_call import EndCall
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.interaction import InteractionState
from dialer.ports import Moment
from dialer.views.interaction import interaction_view
from dialer.vocabulary import commands, events
from dialer.vocabulary.ids import OfferId
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.telephony import ClearedBy, Dial, HangUp
from dialer.vocabulary.topics import DESK_INTERACTION, OwnDesk
from dialer.vocabulary.writes import BeginAttempt, ReleaseRecord, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, LONDON, SPRING, record
from tests.unit.callflow.scenes import offered, opened, previewing, ringing_phone

PUSH = Mode.PUSH_PREVIEW


def offer_of(floor: Floor) -> OfferId:
    party = floor.interaction.owner
    assert party is not None
    assert party.offer is not None
    return party.offer


def given_back(floor: Floor) -> list[int]:
    return [int(each.record) for each in floor.writes(ReleaseRecord) if each.to_top]


def test_accept_rings_the_agents_phone_first_then_the_contact() -> None:
    floor = offered(PUSH)
    floor.ask(AcceptOffer(ADA, floor.interaction.id, offer_of(floor)))
    assert [each.leg for each in floor.commands(Dial)] == [floor.phone.id]
    assert not floor.writes(BeginAttempt)
    floor.answer(floor.phone)
    assert [each.leg for each in floor.commands(Dial)][1:] == [floor.contact.id]
    assert floor.interaction.state is InteractionState.DIALING


@pytest.mark.parametrize("look_s", [0.0, 3.0])
def test_progressive_accepts_by_itself_after_the_look_time(look_s: float) -> None:
    floor = opened(Mode.PROGRESSIVE, offer={"look_s": look_s})
    floor.ready()
    if look_s:
        assert not floor.commands(Dial)
    floor.pass_time(look_s)
    assert len(floor.commands(Dial)) == 1
    floor.pass_time(18)
    assert not floor.writes(ReleaseRecord), "accepted, so it does not expire"


def test_progressive_waits_for_the_click_where_the_agent_accepts() -> None:
    floor = offered(Mode.PROGRESSIVE, offer={"accept": "agent"})
    floor.pass_time(10)
    assert not floor.commands(Dial)
    floor.ask(AcceptOffer(ADA, floor.interaction.id, offer_of(floor)))
    assert len(floor.commands(Dial)) == 1


def test_an_accepted_offer_does_not_expire_and_an_expired_one_is_not_accepted() -> None:
    floor = offered(PUSH)
    offer = offer_of(floor)
    floor.ask(AcceptOffer(ADA, floor.interaction.id, offer))
    floor.say(events.TimerFired(f"offer/{offer}"))
    assert not floor.writes(ReleaseRecord)
    assert floor.refusal(AcceptOffer(ADA, floor.interaction.id, offer)) == "offer_over"

    floor = offered(PUSH)
    offer = offer_of(floor)
    floor.pass_time(31)
    assert floor.refusal(AcceptOffer(ADA, floor.interaction.id, offer)) == "offer_over"
    assert not floor.commands(Dial)


def test_reject_gives_it_to_others_at_once_and_hides_it_for_the_cool_down() -> None:
    floor = offered(PUSH, records=(record(1),), agents=(ADA, BOB))
    floor.ask(RejectOffer(ADA, floor.interaction.id, offer_of(floor)))
    assert floor.agent().state is AgentState.READY
    assert given_back(floor) == [1]
    floor.tick(2)
    assert not floor.world.interactions
    floor.ready(BOB)
    assert floor.interaction.agent == BOB
    floor.ask(commands.GoNotReady(BOB, "break"))
    floor.tick(290)
    assert not floor.world.interactions
    floor.tick(20)
    assert floor.interaction.agent == ADA
    assert not floor.writes(BeginAttempt)


def test_reject_needs_the_permission() -> None:
    floor = offered(PUSH, permissions={"reject": False})
    assert floor.refusal(RejectOffer(ADA, floor.interaction.id, offer_of(floor))) == "not_permitted"


def test_two_expiries_in_a_row_make_not_ready() -> None:
    floor = offered(PUSH)
    floor.pass_time(30)
    assert given_back(floor) == [1]
    assert floor.agent().state is AgentState.RESERVED, "the next record is offered"
    floor.pass_time(30)
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.NO_RESPONSE)
    assert not floor.writes(BeginAttempt)


def test_a_click_between_begins_the_count_anew() -> None:
    floor = offered(PUSH)
    floor.pass_time(30)
    floor.ask(RejectOffer(ADA, floor.interaction.id, offer_of(floor)))
    floor.pass_time(30)
    assert floor.agent().state is not AgentState.NOT_READY


@pytest.mark.parametrize("mode", [PUSH, Mode.PROGRESSIVE])
def test_not_ready_during_an_offer_withdraws_it_without_penalty(mode: Mode) -> None:
    floor = offered(mode)
    floor.ask(commands.GoNotReady(ADA, "break"))
    agent = floor.agent()
    assert (agent.state, agent.reason, agent.expiries) == (AgentState.NOT_READY, "break", 0)
    assert given_back(floor) == [1]
    assert not agent.hidden
    floor.pass_time(60)
    assert not floor.commands(Dial)
    assert agent.state is AgentState.NOT_READY


def test_not_ready_while_the_own_phone_rings_hangs_it_up() -> None:
    floor = ringing_phone()
    phone = floor.phone
    floor.ask(commands.GoNotReady(ADA, "break"))
    assert [each.leg for each in floor.commands(HangUp)] == [phone.id]
    assert given_back(floor) == [1]
    floor.answer(phone)
    floor.clear(phone, by=ClearedBy.US)
    assert not floor.writes(BeginAttempt)
    assert not floor.world.legs


@pytest.mark.parametrize(
    ("by", "reason"),
    [(ClearedBy.TIMEOUT, SystemReason.PHONE_NO_ANSWER), (ClearedBy.PEER, SystemReason.PHONE_REFUSED)],
)
def test_a_phone_that_does_not_answer_makes_not_ready_and_costs_no_attempt(by: ClearedBy, reason: SystemReason) -> None:
    floor = ringing_phone()
    floor.clear(floor.phone, 486 if by is ClearedBy.PEER else 0, by)
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, reason)
    assert given_back(floor) == [1]
    assert not floor.writes(BeginAttempt)


def test_an_offer_that_ran_out_leaves_the_desk() -> None:
    floor = opened(Mode.PROGRESSIVE, offer={"accept": "agent", "timeout_s": 30, "expiries_to_not_ready": 1})
    floor.ready()
    offered = floor.interaction.id
    floor.forget_outputs()
    floor.pass_time(30)
    assert floor.agent().interaction is None
    assert Publish(DESK_INTERACTION, OwnDesk(ADA), offered) in floor.published


def test_an_agent_without_a_phone_is_not_offered_the_same_record_for_ever() -> None:
    floor = opened(Mode.PROGRESSIVE)
    floor.know(ADA, phone="")
    floor.ready()
    floor.pass_time(3)
    assert floor.agent().state is AgentState.NOT_READY
    assert "phone_failed" in floor.topics()


def test_the_window_that_ends_while_the_phone_rings_is_seen_before_the_dial() -> None:
    floor = ringing_phone()
    floor.utc += 8 * 3600
    floor.answer(floor.phone)
    assert not floor.writes(BeginAttempt)
    assert floor.agent().state is AgentState.READY
    assert "offer_withdrawn" in floor.topics()
    assert given_back(floor)[0] == 1


def test_preview_agents_take_read_and_dial() -> None:
    floor = previewing()
    assert floor.interaction.agent == ADA
    floor.pass_time(600)
    assert not floor.commands(Dial)
    floor.ask(DialRecord(ADA, floor.interaction.id))
    floor.answer(floor.phone)
    assert floor.interaction.state is InteractionState.DIALING
    assert floor.refusal(DialRecord(ADA, floor.interaction.id)) == "not_previewed"


def test_preview_rings_back_while_the_contact_rings_and_lets_early_media_through() -> None:
    floor = previewing()
    floor.ask(DialRecord(ADA, floor.interaction.id))
    floor.answer(floor.phone)
    floor.forget_outputs()
    floor.ring(floor.contact)
    assert [(type(each).__name__, each.leg) for each in floor.told] == [("Play", floor.phone.id)]  # type: ignore[union-attr]  # all of them name a leg
    floor.forget_outputs()
    floor.progress(floor.contact, early_media=True)
    said = [(type(each).__name__, each.leg) for each in floor.told]  # type: ignore[union-attr]  # all of them name a leg
    assert said == [("StopPlay", floor.phone.id), ("Join", floor.contact.id)]


@pytest.mark.parametrize(("permitted", "code"), [(True, None), (False, "not_permitted")])
def test_cancel_takes_the_record_out_of_the_run(permitted: bool, code: str | None) -> None:
    floor = previewing(permissions={"cancel": permitted})
    command = CancelRecord(ADA, floor.interaction.id)
    if code is not None:
        assert floor.refusal(command) == code
        return
    floor.ask(command)
    (gone,) = floor.writes(UpdateRecord)
    assert (gone.status, gone.cancelled_in) == (RecordStatus.CANCELLED, SPRING)
    assert not floor.writes(ReleaseRecord)
    assert floor.agent().state is AgentState.READY


def test_a_previewed_record_is_given_back_for_somebody_else() -> None:
    floor = previewing()
    given = floor.interaction.record
    assert given is not None
    floor.ask(ReturnRecord(ADA, floor.interaction.id))
    assert [each.to_top for each in floor.writes(ReleaseRecord)] == [True]
    assert not floor.writes(BeginAttempt)
    assert not floor.agent().sees(given.record, floor.now)
    assert floor.agent().state is AgentState.READY


def test_a_previewed_record_that_is_not_dialed_in_time_goes_back_with_a_notice() -> None:
    floor = previewing(preview={"limit_s": 60})
    given, id_ = floor.interaction.record, floor.interaction.id
    assert given is not None
    assert preview_ends_at(floor) == pytest.approx(floor.utc + 60)
    floor.pass_time(59)
    assert floor.interaction.id == id_
    floor.pass_time(2)
    assert not floor.world.interactions
    assert [each.to_top for each in floor.writes(ReleaseRecord)] == [True]
    (told,) = floor.facts("offer_withdrawn")
    assert told["code"] == "preview_over"
    assert told["reason"] == "The record was not dialed within 60 s and went back to the list."
    assert not floor.agent().sees(given.record, floor.now)
    assert floor.agent().state is AgentState.READY


def preview_ends_at(floor: Floor) -> float | None:
    return interaction_view(floor.world, floor.interaction, Moment(floor.now, floor.utc)).preview_ends_at


@pytest.mark.parametrize("more", [{"preview": {"limit_s": 60}}, {}], ids=["dialed in time", "without a limit"])
def test_the_limit_of_a_preview_ends_with_the_click_and_may_be_left_out(more: dict[str, Any]) -> None:
    floor = previewing(**more)
    if more:
        floor.ask(DialRecord(ADA, floor.interaction.id))
        floor.ring(floor.phone)
        floor.answer(floor.phone)
        floor.ring(floor.contact)
        floor.answer(floor.contact)
    floor.pass_time(600)
    assert floor.interaction.state is (InteractionState.CONNECTED if more else InteractionState.PREVIEW)
    assert not floor.facts("offer_withdrawn")
    assert preview_ends_at(floor) is None


def test_end_call_while_the_agents_own_phone_rings_gives_the_record_back() -> None:
    floor = previewing()
    floor.ask(DialRecord(ADA, floor.interaction.id))
    phone = floor.phone
    floor.forget_outputs()
    floor.ask(EndCall(ADA, floor.interaction.id))
    assert phone.id in [each.leg for each in floor.commands(HangUp)]
    assert [each.to_top for each in floor.writes(ReleaseRecord)] == [True]
    floor.clear(phone, by=ClearedBy.US)
    assert floor.agent().state is AgentState.READY
    assert not floor.world.interactions


def test_get_record_says_why_not() -> None:
    floor = opened(Mode.PREVIEW, records=())
    assert floor.refusal(commands.GetRecord(ADA, SPRING)) == "not_ready"
    floor.ready()
    floor.store_answers = False
    floor.tick(2)
    floor.ask(commands.GetRecord(ADA, SPRING))
    assert floor.refusal(commands.GetRecord(ADA, SPRING)) == "already_asked"
    nothing = events.RecordsClaimed(SPRING, (), events.Waiting(), (LONDON,))
    floor.say(nothing)
    floor.tick(0.1)
    assert "no_record" not in floor.topics(), "the store was asked before the agent asked"
    floor.say(nothing)
    floor.tick(0.1)
    assert "no_record" in floor.topics()
    assert floor.agent().waits_for is None
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert floor.refusal(commands.GetRecord(ADA, SPRING)) == "campaign_not_running"
    other = opened(Mode.PROGRESSIVE, records=())
    other.ready()
    assert other.refusal(commands.GetRecord(ADA, SPRING)) == "not_preview"
    other.know(BOB, team="service")
    assert other.refusal(commands.GetRecord(BOB, SPRING)) == "not_your_campaign"


def test_an_offer_is_its_agents_alone() -> None:
    floor = offered(PUSH, agents=(ADA, BOB))
    assert floor.refusal(AcceptOffer(BOB, floor.interaction.id, offer_of(floor))) == "not_your_interaction"
    assert floor.refusal(Hold(BOB, floor.interaction.id)) == "not_your_interaction"


def test_an_agent_who_does_not_click_when_the_trunk_is_down_keeps_the_offer() -> None:
    floor = offered(PUSH)
    floor.know(ADA, phone="")
    assert floor.refusal(AcceptOffer(ADA, floor.interaction.id, offer_of(floor))) == "no_phone"
    assert floor.interaction.state is InteractionState.PREVIEW


def test_not_ready_with_a_record_that_was_asked_for_is_pending_as_in_a_call() -> None:
    floor = previewing()
    id_ = floor.interaction.id
    floor.ask(commands.GoNotReady(ADA, "break"))
    assert floor.interaction.id == id_, "the record stays"
    assert floor.agent().pending == Pending(Wish.NOT_READY, "break")
    floor.ask(commands.GoReady(ADA))
    assert floor.agent().pending == Pending(Wish.READY)
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.ask(ReturnRecord(ADA, id_))
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, "break")


def test_who_asked_for_a_break_in_a_preview_has_it_after_the_call() -> None:
    floor = previewing()
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.ask(DialRecord(ADA, floor.interaction.id))
    floor.answer(floor.phone)
    floor.answer(floor.contact)
    floor.clear(floor.contact)
    floor.ask(Done(ADA, floor.interaction.id))
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, "break")
