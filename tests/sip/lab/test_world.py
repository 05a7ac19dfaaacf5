"""The whole lab without an engine: events in, commands out."""

from __future__ import annotations

import pytest

from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import AccountId, LegId
from dialer.vocabulary.telephony import (
    Alert,
    AnalysisCompleted,
    Answer,
    ClearedBy,
    Digits,
    HangUp,
    LegAnswered,
    LegCleared,
    LegMedia,
    LegOffered,
    Play,
    Reject,
    StartAnalysis,
    StopAnalysis,
    Tone,
    ToneHeard,
)
from sip.lab.behaviours import Behaviour, number_for
from sip.lab.legs import Side
from sip.lab.phones import Doing, PhoneManner, Taking
from sip.lab.profile import PROMPT
from sip.lab.scripts import Step
from sip.lab.settings import CARRIER, PHONES
from sip.lab.witness import find
from sip.lab.world import Cast, LabWorld, user_of
from tests.sip.lab.stage import SOUNDS

CAST = Cast(CARRIER, {PHONES: ""}, ("1001", "1002"))
NUMBER = "+12025550123"


def make_world(measuring: bool = True) -> LabWorld:
    return LabWorld(CAST, 1, PROMPT, SOUNDS, measuring)


def offer(world: LabWorld, leg: str, user: str, account: AccountId = CARRIER, at: float = 0.0) -> Step:
    uri = f"sip:{user}@127.0.0.1:5080"
    return world.handle(LegOffered(LegId(leg), account, f"{leg}@wire", "sip:a@b", uri, uri, (), at))


def run_to_answer(world: LabWorld, leg: str, step: Step, at: float) -> list[object]:
    """Let a person's or a phone's script go on to its tone; returns all commands."""
    commands: list[object] = list(step.commands)
    answered = False
    while step.wake_after_s is not None:
        if any(isinstance(command, Answer) for command in step.commands) and not answered:
            answered = True
            step = world.handle(LegAnswered(LegId(leg), at))
        else:
            step = world.elapsed(LegId(leg), step.ticket, at)
        commands += step.commands
    return commands


def answer_phone(world: LabWorld, leg: str, user: str, at: float) -> None:
    world.set_manner(user, PhoneManner(answers_after_s=0))
    offer(world, leg, user, PHONES, at)
    world.handle(LegAnswered(LegId(leg), at))


def clear(world: LabWorld, leg: str, at: float) -> None:
    world.handle(LegCleared(LegId(leg), 200, "", None, ClearedBy.PEER, at, answered=True))


@pytest.mark.parametrize(
    ("uri", "user"),
    [
        ("sip:+12025550123@127.0.0.1:5080", "+12025550123"),
        ("sip:%2B12025550123@10.0.0.1", "+12025550123"),
        ("sip:1001;phone-context=x@host:5060;transport=tcp", "1001"),
        ("<sips:1001@host>", "1001"),
        ("sip:host", ""),
    ],
)
def test_the_user_of_a_uri(uri: str, user: str) -> None:
    assert user_of(uri) == user


def test_a_call_to_the_carrier_plays_its_number() -> None:
    world = make_world()
    step = offer(world, "c1", number_for(Behaviour.BUSY))
    step = world.elapsed(LegId("c1"), step.ticket, 0.1)
    assert [command.code for command in step.commands if isinstance(command, Reject)] == [486]
    assert world.by_behaviour == {"busy": 1}


def test_a_pinned_number_does_as_it_is_told() -> None:
    world = make_world()
    world.pin(NUMBER, Behaviour.MUTE)
    assert offer(world, "c1", NUMBER) == Step()
    assert world.live[LegId("c1")].manner == "mute"


def test_an_answered_call_listens_speaks_and_plays_a_tone_of_its_own() -> None:
    world = make_world()
    commands = run_to_answer(world, "c1", offer(world, "c1", NUMBER), 2.0)
    assert [type(command).__name__ for command in commands] == ["Alert", "Answer", "StartAnalysis", "Play", "Play"]
    tone = commands[-1]
    assert isinstance(tone, Play)
    assert isinstance(tone.source, Tone)
    known = world.live[LegId("c1")]
    assert (known.tone_hz, known.tone_from, known.listens_from) == (tone.source.frequency_hz, 2.0, 2.0)


def test_a_phone_that_nobody_has_is_not_found() -> None:
    world = make_world()
    assert offer(world, "p1", "1999", PHONES).commands == (Reject(LegId("p1"), 404),)
    assert world.live == {}


def test_a_registered_phone_is_known_by_its_account() -> None:
    world = LabWorld(Cast(CARRIER, {AccountId("phone-1001"): "1001"}, ("1001",)), 1, PROMPT, SOUNDS, True)
    offer(world, "p1", "x93k", AccountId("phone-1001"))
    assert world.live[LegId("p1")].name == "1001"


def test_a_timer_of_an_earlier_wait_is_ignored() -> None:
    world = make_world()
    first = offer(world, "c1", NUMBER)
    assert world.elapsed(LegId("c1"), first.ticket, 0.1).commands == (Alert(LegId("c1")),)
    assert world.elapsed(LegId("c1"), first.ticket, 0.2) == Step()
    assert world.elapsed(LegId("nobody"), 1, 0.2) == Step()


