"""The instants that the forecast looks at: steps from now to the longest ring."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bins = NDArray[np.intp]

#: Distance of two instants, and the most of them: longer rings are looked at in wider steps.
STEP_S = 2.0
MOST_STEPS = 16
#: Ages of ringing calls are told apart by this much: a tick.
AGE_STEP_S = 0.5


class Grid(Struct, frozen=True):
    """Instants tau_1 < ... < tau_g, seconds from now; the last one is not before the end of a ring that begins now.

    `ring_s`: longest ring of a call; `patience_s`: how long an answered contact waits before being abandoned.
    """

    ring_s: float
    patience_s: float
    tau_s: Floats

    @property
    def size(self) -> int:
        return len(self.tau_s)

    @property
    def ages(self) -> int:
        """Number of age bins of AGE_STEP_S that a ringing call can be in; the last one is for calls overdue."""
        return math.ceil(self.ring_s / AGE_STEP_S) + 1

    def age_bins(self, ages_s: Floats) -> Bins:
        """The age bin of each age in seconds."""
        bins: Bins = np.minimum(ages_s * (1.0 / AGE_STEP_S) + 1e-6, self.ages - 1.0).astype(np.intp)
        return bins


def make_grid(ring_s: float, patience_s: float) -> Grid:
    """The grid for calls that ring at most `ring_s` seconds, with `patience_s` of waiting allowed."""
    steps = math.ceil((ring_s + 0.5) / STEP_S)
    step_s = STEP_S if steps <= MOST_STEPS else (ring_s + 0.5) / MOST_STEPS
    tau_s: Floats = np.arange(1, min(steps, MOST_STEPS) + 1, dtype=np.float64) * step_s
    return Grid(ring_s, patience_s, tau_s)
