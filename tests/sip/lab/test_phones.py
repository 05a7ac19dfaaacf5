"""How phones take calls."""

from __future__ import annotations

import pytest

from dialer.vocabulary.telephony import (
    Alert,
    Answer,
    Command,
    HangUp,
    HoldPeer,
    Play,
    Reject,
    ResumePeer,
    SendDigits,
    Tone,
)
from sip.lab.phones import Doing, PhoneManner, Taking, carry_out, phone_script
from sip.lab.tones import ToneAllocator
from sip.lab.voice import Voice
from tests.sip.lab.stage import LEG, SOUNDS, Played


def play(manner: PhoneManner) -> Played:
    return Played(phone_script(manner, Voice(LEG, SOUNDS, ToneAllocator((500,)))))


def test_a_phone_answers_after_its_time_and_plays_its_tone() -> None:
    played = play(PhoneManner(answers_after_s=0.4))
    assert played.at(Answer) == 0.4
    assert played.names == ["Alert", "Answer", "StartAnalysis", "Play"]
    assert played.commands[-1] == Play(LEG, Tone(500), True)


def test_a_phone_with_auto_answer_does_not_ring() -> None:
    played = play(PhoneManner(answers_after_s=0))
    assert played.names[0] == "Answer"
    assert played.at(Answer) == 0


def test_a_phone_may_hang_up_by_itself() -> None:
    played = play(PhoneManner(answers_after_s=0, hangs_up_after_s=3.0))
    assert played.at(HangUp) == 3.0


def test_a_phone_may_refuse() -> None:
    assert play(PhoneManner(Taking.REFUSES, refuses_with=603)).commands == [Reject(LEG, 603)]


def test_a_phone_may_ring_on_and_an_unplugged_one_does_nothing() -> None:
    assert play(PhoneManner(Taking.RINGS)).commands == [Alert(LEG, 180)]
    assert play(PhoneManner(Taking.UNPLUGGED)).commands == []


@pytest.mark.parametrize(
    ("doing", "command"),
    [
        (Doing.ANSWER, Answer(LEG)),
        (Doing.HANG_UP, HangUp(LEG)),
        (Doing.HOLD, HoldPeer(LEG)),
        (Doing.RESUME, ResumePeer(LEG)),
        (Doing.DIGITS, SendDigits(LEG, "12#")),
    ],
)
def test_what_a_leg_can_be_told(doing: Doing, command: Command) -> None:
    assert list(carry_out(doing, LEG, "12#")) == [command]
