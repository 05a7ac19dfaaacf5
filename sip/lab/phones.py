"""Agents' phones: how each takes its calls, and their commands."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from msgspec import Struct

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import (
    Alert,
    Answer,
    Command,
    HangUp,
    HoldPeer,
    LegAnswered,
    Reject,
    ResumePeer,
    SendDigits,
)

from .scripts import Expect, Pause, Script
from .voice import Voice

RINGING = 180
BUSY_HERE = 486


class Taking(enum.StrEnum):
    """The reaction of a phone to a call."""

    ANSWERS = "answers"
    RINGS = "rings"  # alerts until it is told to answer, or the caller gives up
    REFUSES = "refuses"
    UNPLUGGED = "unplugged"  # gives no sign of life (the engine itself sends 100)


class PhoneManner(Struct, frozen=True, forbid_unknown_fields=True):
    """How a phone takes its calls. `hangs_up_after_s` counts from the answer; None leaves that to the other side."""

    taking: Taking = Taking.ANSWERS
    answers_after_s: float = 0.1
    refuses_with: int = BUSY_HERE
    hangs_up_after_s: float | None = None


def phone_script(manner: PhoneManner, voice: Voice) -> Script:
    """The script of one call at a phone."""
    match manner.taking:
        case Taking.UNPLUGGED:
            return
        case Taking.REFUSES:
            yield Reject(voice.leg, manner.refuses_with)
            return
        case Taking.RINGS:
            yield Alert(voice.leg, RINGING)
        case Taking.ANSWERS:
            if manner.answers_after_s > 0:
                yield Alert(voice.leg, RINGING)
                yield Pause(manner.answers_after_s)
            yield Answer(voice.leg)
    yield Expect(LegAnswered)
    yield from voice.listen()
    yield voice.go_on("talk_0")
    if manner.hangs_up_after_s is not None:
        yield Pause(manner.hangs_up_after_s)
        yield HangUp(voice.leg)


class Doing(enum.StrEnum):
    """The actions of a live leg of the lab, a phone's or a contact's."""

    ANSWER = "answer"
    HANG_UP = "hang_up"
    HOLD = "hold"
    RESUME = "resume"
    DIGITS = "digits"


def carry_out(doing: Doing, leg: LegId, digits: str = "") -> Iterator[Command]:
    """The commands of one action on one leg."""
    match doing:
        case Doing.ANSWER:
            yield Answer(leg)
        case Doing.HANG_UP:
            yield HangUp(leg)
        case Doing.HOLD:
            yield HoldPeer(leg)
        case Doing.RESUME:
            yield ResumePeer(leg)
        case Doing.DIGITS:
            yield SendDigits(leg, digits)
