"""One cell of the benchmark: number of agents, answer rate, and variations."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from bench.pacing.profile import Profile


class Breaks(Struct, frozen=True):
    """Each agent pauses for `from_s` to `to_s` seconds about every `every_s`, without notice."""

    every_s: float = 5400.0
    from_s: float = 300.0
    to_s: float = 900.0


class Cell(Struct, frozen=True):
    """The defaults are PACE-8h. Times in seconds, `answer_rate` and `limit` as parts of 1, `cv` is the standard
    deviation divided by the mean. `spread` makes a scored list: half the records answer at rate x (1 + spread),
    half at rate x (1 - spread), and the dialer is told which. `records`: length of the list for each agent, 0 for an
    endless one; the shift ends with the list."""

    agents: int
    answer_rate: float
    hours: float = 8.0
    profile: Profile = Profile.DRIFT
    stretch: float = 1.0
    talk_mean_s: float = 120.0
    talk_cv: float = 1.0
    wrap_mean_s: float = 20.0
    wrap_cv: float = 1.0
    breaks: Breaks | None = None
    limit: float = 0.03
    spread: float = 0.0
    records: int = 0
    epoch_s: float = 0.5


#: The teams and answer rates of PACE-8h.
AGENTS = (2, 5, 10, 25, 50, 100, 300, 1000)
RATES = (0.10, 0.25, 0.40)
#: The changes of each variant, by its name on the command line.
VARIANTS: dict[str, dict[str, object]] = {
    "base": {},
    "flat": {"profile": Profile.FLAT},
    "down": {"profile": Profile.DOWN},
    "up": {"profile": Profile.UP},
    "wrap-cv-0.5": {"wrap_cv": 0.5},
    "talk-cv-0.6": {"talk_cv": 0.6},
    "talk-300": {"talk_mean_s": 300.0},
    "breaks": {"breaks": Breaks()},
    "limit-0.2": {"limit": 0.002},
    "scores-0.6": {"spread": 0.6},
    "scores-0.9": {"spread": 0.9},
    "two-hours": {"hours": 2.0},
    "list-ends": {"records": 250},
}


def varied(cell: Cell, variant: str) -> Cell:
    """The cell with that variant's changes. Raises KeyError for a name outside VARIANTS."""
    return replace(cell, **VARIANTS[variant])
