"""The law of a sum of independent yes-or-no events, each with a chance of its own, at several instants at once.

Exact by its characteristic function as long as the events fit a transform, else by the normal law with continuity
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

_SQRT_HALF = math.sqrt(0.5)
_SQRT_2PI = math.sqrt(2.0 * math.pi)
#: Less variance than this is none.
_LEAST_VARIANCE = 1e-9


class Transform:
    """Frequencies for sums of fewer than `room` events (an even number)."""

    def __init__(self, room: int) -> None:
        half = room // 2 + 1
        angles = 2j * np.pi * np.arange(half) / room
        self.room = room
        #: exp(i w) - 1 at the frequencies of the half spectrum.
        self.step: Complexes = np.exp(angles) - 1.0
        both = np.full(half, 2.0)
        both[0] = both[-1] = 1.0
        waves = np.exp(-np.outer(np.arange(room), angles))
        #: Row k: weights of the half spectrum whose real sum is the chance of k or more.
        self.tails: Complexes = np.cumsum(waves[::-1], axis=0)[::-1] * both / room


#: From the smallest to the largest: the exact law holds fewer than 128 events.
TRANSFORMS = (Transform(24), Transform(64), Transform(128))


class Sum:
    """A sum of events at each of g instants. It only grows; `copy` keeps what was."""

    __slots__ = ("_level", "_moments", "_phi", "_rows", "count")

    def __init__(self, chances: Floats) -> None:
        """One event for each row of `chances` (events x instants)."""
        self.count = len(chances)
        self._rows = [chances]
        self._phi: Complexes | None = None
        self._moments: tuple[Floats, Floats, Floats] | None = None
        self._level = 0
        self._fit()

    def copy(self) -> Self:
        twin = object.__new__(type(self))
        twin.count, twin._level, twin._rows = self.count, self._level, list(self._rows)
        twin._phi = None if self._phi is None else self._phi.copy()
        twin._moments = self._moments
        return twin

    @property
    def exact(self) -> bool:
        """Whether the law is the exact one."""
        return self._phi is not None

    def add_all(self, chances: Floats) -> None:
        """Add one event for each row of `chances` (events x instants)."""
        if not len(chances):
            return
        self.count += len(chances)
        self._rows.append(chances)
        if self._phi is not None and self.count < TRANSFORMS[self._level].room:
            self._phi *= _phi(chances, TRANSFORMS[self._level])
        elif self._phi is not None:
            self._fit()
        else:
            self._moments = _sum(self._moments, _moments(chances))

    def add(self, chances: Floats, times: int = 1) -> None:
        """Add `times` events that have the same chances (one per instant)."""
        self.count += times
        if self._phi is None:
            mean, variance, skew = _moments(chances[None, :])
            self._moments = _sum(self._moments, (times * mean, times * variance, times * skew))
            return
        self._rows.append(np.broadcast_to(chances, (times, len(chances))))
        if self.count < TRANSFORMS[self._level].room:
            factor = 1.0 + chances[:, None] * TRANSFORMS[self._level].step
            self._phi *= factor if times == 1 else factor**times
        else:
            self._fit()

    def at_least(self, number: int) -> list[float]:
        """Chance of `number` events or more, at each instant."""
        size = self._rows[0].shape[1]
        if number <= 0:
            return [1.0] * size
        if number > self.count:
            return [0.0] * size
        if self._phi is None:
            return self._normal(number)
        tail = (self._phi @ TRANSFORMS[self._level].tails[number]).real
        chances: list[float] = tail.tolist()
        return chances

    def _fit(self) -> None:
        """Take the smallest transform that holds all events, else their moments."""
        self._level = next((n for n, each in enumerate(TRANSFORMS) if self.count < each.room), -1)
        if self._level < 0:
            self._phi = None
            for rows in self._rows:
                self._moments = _sum(self._moments, _moments(rows))
        else:
            self._phi = _phi(np.concatenate(self._rows), TRANSFORMS[self._level])

    def _normal(self, number: int) -> list[float]:
        """By the normal law, corrected for continuity and skewness."""
        mean, variance, skew = self._moments if self._moments is not None else _moments(self._rows[0])
        deviation = np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
        x = (number - 0.5 - mean) / deviation
        correction = skew / (6.0 * deviation**3) * (1.0 - x * x) * np.exp(-0.5 * x * x) / _SQRT_2PI
        tails = [0.5 * math.erfc(each * _SQRT_HALF) for each in x.tolist()]
        return [min(1.0, max(0.0, tail - each)) for tail, each in zip(tails, correction.tolist(), strict=True)]


def _phi(chances: Floats, transform: Transform) -> Complexes:
    """The characteristic function of the sum of these events: instants x frequencies."""
    factors = chances[:, :, None] * transform.step
    factors += 1.0
    phi: Complexes = np.multiply.reduce(factors, axis=0)
    return phi


def _moments(chances: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and third central moment of the sum of these events, at each instant."""
    spread = chances * (1.0 - chances)
    skew = spread * (1.0 - 2.0 * chances)
    return np.add.reduce(chances, axis=0), np.add.reduce(spread, axis=0), np.add.reduce(skew, axis=0)


def _sum(
    one: tuple[Floats, Floats, Floats] | None, other: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    if one is None:
        return other
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]
