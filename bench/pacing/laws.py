"""Random values of a shift, drawn in blocks by numpy from one seed.

Each kind of value has a stream of its own: dial number 7 has the same fate under every rule that is compared, apart
from the answer rate of its moment, and so have conversation number 7 and break number 7.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.pacing.cell import Breaks, Cell

#: Longest ring, which is also that of unanswered calls.
RING_OUT_S = 25.0
RING_MEAN_S = 12.0
RING_CV = 0.5
#: Part of the calls without a live answer that fail or are busy, and how soon.
FAST_FAIL = 0.25
FAIL_FROM_S, FAIL_TO_S = 1.0, 4.0
#: Part of the records of a scored list with the high score.
HIGH = 0.5
#: Numbers drawn at a time.
BLOCK = 1 << 13
BREAKS = 256


def lognormal(rng: np.random.Generator, mean: float, cv: float, size: int) -> NDArray[np.float64]:
    """Lognormal times of that mean and coefficient of variation."""
    variance = np.log1p(cv * cv)
    return rng.lognormal(np.log(mean) - variance / 2, np.sqrt(variance), size)


def ring_times(rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    """Seconds until a live answer: those beyond the longest ring are drawn again."""
    drawn = lognormal(rng, RING_MEAN_S, RING_CV, size)
    late = drawn > RING_OUT_S
    while late.any():
        drawn[late] = lognormal(rng, RING_MEAN_S, RING_CV, int(late.sum()))
        late = drawn > RING_OUT_S
    return drawn


class Laws:
    """Endless streams of one seed. Raises nothing and never ends."""

    def __init__(self, cell: Cell, seed: int) -> None:
        self._cell = cell
        self._streams = [np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(4)]

    def calls(self) -> Iterator[tuple[float, float, float]]:
        """For each dial: luck (0..1, the contact answers where it is below the rate of the moment), seconds to the
        answer if so, seconds to the end if not."""
        rng = self._streams[0]
        while True:
            luck, ring_s = rng.random(BLOCK), ring_times(rng, BLOCK)
            failed = rng.random(BLOCK) < FAST_FAIL
            miss_s = np.where(failed, rng.uniform(FAIL_FROM_S, FAIL_TO_S, BLOCK), RING_OUT_S)
            yield from zip(luck.tolist(), ring_s.tolist(), miss_s.tolist(), strict=True)

    def conversations(self) -> Iterator[tuple[float, float]]:
        """For each conversation: seconds of talk and of after-call work."""
        cell, rng = self._cell, self._streams[1]
        while True:
            talk_s = lognormal(rng, cell.talk_mean_s, cell.talk_cv, BLOCK)
            wrap_s = lognormal(rng, cell.wrap_mean_s, cell.wrap_cv, BLOCK)
            yield from zip(talk_s.tolist(), wrap_s.tolist(), strict=True)

    def records(self) -> Iterator[bool]:
        """For each record of a scored list: whether it has the high score."""
        rng = self._streams[2]
        while True:
            yield from (rng.random(BLOCK) < HIGH).tolist()

    def pauses(self, breaks: Breaks) -> Iterator[tuple[float, float, float]]:
        """For each break: seconds of work before it, its length, and a phase (0..1) that spreads the first ones."""
        rng = self._streams[3]
        while True:
            work_s = rng.uniform(0.5 * breaks.every_s, 1.5 * breaks.every_s, BREAKS)
            length_s = rng.uniform(breaks.from_s, breaks.to_s, BREAKS)
            yield from zip(work_s.tolist(), length_s.tolist(), rng.random(BREAKS).tolist(), strict=True)
