"""A token bucket: at most so many new calls per second, without a burst at the start of each second."""

from __future__ import annotations


class Bucket:
    """`rate_per_s` tokens a second, at most a tenth of a second's worth (one at least) saved up.

    Carriers count calls in short windows; a bucket that saves a whole second would let twice the rate through
    in one of them.
    """

    __slots__ = ("_filled_at", "_level", "rate_per_s", "size")

    def __init__(self, rate_per_s: float) -> None:
        self.rate_per_s = rate_per_s
        self.size = max(1.0, rate_per_s / 10)
        self._level = self.size
        self._filled_at = 0.0

    def _fill(self, now: float) -> None:
        if now > self._filled_at:
            self._level = min(self.size, self._level + (now - self._filled_at) * self.rate_per_s)
            self._filled_at = now

    def has_one(self, now: float) -> bool:
        self._fill(now)
        return self._level >= 1.0

    def tokens(self, now: float) -> int:
        """How many calls may leave at `now`."""
        self._fill(now)
        return int(self._level)

    def take(self, now: float) -> None:
        """Take one token; the caller asked `has_one` before."""
        self._fill(now)
        self._level -= 1.0

    def charge(self, now: float) -> None:
        """Charge a call that left without asking: later calls wait for it, for a second at most, which is the window of
        carriers."""
        self._fill(now)
        self._level = max(self._level - 1.0, -max(1.0, self.rate_per_s))

    def next_at(self, now: float) -> float:
        """The time of the next token (monotonic seconds)."""
        self._fill(now)
        return now if self._level >= 1.0 else now + (1.0 - self._level) / self.rate_per_s
