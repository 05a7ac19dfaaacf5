"""How likely a stage of an agent (talk, after-call work) ends in the next second, by how long it has lasted.

Learned as events over exposure: every second that any agent has spent in the stage counts, ended or not. The lengths
of ended conversations alone would be those of short ones for as long as the shift is young.
"""

from __future__ import annotations

import numpy as np

from dialer.pacing.grid import Floats

#: Weight of the pooled hazard in each bin, and of the prior in the pooled hazard, in events.
BIN_PRIOR, POOL_PRIOR = 4.0, 3.0
#: What each 30 s leave of what was learned.
KEEP = 0.998


class Hazard:
    """Hazard per second by age bin of a stage."""

    def __init__(self, bin_s: float, bins: int, prior_mean_s: float) -> None:
        """`prior_mean_s`: assumed mean length; `bins` of `bin_s` seconds, the last one open."""
        self.bin_s = bin_s
        self.bins = bins
        self._prior_mean_s = prior_mean_s
        self._ends = np.zeros(bins)
        self._exposure_s = np.zeros(bins)
        index = np.arange(bins)
        # The older, the rarer: the window of smoothing grows with age.
        half = 1 + index // 8
        self._low = np.maximum(0, index - half)
        self._high = np.minimum(bins, index + half + 1)
        #: Lower edge of each bin, seconds.
        self._edges = index * bin_s

    def ended(self, length_s: float) -> None:
        """One stage ended after `length_s`."""
        length_s = max(0.0, length_s)
        at = min(int(length_s / self.bin_s), self.bins - 1)
        self._ends[at] += 1.0
        self._exposure_s[:at] += self.bin_s
        self._exposure_s[at] += length_s - at * self.bin_s

    def censored(self, length_s: float) -> None:
        """One stage was broken off after `length_s` by something else (an agent lost): exposure without an end."""
        at = min(int(max(0.0, length_s) / self.bin_s), self.bins - 1)
        self._exposure_s[:at] += self.bin_s
        self._exposure_s[at] += length_s - at * self.bin_s

    def forget(self) -> None:
        """30 s have passed."""
        self._ends *= KEEP
        self._exposure_s *= KEEP

    def rates(self, under_way_s: Floats) -> Floats:
        """Hazard per second by bin. `under_way_s`: ages of the stages that have not ended yet, seconds."""
        exposure = self._exposure_s + self._open_exposure(under_way_s)
        pooled = (self._ends.sum() + POOL_PRIOR) / (exposure.sum() + POOL_PRIOR * self._prior_mean_s)
        ends = np.concatenate([[0.0], np.cumsum(self._ends)])
        seconds = np.concatenate([[0.0], np.cumsum(exposure)])
        events = ends[self._high] - ends[self._low] + BIN_PRIOR
        rates: Floats = events / (seconds[self._high] - seconds[self._low] + BIN_PRIOR / pooled)
        return rates

    def _open_exposure(self, ages_s: Floats) -> Floats:
        """Seconds spent in each bin by stages of these ages."""
        if not len(ages_s):
            return np.zeros(self.bins)
        at = np.minimum((ages_s / self.bin_s).astype(np.intp), self.bins - 1)
        whole = np.bincount(at, minlength=self.bins)
        beyond = len(ages_s) - np.cumsum(whole)
        rest = np.bincount(at, weights=ages_s - at * self.bin_s, minlength=self.bins)
        exposure: Floats = np.asarray(beyond * self.bin_s + rest, dtype=np.float64)
        return exposure
