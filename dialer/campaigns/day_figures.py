"""The day's figures of a campaign's calls and agents, from which a simulation of the rest of the day starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class DayFigures:
    """Sums of the day `day` (ordinal of the date). Times in seconds."""

    day: int = 0
    dials: int = 0
    answers: int = 0
    ring_s: float = 0.0
    unanswered: int = 0
    busy: int = 0
    talks: int = 0
    talk_s: float = 0.0
    wraps: int = 0
    wrap_s: float = 0.0

    @property
    def answer_rate(self) -> float | None:
        """Share of live answers among the calls that are over; None before the first."""
        over = self.answers + self.unanswered
        return self.answers / over if over else None

    @property
    def mean_ring_s(self) -> float | None:
        return self.ring_s / self.answers if self.answers else None

    @property
    def mean_talk_s(self) -> float | None:
        return self.talk_s / self.talks if self.talks else None

    @property
    def mean_wrap_s(self) -> float | None:
        return self.wrap_s / self.wraps if self.wraps else None

    @property
    def busy_share(self) -> float | None:
        """Share of busy and failed calls among the unanswered ones."""
        return self.busy / self.unanswered if self.unanswered else None
