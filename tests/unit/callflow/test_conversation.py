"""Hold from the API and from both phones, mute, digits, and the end from every side."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState, SystemReason
from dialer.callflow.call.audio import COMFORT_NOISE
from dialer.callflow.call.commands import SendDigits
from dialer.callflow.call.hold import Hold, Mute, Resume
from dialer.callflow.call.volume import SetVolume
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.outcome.end_call import EndCall
from dialer.interactions.interaction import HoldBy, InteractionState
from dialer.interactions.leg import LegPurpose
from dialer.vocabulary import telephony
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, HangUp, Join, LegMedia, Play, StopPlay
from dialer.vocabulary.writes import SettleAttempt
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA
from tests.unit.callflow.scenes import after_call, dialing, talking

BOTH = [Mode.PROGRESSIVE, Mode.PROGRESSIVE_ASM]


def audio(floor: Floor) -> str:
    """The audio by the last Join of each leg: apart, both ways, or muted."""
    last = {each.leg: each for each in floor.commands(Join)}
    apart = [each.hears == () and each.heard_by == () for each in last.values()]
    if not apart:
        return "as it was"
    if all(apart):
        return "apart"
    assert not any(apart)
    phone = last.get(floor.interaction.owner.leg)  # type: ignore[arg-type, union-attr]  # a conversation has both
    return "muted" if phone is not None and phone.heard_by == () else "both ways"


def use(floor: Floor, act: str) -> None:
    id_ = floor.interaction.id
    phone = floor.world.legs[floor.interaction.owner.leg]  # type: ignore[index, union-attr]  # a conversation has both
    match act:
        case "hold":
            floor.ask(Hold(ADA, id_))
        case "resume":
            floor.ask(Resume(ADA, id_))
        case "phone holds" | "phone resumes":
            floor.hold(phone, on=act == "phone holds")
        case "contact holds" | "contact resumes":
            floor.hold(floor.contact, on=act == "contact holds")
        case "mute" | "unmute":
            floor.ask(Mute(ADA, id_, act == "mute"))


@pytest.mark.parametrize("mode", BOTH)
@pytest.mark.parametrize(
    ("acts", "heard", "party"),
    [
        (["hold"], "apart", "holding"),
        (["hold", "resume"], "both ways", "talking"),
        (["phone holds"], "apart", "holding"),
        (["phone holds", "phone resumes"], "both ways", "talking"),
        (["contact holds"], "apart", "holding"),
        (["contact holds", "contact resumes"], "both ways", "talking"),
        (["hold", "contact holds", "resume"], "apart", "holding"),
        (["hold", "contact holds", "resume", "contact resumes"], "both ways", "talking"),
        (["contact holds", "hold", "contact resumes"], "apart", "holding"),
        (["phone holds", "hold", "phone resumes"], "apart", "holding"),
        (
            ["phone holds", "hold", "contact holds", "contact resumes", "phone resumes", "resume"],
            "both ways",
            "talking",
        ),
        (["mute"], "muted", "talking"),
        (["mute", "unmute"], "both ways", "talking"),
        (["hold", "mute"], "apart", "holding"),
        (["hold", "mute", "resume"], "muted", "talking"),
        (["mute", "hold", "unmute", "resume"], "both ways", "talking"),
        (["phone holds", "phone holds", "phone resumes"], "both ways", "talking"),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, list) else None,
)
def test_holds_and_mute(mode: Mode, acts: list[str], heard: str, party: str) -> None:
    floor = talking(mode)
    for act in acts:
        use(floor, act)
    assert audio(floor) == heard
    assert floor.interaction.owner is not None
    assert floor.interaction.owner.state == party
    assert floor.agent().state is AgentState.BUSY


def test_the_contact_hears_music_only_while_we_hold() -> None:
    floor = talking()
    contact = floor.contact.id
    use(floor, "contact holds")
    assert not floor.commands(Play), "who holds us hears nothing of us"
    use(floor, "hold")
    assert [(each.leg, each.source, each.loop) for each in floor.commands(Play)] == [(contact, COMFORT_NOISE, True)]
    use(floor, "resume")
    assert [each.leg for each in floor.commands(StopPlay)] == [contact]


def test_hold_and_resume_say_why_not() -> None:
    floor = talking()
    id_ = floor.interaction.id
    assert floor.refusal(Resume(ADA, id_)) == "not_on_hold"
    use(floor, "hold")
    assert floor.refusal(Hold(ADA, id_)) == "already_on_hold"
    floor.clear(floor.contact)
    assert floor.refusal(Resume(ADA, id_)) == "not_connected"


@pytest.mark.parametrize(
    ("digits", "code"), [("12#*AD", None), ("", "bad_digits"), ("1x", "bad_digits"), ("1" * 33, "bad_digits")]
)
def test_digits(digits: str, code: str | None) -> None:
    floor = talking()
    command = SendDigits(ADA, floor.interaction.id, digits)
    if code is not None:
        assert floor.refusal(command) == code
        return
    floor.ask(command)
    assert floor.commands(telephony.SendDigits) == [telephony.SendDigits(floor.contact.id, digits)]


@pytest.mark.parametrize("mode", BOTH)
def test_the_contact_is_made_louder_on_the_contacts_leg_alone(mode: Mode) -> None:
    floor = talking(mode)
    floor.ask(SetVolume(ADA, floor.interaction.id, 6))
    assert floor.commands(telephony.SetVolume) == [telephony.SetVolume(floor.contact.id, 6)]
    floor.clear(floor.contact)
    assert floor.refusal(SetVolume(ADA, floor.interaction.id, 0)) == "not_connected"


@pytest.mark.parametrize("mode", BOTH)
@pytest.mark.parametrize("who", ["contact", "agent", "phone", "line"])
def test_the_end_from_every_side_is_one_result_and_after_call_work(mode: Mode, who: str) -> None:
    floor = talking(mode)
    contact = floor.contact
    if who == "contact":
        floor.clear(contact)
    elif who == "line":
        floor.clear(contact, by=ClearedBy.MEDIA)
    else:
        if who == "agent":
            floor.ask(EndCall(ADA, floor.interaction.id))
            floor.ask(EndCall(ADA, floor.interaction.id))
        else:
            floor.clear(floor.world.legs[floor.interaction.owner.leg])  # type: ignore[index, union-attr]  # it has both
        assert [each.leg for each in floor.commands(HangUp)] == [contact.id]
        floor.clear(contact, by=ClearedBy.US)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ANSWER]
    ended_by = {"contact": "contact", "line": "system"}.get(who, "agent")
    assert floor.interaction.ended_by == ended_by
    assert floor.interaction.cause
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    if mode is Mode.PROGRESSIVE and who != "phone":
        assert floor.commands(HangUp)[-1].leg == floor.phone.id, "the phone that was rung for the call is let go"


def test_end_call_while_the_contact_rings() -> None:
    floor = dialing()
    contact = floor.contact
    floor.ring(contact)
    floor.ask(EndCall(ADA, floor.interaction.id))
    floor.clear(contact, 487, ClearedBy.US)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.CANCELLED]
    assert floor.agent().state in (AgentState.READY, AgentState.RESERVED)


@pytest.mark.parametrize("mode", BOTH)
def test_an_answer_that_crosses_our_cancel_joins_nobody_and_is_abandoned(mode: Mode) -> None:
    floor = dialing(mode)
    contact = floor.contact
    floor.ring(contact)
    floor.ask(EndCall(ADA, floor.interaction.id))
    floor.forget_outputs()
    floor.answer(contact)
    assert floor.interaction.state is InteractionState.DIALING
    floor.clear(contact, 200, ClearedBy.US)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (CallResult.ABANDONED, True)
    assert settled.answered_at is not None
    assert settled.connected_at is None
    assert not floor.world.interactions or floor.interaction.contact_leg != contact.id


def test_end_call_says_when_there_is_none() -> None:
    floor = after_call()
    assert floor.refusal(EndCall(ADA, floor.interaction.id)) == "no_call"


def test_an_agents_phone_that_dies_while_the_contact_rings_makes_not_ready() -> None:
    floor = dialing()
    contact = floor.contact
    floor.clear(floor.phone, by=ClearedBy.MEDIA)
    assert {each.leg for each in floor.commands(HangUp)} == {contact.id}
    floor.clear(contact, 487, ClearedBy.US)
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.PHONE_LOST)


def test_a_hold_of_the_phone_that_was_lost_does_not_outlive_it() -> None:
    floor = talking()
    use(floor, "phone holds")
    floor.clear(floor.phone, by=ClearedBy.MEDIA)
    assert HoldBy.AGENT_PHONE not in floor.interaction.holds
    floor.forget_outputs()
    floor.answer(floor.phone)
    assert audio(floor) == "both ways"


def test_a_contact_who_resumes_while_the_agent_is_rung_again_hears_comfort_noise() -> None:
    floor = talking()
    use(floor, "contact holds")
    floor.clear(floor.phone, by=ClearedBy.MEDIA)
    assert [each.source for each in floor.commands(Play)] == [COMFORT_NOISE]
    floor.forget_outputs()
    floor.hold(floor.contact, on=False)
    assert [floor.commands(kind) for kind in (Join, Play, StopPlay)] == [[], [], []], "it plays on"


def test_a_mute_ends_with_its_conversation() -> None:
    floor = talking(Mode.PROGRESSIVE_ASM)
    use(floor, "mute")
    floor.clear(floor.engaged, by=ClearedBy.PEER)
    floor.clear(floor.contact, by=ClearedBy.US)
    floor.ask(CallAgain(ADA, floor.interaction.id))
    floor.answer(floor.leg(LegPurpose.AGENT))
    floor.answer(floor.contact)
    assert floor.interaction.owner is not None
    assert not floor.interaction.owner.muted


def test_media_that_comes_up_changes_no_hold() -> None:
    floor = talking()
    floor.engine_says(LegMedia(floor.contact.id, True, False, False, "PCMA", floor.now))
    assert not floor.told


def test_a_phone_that_was_put_on_hold_before_the_contact_answered_holds_on() -> None:
    floor = dialing(Mode.PROGRESSIVE_ASM)
    floor.hold(floor.engaged, on=True)
    floor.answer(floor.contact)
    assert floor.interaction.holds == {HoldBy.AGENT_PHONE}
    assert audio(floor) == "apart"
    floor.hold(floor.engaged, on=False)
    assert audio(floor) == "both ways"
