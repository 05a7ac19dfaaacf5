"""A budget that refills: the most at a time, and for each second in the long run."""

from __future__ import annotations


class Meter:
    """`burst` at once, `per_s` after that. Times are monotonic seconds."""

    __slots__ = ("_at", "_burst", "_per_s", "_room")

    def __init__(self, burst: float, per_s: float, now: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._room = burst
        self._at = now

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Whether there was room for `amount`, which is taken then."""
        self._refill(now)
        if self._room < amount:
            return False
        self._room -= amount
        return True

    def wait_s(self, now: float, amount: float = 1.0) -> float:
        """Seconds until there is room for `amount`; 0 if there is now."""
        self._refill(now)
        return max(0.0, (amount - self._room) / self._per_s)

    def used(self, now: float) -> float:
        """The used part of the budget that is not refilled yet."""
        self._refill(now)
        return self._burst - self._room

    def give_back(self, now: float, amount: float) -> None:
        """Undo a `take`."""
        self._refill(now)
        self._room = min(self._burst, self._room + amount)

    def _refill(self, now: float) -> None:
        self._room = min(self._burst, self._room + max(0.0, now - self._at) * self._per_s)
        self._at = now
