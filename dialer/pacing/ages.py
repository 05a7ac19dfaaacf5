"""What is under way and since when: calls that ring, agents who talk or wrap up. Each change is O(1)."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np

from dialer.pacing.grid import Floats

K = TypeVar("K")

_FIRST_ROOM = 64


class Ages(Generic[K]):
    """Keys with their beginning (monotonic seconds) and one figure each, packed in arrays for the forecast."""

    def __init__(self) -> None:
        self._slot: dict[K, int] = {}
        self._keys: list[K] = []
        self._since = np.zeros(_FIRST_ROOM)
        self._figure = np.zeros(_FIRST_ROOM)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: K) -> bool:
        return key in self._slot

    def add(self, key: K, since: float, figure: float = 0.0) -> None:
        """Begin `key`; one that is there already begins anew."""
        slot = self._slot.get(key)
        if slot is None:
            slot = self._slot[key] = len(self._keys)
            self._keys.append(key)
            if slot == len(self._since):
                self._since = np.concatenate([self._since, np.zeros(slot)])
                self._figure = np.concatenate([self._figure, np.zeros(slot)])
        self._since[slot] = since
        self._figure[slot] = figure

    def remove(self, key: K) -> float | None:
        """End `key`; since when it was under way, None if it was not. The last one takes its slot."""
        slot = self._slot.pop(key, None)
        if slot is None:
            return None
        since = float(self._since[slot])
        last = self._keys.pop()
        if slot < len(self._keys):
            self._keys[slot] = last
            self._slot[last] = slot
            self._since[slot] = self._since[len(self._keys)]
            self._figure[slot] = self._figure[len(self._keys)]
        return since

    def key(self, slot: int) -> K:
        return self._keys[slot]

    def slot(self, key: K) -> int:
        """Where `key` stands in the arrays now. Raises KeyError if it is not under way."""
        return self._slot[key]

    def ages_s(self, now: float) -> Floats:
        """How long each has been under way, by slot."""
        return now - self._since[: len(self._keys)]

    def scale(self, factor: float) -> None:
        """Multiply the figure of each."""
        self._figure[: len(self._keys)] *= factor

    def figures(self) -> Floats:
        """The figure of each, by slot."""
        return self._figure[: len(self._keys)]
