"""A bound on repetitions: some at once, then at a low rate. For events, faults and log lines that a peer can cause in
any number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    left_out: int = 0


class Allowance:
    """One bucket for each name. `at_once` may come together, `per_s` after that; at most `names_max` names have buckets
    of their own, further ones share one. Used by one thread."""

    def __init__(self, at_once: int = 10, per_s: float = 0.2, names_max: int = 1000) -> None:
        self._at_once = at_once
        self._per_s = per_s
        self._names_max = names_max
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str, now_s: float) -> int | None:
        """None if the bound is reached, else the number of this name left out since the last one that passed."""
        if name not in self._buckets and len(self._buckets) >= self._names_max:
            self._forget_quiet(now_s)
            name = name if len(self._buckets) < self._names_max else ""
        bucket = self._buckets.setdefault(name, _Bucket(self._at_once, now_s))
        bucket.tokens = min(self._at_once, bucket.tokens + (now_s - bucket.at) * self._per_s)
        bucket.at = now_s
        if bucket.tokens < 1:
            bucket.left_out += 1
            return None
        bucket.tokens -= 1
        left_out, bucket.left_out = bucket.left_out, 0
        return left_out

    def forget(self, name: str) -> None:
        self._buckets.pop(name, None)

    def _forget_quiet(self, now_s: float) -> None:
        """Forget names whose bucket is full again."""
        full_after_s = self._at_once / self._per_s
        self._buckets = {name: each for name, each in self._buckets.items() if now_s - each.at < full_after_s}
