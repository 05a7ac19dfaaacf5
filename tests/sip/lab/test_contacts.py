"""Each behaviour plays a call as in its row of the table."""

from __future__ import annotations

import pytest

from dialer.vocabulary.telephony import Alert, Answer, Command, File, HangUp, Play, Reject, StartAnalysis, Tone
from sip.lab.behaviours import REFUSALS, Behaviour, number_for
from sip.lab.contacts import CNG, CONTACT_SCRIPTS, contact_script
from sip.lab.plan import CallPlan, plan_call
from sip.lab.profile import MEASURED
from sip.lab.tones import ToneAllocator
from sip.lab.voice import Voice
from tests.sip.lab.stage import LEG, SOUNDS, Played


def play(behaviour: Behaviour, measuring: bool = True) -> tuple[CallPlan, Played]:
    plan = plan_call(1, number_for(behaviour, 3), 1, MEASURED)
    return plan, Played(contact_script(plan, Voice(LEG, SOUNDS, ToneAllocator() if measuring else None)))


def tones(played: Played) -> list[Command]:
    return [
        command
        for command in played.commands
        if isinstance(command, Play) and isinstance(command.source, Tone) and command.source != CNG
    ]


def test_every_behaviour_has_a_script() -> None:
    assert set(CONTACT_SCRIPTS) == set(Behaviour)


@pytest.mark.parametrize("behaviour", [Behaviour.PERSON, Behaviour.EARLY_MEDIA_PERSON])
def test_a_person_rings_answers_speaks_and_hangs_up(behaviour: Behaviour) -> None:
    plan, played = play(behaviour)
    assert played.at(Alert) == plan.alert_after_s
    assert played.at(Answer) == pytest.approx(plan.alert_after_s + plan.ring_s)
    spoken = next(
        second
        for second, command in played.done
        if isinstance(command, Play) and isinstance(command.source, File) and "hello" in command.source.path
    )
    assert 0.3 <= spoken - played.at(Answer) <= 1.5
    assert plan.talk_s is not None
    assert played.at(HangUp) == pytest.approx(spoken + plan.talk_s)
    assert len(tones(played)) == 1
    assert played.commands.index(tones(played)[0]) == len(played.commands) - 2


def test_ringback_in_early_media_stops_at_the_answer() -> None:
    _, played = play(Behaviour.EARLY_MEDIA_PERSON)
    assert played.names[:4] == ["Alert", "Play", "Answer", "StopPlay"]
    alert = played.commands[0]
    assert isinstance(alert, Alert)
    assert alert.code == 183


def test_a_patient_person_waits_for_the_other_side() -> None:
    _, played = play(Behaviour.PATIENT_PERSON)
    assert "HangUp" not in played.names
    assert len(tones(played)) == 1


def test_without_measuring_there_is_speech_and_no_tone_and_no_analysis() -> None:
    for behaviour in Behaviour:
        _, played = play(behaviour, measuring=False)
        assert tones(played) == []
        assert "StartAnalysis" not in played.names


@pytest.mark.parametrize("behaviour", sorted(REFUSALS))
def test_refusals_end_with_their_code_and_reason(behaviour: Behaviour) -> None:
    _, played = play(behaviour)
    refusal = REFUSALS[behaviour]
    assert played.commands[-1] == Reject(LEG, refusal.code, refusal.phrase, refusal.headers())
    assert "Answer" not in played.names


def test_no_answer_rings_until_the_carrier_gives_up() -> None:
    plan, played = play(Behaviour.NO_ANSWER)
    assert played.at(Reject) - played.at(Alert) == pytest.approx(plan.gives_up_s)


@pytest.mark.parametrize("behaviour", [Behaviour.SIT_UNKNOWN, Behaviour.SIT_CONGESTED])
def test_information_tones_come_in_early_media_before_the_refusal(behaviour: Behaviour) -> None:
    _, played = play(behaviour)
    assert played.names == ["Alert", "Play", "Reject"]
    assert played.commands[0] == Alert(LEG, 183)
    assert played.commands[1] == Play(LEG, File("/sounds/sit.wav"), False, "speech")


def test_a_machine_greets_beeps_and_records() -> None:
    plan, played = play(Behaviour.MACHINE)
    clips = [
        command.source.path.removeprefix("/sounds/")
        for command in played.commands
        if isinstance(command, Play) and isinstance(command.source, File)
    ]
    assert clips == [f"greeting_{plan.voice}.wav", "beep.wav"]
    assert len(tones(played)) == 1
    assert played.names[-1] == "HangUp"


def test_a_fax_calls_and_hangs_up() -> None:
    plan, played = play(Behaviour.FAX)
    assert Play(LEG, CNG, True) in played.commands
    assert played.at(HangUp) == pytest.approx(played.at(StartAnalysis) + 2 * plan.cng_s)


def test_an_early_hang_up_is_early() -> None:
    _, played = play(Behaviour.EARLY_HANG_UP)
    assert 0.2 <= played.at(HangUp) - played.at(Answer) <= 1.0
    assert "Play" not in played.names


def test_a_silent_contact_answers_and_says_nothing() -> None:
    _, played = play(Behaviour.SILENT)
    assert played.names == ["Alert", "Answer", "StartAnalysis"]


def test_a_late_number_alerts_late_and_then_answers() -> None:
    _, played = play(Behaviour.LATE)
    assert played.at(Alert) == 3.0
    assert "Answer" in played.names


def test_numbers_that_never_answer() -> None:
    assert play(Behaviour.RINGS_ON)[1].commands == [Alert(LEG, 180)]
    assert play(Behaviour.MUTE)[1].commands == []
