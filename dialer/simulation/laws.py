"""Laws of chance for people: how long it rings, how long they talk, when they go for a break."""

from __future__ import annotations

from math import exp, log, sqrt
from random import Random

from pydantic import Field, model_validator

from config.model import Section
from config.model.base import PositiveSeconds, Seconds


class Duration(Section):
    """A lognormal duration: mean in seconds and coefficient of variation (standard deviation over mean)."""

    mean_s: PositiveSeconds
    """Mean, in seconds."""

    cv: float = Field(default=1.0, ge=0, le=5)
    """Standard deviation divided by the mean; 0 is always the mean."""

    def draw(self, random: Random) -> float:
        """One duration, in seconds."""
        if self.cv == 0:
            return self.mean_s
        variance = log(1 + self.cv * self.cv)
        return exp(random.gauss(log(self.mean_s) - variance / 2, sqrt(variance)))


class Breaks(Section):
    """Breaks of agents: the time at work between them, and their length."""

    every_s: PositiveSeconds = 5400
    """Mean time at work between two breaks; each lies between half and one and a half of it."""

    shortest_s: PositiveSeconds = 300
    """Shortest break."""

    longest_s: PositiveSeconds = 900
    """Longest break."""

    announced: bool = False
    """Whether agents announce a break during the conversation before; otherwise it is known when it begins."""

    @model_validator(mode="after")
    def _in_order(self) -> Breaks:
        if self.longest_s < self.shortest_s:
            raise ValueError("longest_s is below shortest_s; raise it")
        return self

    def work(self, random: Random) -> float:
        """Seconds at work until the next break is due."""
        return random.uniform(0.5, 1.5) * self.every_s

    def rest(self, random: Random) -> float:
        """Length of one break, in seconds."""
        return random.uniform(self.shortest_s, self.longest_s)


class Laws(Section):
    """How people behave. The defaults are those of the benchmark PACE-8h."""

    ring: Duration = Duration(mean_s=12, cv=0.5)
    """How long it rings until a person answers; longer than `ring_out_s` is drawn again."""

    ring_out_s: Seconds = Field(default=25, ge=15, le=120)
    """The latest answer; PACE-8h lets a phone ring for this time."""

    busy_percent: float = Field(default=25, ge=0, le=100)
    """Share of the unanswered calls that are busy or fail."""

    busy_from_s: Seconds = 1
    """Earliest busy signal."""

    busy_till_s: Seconds = 4
    """Latest busy signal."""

    machine_percent: float = Field(default=0, ge=0, le=100)
    """Share of the calls without a person that a machine answers at the end of the ringing."""

    machine_talk_s: PositiveSeconds = 8
    """An agent ends the call to a machine after this time."""

    talk: Duration = Duration(mean_s=120, cv=1)
    """Conversations."""

    wrap: Duration = Duration(mean_s=20, cv=1)
    """After-call work."""

    patience_s: Seconds | None = None
    """A contact without an agent hangs up after this time; left out: stays to the end."""

    breaks: Breaks | None = None
    """Breaks; left out: none."""

    log_off_percent: float = Field(default=0, ge=0, le=100)
    """Share of the agents who go home at some time in the last quarter of the shift."""

    phone_s: Seconds = 0.2
    """An agent's phone answers by itself after this time."""

    @model_validator(mode="after")
    def _in_order(self) -> Laws:
        if self.busy_till_s < self.busy_from_s:
            raise ValueError("busy_till_s is below busy_from_s; raise it")
        if self.ring.mean_s >= self.ring_out_s:
            raise ValueError("ring.mean_s is not below ring_out_s: nobody would answer; lower it")
        return self

    def ring_s(self, random: Random) -> float:
        """Seconds of ringing until a person answers."""
        while (seconds := self.ring.draw(random)) > self.ring_out_s:
            pass
        return seconds
