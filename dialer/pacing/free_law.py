"""When a busy agent will be free: chance by stage, time spent in it, and instant of the grid."""

from __future__ import annotations

import math

import numpy as np

from dialer.pacing.grid import Floats, Grid
from dialer.pacing.hazard import Hazard

#: Bins of conversation and of after-call work, and what is assumed of their means: pessimistic, longer than usual.
TALK_BIN_S, TALK_BINS, TALK_PRIOR_S = 5.0, 121, 150.0
WRAP_BIN_S, WRAP_BINS, WRAP_PRIOR_S = 1.0, 121, 25.0
#: Step of the convolution of what is left of a conversation with the after-call work.
STEP_S = 1.0


class FreeLaw:
    """H(e, tau): chance that an agent who has been in a stage for e seconds is free by tau plus the patience."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.talk = Hazard(TALK_BIN_S, TALK_BINS, TALK_PRIOR_S)
        self.wrap = Hazard(WRAP_BIN_S, WRAP_BINS, WRAP_PRIOR_S)

    def tables(self, talking_s: Floats, wrapping_s: Floats) -> tuple[Floats, Floats]:
        """H for talk, by bins of TALK_BIN_S, and for after-call work, by bins of WRAP_BIN_S: bins x grid.size.

        `talking_s`, `wrapping_s`: how long those have lasted that are under way now.
        """
        by: Floats = self._grid.tau_s + self._grid.patience_s
        steps = math.ceil(float(by[-1]) / STEP_S)
        seconds: Floats = np.arange(steps + 1, dtype=np.float64) * STEP_S
        wrap_rates = self.wrap.rates(wrapping_s)
        wrap = 1.0 - np.exp(-_integrated(wrap_rates, WRAP_BIN_S, by))
        # Chance that the conversation ends in each step from now, then that the work after it is done in the rest.
        gone = 1.0 - np.exp(-_integrated(self.talk.rates(talking_s), TALK_BIN_S, seconds))
        ends = np.diff(gone, axis=1)
        rest = by[None, :] - (seconds[:-1, None] + STEP_S / 2)
        fresh = _cumulative(wrap_rates, WRAP_BIN_S, np.maximum(rest, 0.0))
        return ends @ np.where(rest > 0, 1.0 - np.exp(-fresh), 0.0), wrap


def _cumulative(rates: Floats, bin_s: float, at_s: Floats) -> Floats:
    """Integral of the hazard from 0 to each time; the last bin's rate goes on."""
    edges = np.concatenate([[0.0], np.cumsum(rates)]) * bin_s
    whole = np.minimum((at_s / bin_s).astype(np.intp), len(rates) - 1)
    total: Floats = edges[whole] + rates[whole] * (at_s - whole * bin_s)
    return total


def _integrated(rates: Floats, bin_s: float, ahead_s: Floats) -> Floats:
    """Integral of the hazard from the middle of each bin over each span ahead: bins x spans."""
    start: Floats = (np.arange(len(rates), dtype=np.float64) + 0.5) * bin_s
    until = _cumulative(rates, bin_s, start[:, None] + ahead_s[None, :])
    total: Floats = until - _cumulative(rates, bin_s, start)[:, None]
    return total
