"""The outcome of one shift, and of all seeds of a cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

#: The fewest answers of an hour whose abandonment is counted.
ANSWERS_OF_AN_HOUR = 30
PERCENT = 100.0


class Outcome(Struct, frozen=True):
    """One shift. `busy_s` is talk and after-call work within the shift, `staffed_s` the agents' time at work without
    breaks, `by_hour` (answers, abandoned) by the hour of the answer, `decide_us` the time of each decision with the
    observations before it."""

    seed: int
    dials: int
    shed: int
    answers: int
    abandoned: int
    conversations: int
    busy_s: float
    staffed_s: float
    by_hour: tuple[tuple[int, int], ...]
    decision_us: float
    decision_p99_us: float

    @property
    def utilisation(self) -> float:
        """Percent of the staffed time without breaks."""
        return PERCENT * self.busy_s / self.staffed_s

    @property
    def abandonment(self) -> float:
        """Percent of the live answers."""
        return PERCENT * self.abandoned / max(1, self.answers)

    @property
    def worst_hour(self) -> float:
        """Percent in the worst hour of those with enough answers."""
        told = [PERCENT * lost / answers for answers, lost in self.by_hour if answers >= ANSWERS_OF_AN_HOUR]
        return max(told, default=0.0)


class Abandonment(Struct, frozen=True):
    """Percent of live answers over whole shifts: `mean`, `p95` and `worst` over seeds; `worst_hour` is the mean over
    seeds of the worst hour."""

    mean: float
    p95: float
    worst: float
    worst_hour: float


class Figures(Struct, frozen=True):
    """A cell under one rule. `utilisation` in percent with its standard deviation over seeds, `wait_s` from an
    agent's last conversation to the next."""

    utilisation: float
    utilisation_sd: float
    abandonment: Abandonment
    wait_s: float
    dials_per_answer: float
    decision_us: float
    decision_p99_us: float
    seeds: int


def summary(outcomes: Sequence[Outcome]) -> Figures:
    """All seeds of one cell and rule; at least one."""
    used = np.array([each.utilisation for each in outcomes])
    lost = np.array([each.abandonment for each in outcomes])
    waits = [(each.staffed_s - each.busy_s) / max(1, each.conversations) for each in outcomes]
    return Figures(
        utilisation=_rounded(used.mean()),
        utilisation_sd=_rounded(used.std(ddof=1)) if len(outcomes) > 1 else 0.0,
        abandonment=Abandonment(
            mean=_rounded(lost.mean()),
            p95=_rounded(np.percentile(lost, 95)),
            worst=_rounded(lost.max()),
            worst_hour=_rounded(np.mean([each.worst_hour for each in outcomes])),
        ),
        wait_s=_rounded(np.mean(waits)),
        dials_per_answer=_rounded(np.mean([each.dials / max(1, each.answers) for each in outcomes])),
        decision_us=_rounded(np.mean([each.decision_us for each in outcomes])),
        decision_p99_us=_rounded(np.mean([each.decision_p99_us for each in outcomes])),
        seeds=len(outcomes),
    )


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 3)
