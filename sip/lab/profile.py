"""Profiles: the behaviour of numbers that do not choose one. Seconds everywhere; all draws are seeded."""

from __future__ import annotations

import math
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from dialer.vocabulary.errors import NotFound

from .behaviours import Behaviour

REDRAWS_MOST = 1000
"""The most draws for a value between the ends before the value is cut."""

PERSONS = frozenset({Behaviour.PERSON, Behaviour.PATIENT_PERSON, Behaviour.EARLY_MEDIA_PERSON})
"""Behaviours of people who answer and talk."""


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """A uniform distribution, in seconds."""

    low_s: float
    high_s: float

    def draw(self, random: Random) -> float:
        return random.uniform(self.low_s, self.high_s)


class LogNormal(Struct, frozen=True, forbid_unknown_fields=True):
    """A lognormal distribution by its mean in seconds, cut at both ends, or with `redrawn` drawn anew until it lies
    between them. `sigma` is that of the logarithm."""

    mean_s: float
    sigma: float
    least_s: float
    most_s: float
    redrawn: bool = False

    @classmethod
    def by_variation(cls, mean_s: float, cv: float, most_s: float, redrawn: bool = False) -> LogNormal:
        """By the coefficient of variation: standard deviation over mean."""
        return cls(mean_s, math.sqrt(math.log(1 + cv * cv)), 0.0, most_s, redrawn)

    def draw(self, random: Random) -> float:
        if self.mean_s <= 0:
            return self.least_s
        for _ in range(REDRAWS_MOST if self.redrawn else 0):
            drawn = self._draw(random)
            if self.least_s <= drawn <= self.most_s:
                return drawn
        return min(max(self._draw(random), self.least_s), self.most_s)

    def _draw(self, random: Random) -> float:
        return random.lognormvariate(math.log(self.mean_s) - self.sigma**2 / 2, self.sigma)


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """One way for a carrier's numbers to behave.

    `weights` need no fixed sum. `alert_after` is the post-dial delay before 180, `ring` the time from 180
    to the answer, `speech_after` from the answer to the first sound, `talk` from the end of the person's first words
    to the BYE (without `first_words` there are none, when measured), `gives_up` how long the carrier rings a number
    that nobody answers, `early_hang_up` from answer to BYE. `recording_s` is how long a machine listens after its
    beep, `cng_s` how long a fax calls before it hangs up. `refuses_after` is the time until a number that does not ring
    is refused; None: as `alert_after`. `ring_out_s` is how long a campaign that meets these numbers lets them ring.
    """

    weights: dict[Behaviour, float]
    alert_after: Span = Span(0.05, 0.4)
    ring: LogNormal = LogNormal(8.0, 0.5, 1.0, 40.0)
    speech_after: Span = Span(0.3, 1.5)
    talk: LogNormal = LogNormal(35.0, 0.6, 8.0, 180.0)
    gives_up: Span = Span(45.0, 60.0)
    early_hang_up: Span = Span(0.2, 1.0)
    recording_s: float = 30.0
    cng_s: float = 30.0
    refuses_after: Span | None = None
    first_words: bool = True
    ring_out_s: float = 20.0

    @property
    def answer_rate(self) -> float:
        """Share of the numbers (0 to 1) at which a person answers."""
        people = sum(weight for behaviour, weight in self.weights.items() if behaviour in PERSONS)
        return people / sum(self.weights.values())

    def with_answer_rate(self, share: float) -> Profile:
        """The same people and refusals, weighted so that a person answers at this share of the numbers (above 0, at
        most 1). Raises ValueError for another share, or where the profile has no people."""
        now = self.answer_rate
        if not 0 < share <= 1 or now == 0 or (now == 1 and share < 1):
            raise ValueError(f"no {share:.0%} of these numbers can be people who answer")
        others = (1 - share) / (1 - now) if now < 1 else 0.0
        weights = {
            behaviour: weight * (share / now if behaviour in PERSONS else others)
            for behaviour, weight in self.weights.items()
        }
        return replace(self, weights=weights)


DEMO = Profile(
    weights={
        Behaviour.PERSON: 38,
        Behaviour.PATIENT_PERSON: 8,
        Behaviour.EARLY_MEDIA_PERSON: 6,
        Behaviour.MACHINE: 14,
        Behaviour.RINGS_ON: 14,
        Behaviour.NO_ANSWER: 3,
        Behaviour.BUSY: 8,
        Behaviour.UNKNOWN_NUMBER: 2,
        Behaviour.SIT_UNKNOWN: 1,
        Behaviour.DECLINED: 2,
        Behaviour.ABSENT: 1,
        Behaviour.FAX: 1,
        Behaviour.CONGESTED: 1,
        Behaviour.EARLY_HANG_UP: 1,
    }
)
"""A consumer list at a human pace, for watching."""

MEASURED = Profile(
    weights={
        Behaviour.PERSON: 46,
        Behaviour.PATIENT_PERSON: 8,
        Behaviour.EARLY_MEDIA_PERSON: 6,
        Behaviour.BUSY: 12,
        Behaviour.NO_ANSWER: 10,
        Behaviour.UNKNOWN_NUMBER: 4,
        Behaviour.INCOMPLETE_NUMBER: 2,
        Behaviour.SIT_UNKNOWN: 2,
        Behaviour.DECLINED: 4,
        Behaviour.ABSENT: 3,
        Behaviour.CONGESTED: 3,
    },
    ring=LogNormal(1.2, 0.5, 0.2, 4.0),
    talk=LogNormal(8.0, 0.25, 6.0, 14.0),
    gives_up=Span(3.0, 6.0),
    recording_s=6.0,
    cng_s=8.0,
)
"""Fast; every answer is by a person who stays long enough to prove two seconds of tone each way."""

MIXED = Profile(
    weights={**MEASURED.weights, **dict.fromkeys(Behaviour, 2.0), Behaviour.PERSON: 30, Behaviour.MUTE: 0.0},
    ring=MEASURED.ring,
    talk=MEASURED.talk,
    gives_up=MEASURED.gives_up,
    recording_s=MEASURED.recording_s,
    cng_s=MEASURED.cng_s,
)
"""All behaviours of the table at the pace of MEASURED, also those too short to be measured."""

PROMPT = Profile(
    weights={Behaviour.PATIENT_PERSON: 1},
    alert_after=Span(0.0, 0.0),
    ring=LogNormal(0.0, 0.0, 0.0, 0.0),
    speech_after=Span(0.0, 0.0),
)
"""All contacts answer at once and wait for the other side to hang up: for measurements of the system itself."""

PACE_8H = Profile(
    weights={Behaviour.PERSON: 25.0, Behaviour.BUSY: 18.75, Behaviour.RINGS_ON: 56.25},
    alert_after=Span(0.0, 0.0),
    ring=LogNormal.by_variation(12.0, 0.5, 25.0, redrawn=True),
    speech_after=Span(0.0, 0.0),
    talk=LogNormal.by_variation(120.0, 1.0, 7200.0),
    refuses_after=Span(1.0, 4.0),
    first_words=False,
    ring_out_s=25.0,
)
"""The laws of the benchmark PACE-8h: a quarter of the unanswered calls are busy, the others ring on."""

PROFILES: dict[str, Profile] = {
    "demo": DEMO,
    "measured": MEASURED,
    "mixed": MIXED,
    "prompt": PROMPT,
    "pace-8h": PACE_8H,
}


def profile_named(name: str) -> Profile:
    """One of the profiles above; raises NotFound."""
    if name not in PROFILES:
        raise NotFound("profile", name)
    return PROFILES[name]