def test_a_cleared_leg_plays_no_more_and_gives_its_tone_back() -> None:
    world = make_world()
    step = offer(world, "c1", NUMBER)
    run_to_answer(world, "c1", step, 1.0)
    assert world.tones is not None
    assert world.tones.holds(LegId("c1")) is not None
    clear(world, "c1", 3.0)
    assert world.tones.holds(LegId("c1")) is None
    assert world.elapsed(LegId("c1"), step.ticket, 4.0) == Step()
    assert [leg.cleared_at for leg in world.legs()] == [3.0]


def test_the_phone_of_an_ended_conversation_listens_anew() -> None:
    world = make_world()
    answer_phone(world, "p1", "1001", 0.0)
    answer_phone(world, "p2", "1002", 0.0)
    run_to_answer(world, "c1", offer(world, "c1", NUMBER, at=1.0), 1.0)
    phone_hz, contact_hz = world.live[LegId("p1")].tone_hz, world.live[LegId("c1")].tone_hz
    assert phone_hz is not None
    assert contact_hz is not None
    clear(world, "c1", 6.0)
    assert world.slices_ending()
    told = AnalysisCompleted(LegId("c1"), "tones", (ToneHeard(phone_hz, 5.0),), 5.0, 0, 6.1)
    assert world.handle(told).commands == (StopAnalysis(LegId("p1"), "tones"),)
    heard = AnalysisCompleted(LegId("p1"), "tones", (ToneHeard(contact_hz, 4.0),), 6.0, 0, 6.2)
    assert world.handle(heard).commands == (StartAnalysis(LegId("p1"), "tones"),)
    assert not world.slices_ending()
    assert find(world.legs()).audio_both_ways == 1
    assert world.live[LegId("p1")].listens_from == 6.2


def test_a_phone_listens_anew_also_when_a_report_came_just_before_the_end() -> None:
    """A report cuts the contact's slice, and the rest until the hang-up is too short to hear the phone in it."""
    world = make_world()
    answer_phone(world, "p1", "1001", 0.0)
    run_to_answer(world, "c1", offer(world, "c1", NUMBER, at=1.0), 1.0)
    phone_hz = world.live[LegId("p1")].tone_hz
    assert phone_hz is not None
    world.end_slices()
    for leg, tones in (("p1", ()), ("c1", (ToneHeard(phone_hz, 4.0),))):
        world.handle(AnalysisCompleted(LegId(leg), "tones", tones, 4.0, 0, 5.0))
    clear(world, "c1", 5.3)
    rest = world.handle(AnalysisCompleted(LegId("c1"), "tones", (), 0.3, 0, 5.4))
    assert rest.commands == (StopAnalysis(LegId("p1"), "tones"),)


def test_the_analysis_may_tell_before_or_after_the_leg_is_cleared() -> None:
    world = make_world()
    run_to_answer(world, "c1", offer(world, "c1", NUMBER), 1.0)
    world.handle(AnalysisCompleted(LegId("c1"), "tones", (), 1.0, 0, 2.0))
    clear(world, "c1", 2.0)
    assert not world.slices_ending()
    assert [len(leg.slices) for leg in world.legs()] == [1]


def test_a_report_ends_the_slices_of_live_legs_and_listens_on() -> None:
    world = make_world()
    answer_phone(world, "p1", "1001", 0.0)
    assert world.end_slices() == (StopAnalysis(LegId("p1"), "tones"),)
    assert world.end_slices() == ()
    assert world.slices_ending()
    step = world.handle(AnalysisCompleted(LegId("p1"), "tones", (), 1.0, 0, 1.0))
    assert step.commands == (StartAnalysis(LegId("p1"), "tones"),)
    assert not world.slices_ending()


def test_an_analysis_that_never_tells_is_given_up() -> None:
    world = make_world()
    run_to_answer(world, "c1", offer(world, "c1", NUMBER), 1.0)
    clear(world, "c1", 1.0)
    assert world.slices_ending()
    world.stop_waiting()
    assert not world.slices_ending()


def test_actions_reach_the_live_legs_of_a_name() -> None:
    world = make_world()
    answer_phone(world, "p1", "1001", 0.0)
    answer_phone(world, "p2", "1002", 0.0)
    assert world.act(Side.PHONE, "1001", Doing.HANG_UP) == (HangUp(LegId("p1")),)
    assert len(world.act(Side.PHONE, "*", Doing.HOLD)) == 2
    assert len(world.hang_up_all()) == 2
    with pytest.raises(NotFound):
        world.act(Side.CONTACT, "1001", Doing.HANG_UP)


def test_a_manner_is_for_the_next_call() -> None:
    world = make_world()
    world.set_manner("*", PhoneManner(Taking.REFUSES))
    assert offer(world, "p1", "1002", PHONES).commands == (Reject(LegId("p1"), 486),)
    with pytest.raises(NotFound):
        world.set_manner("1999", PhoneManner())


def test_what_a_leg_is_told_by_the_other_side_is_kept() -> None:
    world = make_world()
    answer_phone(world, "p1", "1001", 0.0)
    world.handle(Digits(LegId("p1"), "12", 1.0))
    world.handle(Digits(LegId("p1"), "#", 1.1))
    world.handle(LegMedia(LegId("p1"), True, False, True, "PCMU", 1.2))
    known = world.live[LegId("p1")]
    assert (known.digits, known.held_by_us, known.held_by_peer) == ("12#", False, True)
