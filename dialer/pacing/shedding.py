"""Late-ring shedding: which calls that have rung long to give up, as the agent they would need is not there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.grid import Floats
from dialer.pacing.loss import marginal_loss
from dialer.pacing.poisson_binomial import Sum

#: A call is kept while its answer would risk less than this many thresholds: it has cost a dial already.
PATIENCE = 3.0


def keep(load: Sum, supply: int, old: Floats, ages_s: Floats, theta: float) -> tuple[Sum, NDArray[np.intp]]:
    """Which of the calls `old` (chance of an answer by each instant: calls x instants) may ring on.

    `load` holds all others, and is changed; `supply` as in `admission`. The youngest are kept first, as most is to be
    expected of them. Returns the load with those that are kept, and the rows of those to give up.
    """
    order = np.argsort(ages_s, kind="stable")
    kept, total = 0, len(order)
    step = 1
    limit = PATIENCE * theta
    while kept < total:
        number = min(step, total - kept)
        tried = load.copy()
        tried.add_all(old[order[kept : kept + number - 1]])
        last = old[order[kept + number - 1]]
        if _risk(tried, supply, last) <= limit:
            tried.add(last)
            load, kept, step = tried, kept + number, step * 2
        elif number == 1:
            break
        else:
            step = max(1, number // 2)
    return load, order[kept:]


def _risk(load: Sum, supply: int, chances: Floats) -> float:
    """Chance that the answer of a ringing call, if it comes, finds no agent."""
    total = float(chances[-1])
    if total < 1e-9:
        return 0.0
    density: list[float] = (np.diff(chances, prepend=0.0) / total).tolist()
    return marginal_loss(load.at_least(supply), density)
