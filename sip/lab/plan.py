"""The plan of one call: all its random values, drawn before it begins."""

from __future__ import annotations

from random import Random

from msgspec import Struct

from .behaviours import Behaviour, chosen_by
from .profile import Profile

LATE_DEFAULT_S = 10.0
"""Silence of a LATE number that ends in 0, in seconds."""

VOICES = 4
"""The number of different voices in the sounds."""


class CallPlan(Struct, frozen=True):
    """One call as the carrier will play it. All times in seconds; `talk_s` None waits for the other side."""

    number: str
    behaviour: Behaviour
    alert_after_s: float
    ring_s: float
    speech_after_s: float
    talk_s: float | None
    gives_up_s: float
    early_hang_up_s: float
    recording_s: float
    cng_s: float
    voice: int
    refuses_after_s: float
    first_words: bool


def plan_call(seed: int, number: str, nth: int, profile: Profile, pinned: Behaviour | None = None) -> CallPlan:
    """The plan of the `nth` call (from 1) to `number`.

    The draws depend only on seed, number and `nth`, so the order of dialing does not matter. `pinned` overrides number
    and profile.
    """
    random = Random(f"{seed}/{number}/{nth}")
    names = list(profile.weights)
    drawn = random.choices(names, [profile.weights[name] for name in names])[0]
    chosen = chosen_by(number)
    behaviour = pinned or (chosen.behaviour if chosen else drawn)
    alert_after_s = profile.alert_after.draw(random)
    if behaviour is Behaviour.LATE:
        alert_after_s = float(chosen.last_digit if chosen else 0) or LATE_DEFAULT_S
    ring_s = profile.ring.draw(random)
    speech_after_s = profile.speech_after.draw(random)
    talk_s = profile.talk.draw(random)
    patient = behaviour in (Behaviour.PATIENT_PERSON, Behaviour.LATE, Behaviour.SILENT)
    return CallPlan(
        number=number,
        behaviour=behaviour,
        alert_after_s=alert_after_s,
        ring_s=ring_s,
        speech_after_s=speech_after_s,
        talk_s=None if patient else talk_s,
        gives_up_s=profile.gives_up.draw(random),
        early_hang_up_s=profile.early_hang_up.draw(random),
        recording_s=profile.recording_s,
        cng_s=profile.cng_s,
        voice=random.randrange(VOICES),
        refuses_after_s=alert_after_s if profile.refuses_after is None else profile.refuses_after.draw(random),
        first_words=profile.first_words,
    )
