"""The adaptive dial level of VICIdial, from its public description (docs/PREDICTIVE.txt and what its adaptive and
dialing daemons are documented to do), written anew.

Every 15 s the level (lines per agent) moves by the mean of the last 15 s of idle agents minus waiting contacts,
divided by the agents. The share of abandoned answers of the whole day is a switch: over the limit, the level falls.
It forecasts nothing.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum

from msgspec import Struct

from dialer.pacing.baselines.team import Team
from dialer.pacing.pacer import Decision, Observation, Observed, Outcome, PacingSnapshot
from dialer.vocabulary.reasons.decisions import LinesByLevel

#: How often the level moves, seconds.
LEVEL_EVERY_S = 15.0
#: The mean of idle minus waiting is of this time, seconds.
MEAN_S = 15.0
#: How often the figures of abandonment are read, seconds.
FIGURES_EVERY_S = 60.0
#: More calls than this in the last minute, and more than this part of them abandoned: the level is halved.
MINUTE_CALLS, MINUTE_ABANDONED = 20, 0.5
#: The limit applies after this many calls of the day.
DAY_CALLS = 50
#: TAPERED multiplies by the hours and minutes left, read as a number (7:30 is 730), over this.
TAPER = 1000.0
HOUR_S, MINUTE_S = 3600.0, 60.0


class Method(StrEnum):
    """What happens to the level while the day's abandonment is over the limit."""

    HARD = "hard"
    AVERAGE = "average"
    TAPERED = "tapered"


class VicidialSettings(Struct, frozen=True):
    """The settings of such a campaign; the defaults are the product's. `limit` is a part of live answers, `most` the
    highest level, `difference` agents added to the idle ones where the level is worked out (and there alone, the
    stronger of its two ways), `available_only` counts idle agents instead of those who are idle or talking,
    `shift_s` is the length of the shift from time 0."""

    method: Method = Method.TAPERED
    limit: float = 0.03
    most: float = 3.0
    difference: float = 0.0
    available_only: bool = False
    shift_s: float = 8 * HOUR_S


class Vicidial:
    """A Pacer by that rule."""

    def __init__(self, settings: VicidialSettings) -> None:
        self._settings = settings
        self.level = 1.0
        self._team = Team()
        self._samples: deque[tuple[float, int]] = deque()
        self._dialed: deque[float] = deque()
        self._lost: deque[float] = deque()
        self._day_dialed = self._day_answered = self._day_lost = 0
        self._figures = (0, 0, 0, 0, 0)
        self._level_at, self._figures_at = LEVEL_EVERY_S, FIGURES_EVERY_S

    def observe(self, observation: Observation) -> None:
        kind = observation.kind
        if kind is Observed.DIALED:
            self._dialed.append(observation.at)
            self._day_dialed += 1
        elif kind is Observed.ANSWERED:
            self._day_answered += 1
        elif kind is Observed.ENDED and observation.outcome is Outcome.ABANDONED:
            self._lost.append(observation.at)
            self._day_lost += 1
        elif kind is Observed.AGENT_CHANGED:
            self._team.observe(observation)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        self._samples.append((now, snapshot.idle - snapshot.waiting))
        while self._samples[0][0] < now - MEAN_S:
            self._samples.popleft()
        if now >= self._figures_at:
            self._figures_at += FIGURES_EVERY_S
            self._read_figures(now)
        if now >= self._level_at:
            self._level_at += LEVEL_EVERY_S
            self._move_level(now)
        settings, talking = self._settings, self._team.talking
        tally = snapshot.idle if settings.available_only else snapshot.idle + talking
        goal = int(self.level * tally + 0.5)
        lines = snapshot.ringing + snapshot.waiting + (0 if settings.available_only else talking)
        reason = LinesByLevel(self.level, tally, goal, lines)
        return Decision(max(0, goal - lines), reason, figures={"level": self.level, "tally": tally, "lines": lines})

    def _read_figures(self, now: float) -> None:
        for each in (self._dialed, self._lost):
            while each and each[0] < now - MINUTE_S:
                each.popleft()
        self._figures = (
            len(self._dialed), len(self._lost), self._day_dialed, self._day_answered, self._day_lost
        )  # fmt: skip

    def _move_level(self, now: float) -> None:
        present = self._team.present
        if not present:
            return
        settings = self._settings
        mean = sum(each for _, each in self._samples) / len(self._samples)
        level = round(self.level * (1 + (mean + settings.difference) / present), 3)
        level = min(settings.most, max(1.0, level))
        dialed, lost, day_dialed, day_answered, day_lost = self._figures
        if dialed > MINUTE_CALLS and lost > MINUTE_ABANDONED * dialed:
            level /= 2
        if day_dialed > DAY_CALLS and day_lost > settings.limit * day_answered:
            level = self._over_limit(level, now)
        self.level = max(1.0, level)

    def _over_limit(self, level: float, now: float) -> float:
        match self._settings.method:
            case Method.HARD:
                return 1.0
            case Method.AVERAGE:
                return level / 2
            case Method.TAPERED:
                left = _as_clock(self._settings.shift_s) - _as_clock(now)
                return 1.0 if left < 0 else level * min(1.0, left / TAPER)


def _as_clock(at_s: float) -> int:
    """Hours and minutes read as one number: 7:30 is 730."""
    minutes = int(at_s // MINUTE_S)
    return minutes // 60 * 100 + minutes % 60
