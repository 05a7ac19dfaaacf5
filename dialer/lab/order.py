"""An order for a lab run, made into a scenario or refused in words."""

from __future__ import annotations

from dataclasses import replace

from msgspec import Struct

from config.model import Mode
from dialer.lab.autopilot import Habits
from dialer.lab.endless import endless
from dialer.lab.laws import PACE_8H, laws_named
from dialer.lab.scenario import VIA_ASTERISK, VIA_AUTO, VIA_DIRECT, Scenario
from dialer.vocabulary.errors import CornettaError

#: Laws of people where none are named: of a headless run, and of one that is watched.
USUAL_HEADLESS, USUAL_DEMO = "measured", "demo"


class CannotBeTried(CornettaError):
    """The order cannot be carried out."""

    code = "cannot_be_tried"


class Order(Struct, frozen=True):
    """An order for a lab. `profile` "" is the usual one; the first `people` agents of a demo are not simulated;
    `answer_rate` is the percentage of contacts who answer as persons, 0 for that of the profile; `minutes` 0 is a run
    to the list's end."""

    mode: str
    agents: int
    records: int = 0
    seed: int = 1
    headless: bool = True
    profile: str = ""
    answer_rate: float = 0.0
    minutes: float = 0.0
    via: str = VIA_DIRECT
    port: int = 8080
    people: int = 0

    def scenario(self, now_utc: float) -> tuple[Scenario, Habits]:
        """The scenario, to begin at `now_utc` (epoch seconds), and how its agents work. Raises CannotBeTried, or
        NotFound for a profile."""
        usual = PACE_8H if self.minutes else USUAL_HEADLESS if self.headless else USUAL_DEMO
        profile, habits = laws_named(self.profile or usual, headless=self.headless)
        if self.minutes and not self.headless:
            raise CannotBeTried("--minutes is for --headless: a demo runs until it is stopped.")
        if self.via not in (VIA_AUTO, VIA_DIRECT, VIA_ASTERISK):
            raise CannotBeTried(f"There is no way {self.via!r}: use --via auto, --via direct or --via asterisk.")
        try:
            mode = Mode(self.mode.upper())
        except ValueError:
            raise CannotBeTried(f"There is no mode {self.mode!r}: use one of {', '.join(Mode)}.") from None
        try:
            if self.answer_rate:
                profile = profile.with_answer_rate(self.answer_rate / 100)
            via = VIA_DIRECT if self.headless and self.via == VIA_AUTO else self.via
            made = Scenario(mode, self.agents, self.records, self.seed, profile, self.headless, self.port, via)
            made = replace(made, people=0 if self.headless else min(self.people, self.agents))
            return (endless(made, self.minutes, now_utc) if self.minutes else made), habits
        except ValueError as error:
            raise CannotBeTried(f"{error}.") from None
