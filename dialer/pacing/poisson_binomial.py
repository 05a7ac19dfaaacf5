"""The law of a sum of independent yes-or-no events, each with a chance of its own, at several instants at once.

Exact by its characteristic function as long as the events fit the transform, else by the normal law with continuity
correction and the correction for skewness (Volkova 1996, "A refinement of the central limit theorem for sums of
independent random indicators"). Nothing is ever cut off: what does not fit goes to the normal law.
"""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.grid import Floats

Complexes = NDArray[np.complex128]

#: Length of the transform: the exact law holds fewer events than this.
ROOM = 64
_HALF = ROOM // 2 + 1
_SQRT_HALF = math.sqrt(0.5)
_SQRT_2PI = math.sqrt(2.0 * math.pi)


def _step() -> Complexes:
    """exp(i w) - 1 at the frequencies of the half spectrum."""
    step: Complexes = np.exp(2j * np.pi * np.arange(_HALF) / ROOM) - 1.0
    return step


def _at_least() -> Complexes:
    """Row k: weights of the half spectrum whose real sum is the chance of k or more."""
    angles = np.exp(-2j * np.pi * np.outer(np.arange(ROOM), np.arange(_HALF)) / ROOM)
    both = np.full(_HALF, 2.0)
    both[0] = both[-1] = 1.0
    tails: Complexes = np.cumsum(angles[::-1], axis=0)[::-1] * both / ROOM
    return tails


_STEP = _step()
_TAILS = _at_least()


class Sum:
    """A sum of events at each of g instants. `add` changes it, `copy` keeps what was."""

    __slots__ = ("_mean", "_phi", "_skew", "_variance", "count")

    def __init__(self, size: int, *, exact: bool) -> None:
        self.count = 0
        self._mean = np.zeros(size)
        self._variance = np.zeros(size)
        self._skew = np.zeros(size)
        self._phi: Complexes | None = np.ones((size, _HALF), dtype=np.complex128) if exact else None

    @property
    def exact(self) -> bool:
        return self._phi is not None

    @property
    def mean(self) -> Floats:
        """Expected number of events at each instant."""
        return self._mean

    def copy(self) -> Self:
        twin = type(self)(0, exact=False)
        twin.count = self.count
        twin._mean, twin._variance, twin._skew = self._mean.copy(), self._variance.copy(), self._skew.copy()
        twin._phi = None if self._phi is None else self._phi.copy()
        return twin

    def add_all(self, chances: Floats) -> None:
        """Add one event for each row of `chances` (events x instants)."""
        if not len(chances):
            return
        spread = chances * (1.0 - chances)
        self._mean += chances.sum(axis=0)
        self._variance += spread.sum(axis=0)
        self._skew += (spread * (1.0 - 2.0 * chances)).sum(axis=0)
        self._grow(len(chances))
        if self._phi is not None:
            self._phi *= np.multiply.reduce(1.0 + chances[:, :, None] * _STEP, axis=0)

    def add_weighted(self, chances: Floats, counts: Floats) -> None:
        """Add `counts[b]` events with the chances of row b. The exact law does not hold these."""
        spread = chances * (1.0 - chances)
        self._mean += counts @ chances
        self._variance += counts @ spread
        self._skew += counts @ (spread * (1.0 - 2.0 * chances))
        self.count += int(counts.sum())
        self._phi = None

    def add(self, chances: Floats, times: int = 1) -> None:
        """Add `times` events that have the same chances (one per instant)."""
        spread = chances * (1.0 - chances)
        self._mean += times * chances
        self._variance += times * spread
        self._skew += times * (spread * (1.0 - 2.0 * chances))
        self._grow(times)
        if self._phi is not None:
            factor = 1.0 + chances[:, None] * _STEP
            self._phi *= factor if times == 1 else factor**times

    def _grow(self, events: int) -> None:
        self.count += events
        if self.count >= ROOM:
            self._phi = None

    def at_least(self, number: int) -> list[float]:
        """Chance of `number` events or more, at each instant."""
        if number <= 0:
            return [1.0] * len(self._mean)
        if number > self.count:
            return [0.0] * len(self._mean)
        if self._phi is None:
            return self._normal(number)
        tail = (self._phi @ _TAILS[number]).real
        exact: list[float] = np.minimum(np.maximum(tail, 0.0), 1.0).tolist()
        return exact

    def _normal(self, number: int) -> list[float]:
        """By the normal law, corrected for continuity and skewness."""
        chances = []
        for mean, variance, skew in zip(self._mean.tolist(), self._variance.tolist(), self._skew.tolist(), strict=True):
            gap = number - 0.5 - mean
            if variance < 1e-9:
                chances.append(1.0 if gap < 0 else 0.0)
                continue
            deviation = math.sqrt(variance)
            x = gap / deviation
            tail = 0.5 * math.erfc(x * _SQRT_HALF)
            tail -= skew / (6.0 * variance * deviation) * (1.0 - x * x) * math.exp(-0.5 * x * x) / _SQRT_2PI
            chances.append(min(1.0, max(0.0, tail)))
        return chances
