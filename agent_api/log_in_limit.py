"""A limit on log-ins: so many for one account from one address within a minute."""

from __future__ import annotations

from collections import OrderedDict, deque

#: Log-ins for one account from one address, within `WINDOW_S`.
LIMIT = 5
WINDOW_S = 60.0
#: Pairs of account and address that are remembered; the one longest untouched is forgotten first.
MAX_PAIRS = 10_000


class LogInLimit:
    """A sliding window for each pair. Times are monotonic seconds."""

    def __init__(self, limit: int = LIMIT, window_s: float = WINDOW_S, max_pairs: int = MAX_PAIRS) -> None:
        self._limit = limit
        self._window_s = window_s
        self._max_pairs = max_pairs
        self._tries: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def wait_s(self, account: str, address: str, now: float) -> float:
        """How long until the next log-in may be tried; 0 is now, and counts it."""
        pair = (account, address)
        tries = self._tries.pop(pair, deque())
        while tries and tries[0] <= now - self._window_s:
            tries.popleft()
        self._tries[pair] = tries
        while len(self._tries) > self._max_pairs:
            self._tries.popitem(last=False)
        if len(tries) >= self._limit:
            return tries[0] + self._window_s - now
        tries.append(now)
        return 0.0

    def forgive(self, account: str, address: str) -> None:
        """A log-in succeeded: former tries do not count any more."""
        self._tries.pop((account, address), None)
