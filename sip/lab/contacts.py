"""The scripts of the carrier's numbers: one for each kind of behaviour."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import (
    Alert,
    Answer,
    HangUp,
    LegAnswered,
    Play,
    PlayFinished,
    Reject,
    StopPlay,
    Tone,
)

from .behaviours import REFUSALS, Behaviour
from .plan import CallPlan
from .scripts import Expect, Pause, Script
from .voice import Voice

RINGING, SESSION_PROGRESS = 180, 183

ACK_LIMIT_S = 32.0
"""How long a 200 waits for its ACK: 64 * T1 (RFC 3261 13.3.1.4)."""
CLIP_LIMIT_S = 15.0
"""Longer than any clip whose end a script awaits."""
CNG = Tone(1100, 0.25, 500, 3000)
"""Calling tone of a fax: 1100 Hz, 0.5 s on, 3 s off (ITU-T T.30)."""


def _ring_and_answer(plan: CallPlan, leg: LegId) -> Script:
    yield Pause(plan.alert_after_s)
    yield Alert(leg, RINGING)
    yield Pause(plan.ring_s)
    yield Answer(leg)
    yield Expect(LegAnswered, ACK_LIMIT_S)


def _talk(plan: CallPlan, voice: Voice) -> Script:
    """Speech after a moment until the plan's end; no end waits for the other side. In measuring mode a few words,
    unless the plan has none, then the leg's tone."""
    yield from voice.listen()
    yield Pause(plan.speech_after_s)
    if voice.measuring and plan.first_words:
        yield voice.clip(f"hello_{plan.voice}")
        yield Expect(PlayFinished, CLIP_LIMIT_S)
    yield voice.go_on(f"talk_{plan.voice}")
    if plan.talk_s is not None:
        yield Pause(plan.talk_s)
        yield HangUp(voice.leg)


def person(plan: CallPlan, voice: Voice) -> Script:
    yield from _ring_and_answer(plan, voice.leg)
    yield from _talk(plan, voice)


def early_media_person(plan: CallPlan, voice: Voice) -> Script:
    """The carrier itself plays the ringback, as many mobile networks do."""
    yield Pause(plan.alert_after_s)
    yield Alert(voice.leg, SESSION_PROGRESS)
    yield voice.clip("carrier_ringback", loop=True)
    yield Pause(plan.ring_s)
    yield Answer(voice.leg)
    yield StopPlay(voice.leg)
    yield Expect(LegAnswered, ACK_LIMIT_S)
    yield from _talk(plan, voice)


def early_hang_up(plan: CallPlan, voice: Voice) -> Script:
    yield from _ring_and_answer(plan, voice.leg)
    yield from voice.listen()
    yield Pause(plan.early_hang_up_s)
    yield HangUp(voice.leg)


def silent(plan: CallPlan, voice: Voice) -> Script:
    yield from _ring_and_answer(plan, voice.leg)
    yield from voice.listen()


def machine(plan: CallPlan, voice: Voice) -> Script:
    """Greeting, beep, then it records; in measuring mode its tone is on the line while it does."""
    yield from _ring_and_answer(plan, voice.leg)
    yield from voice.listen()
    yield Pause(plan.speech_after_s)
    for clip in (f"greeting_{plan.voice}", "beep"):
        yield voice.clip(clip)
        yield Expect(PlayFinished, CLIP_LIMIT_S)
    if voice.measuring:
        yield voice.go_on("beep")
    yield Pause(plan.recording_s)
    yield HangUp(voice.leg)


def fax(plan: CallPlan, voice: Voice) -> Script:
    """CNG until it gives up; in measuring mode the leg's tone follows CNG for as long again."""
    yield from _ring_and_answer(plan, voice.leg)
    yield from voice.listen()
    yield Play(voice.leg, CNG, True)
    yield Pause(plan.cng_s)
    if voice.measuring:
        yield voice.go_on("beep")
        yield Pause(plan.cng_s)
    yield HangUp(voice.leg)


def refused(plan: CallPlan, voice: Voice) -> Script:
    """A final answer as soon as the network knows."""
    yield Pause(plan.refuses_after_s)
    yield _rejection(plan, voice)


def refused_after_ringing(plan: CallPlan, voice: Voice) -> Script:
    yield Pause(plan.alert_after_s)
    yield Alert(voice.leg, RINGING)
    yield Pause(plan.gives_up_s if plan.behaviour is Behaviour.NO_ANSWER else plan.ring_s)
    yield _rejection(plan, voice)


def refused_with_tones(plan: CallPlan, voice: Voice) -> Script:
    """Special information tones in early media, then the final answer."""
    yield Pause(plan.alert_after_s)
    yield Alert(voice.leg, SESSION_PROGRESS)
    yield voice.clip("sit")
    yield Expect(PlayFinished, CLIP_LIMIT_S)
    yield _rejection(plan, voice)


def rings_on(plan: CallPlan, voice: Voice) -> Script:
    yield Pause(plan.alert_after_s)
    yield Alert(voice.leg, RINGING)


def mute(plan: CallPlan, voice: Voice) -> Script:
    """No answer at all (the engine itself sends 100)."""
    yield from ()


def _rejection(plan: CallPlan, voice: Voice) -> Reject:
    refusal = REFUSALS[plan.behaviour]
    return Reject(voice.leg, refusal.code, refusal.phrase, refusal.headers())


CONTACT_SCRIPTS: Mapping[Behaviour, Callable[[CallPlan, Voice], Script]] = {
    Behaviour.PATIENT_PERSON: person,
    Behaviour.PERSON: person,
    Behaviour.BUSY: refused,
    Behaviour.RINGS_ON: rings_on,
    Behaviour.UNKNOWN_NUMBER: refused,
    Behaviour.INCOMPLETE_NUMBER: refused,
    Behaviour.DECLINED: refused_after_ringing,
    Behaviour.CONGESTED: refused,
    Behaviour.CONGESTED_RETRY: refused,
    Behaviour.MACHINE: machine,
    Behaviour.FAX: fax,
    Behaviour.SIT_UNKNOWN: refused_with_tones,
    Behaviour.SIT_CONGESTED: refused_with_tones,
    Behaviour.EARLY_HANG_UP: early_hang_up,
    Behaviour.SILENT: silent,
    Behaviour.LATE: person,
    Behaviour.MUTE: mute,
    Behaviour.EARLY_MEDIA_PERSON: early_media_person,
    Behaviour.NO_ANSWER: refused_after_ringing,
    Behaviour.ABSENT: refused,
}


def contact_script(plan: CallPlan, voice: Voice) -> Script:
    """The script of one call at the carrier."""
    return CONTACT_SCRIPTS[plan.behaviour](plan, voice)
