"""The virtual clock: an ordered agenda of due events. Nothing waits; the time is that of the next event."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush


class Agenda:
    """Seconds of a clock that begins at 0. Events due at the same time happen in the order of their entry."""

    def __init__(self) -> None:
        self.now = 0.0
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Enter `what`, due in `seconds`; a time in the past is now."""
        self._number += 1
        heappush(self._queue, (self.now + max(0.0, seconds), self._number, what))

    def run(self, until: float) -> None:
        """Let all events due by `until` happen, new ones included."""
        queue = self._queue
        while queue and queue[0][0] <= until:
            self.now, _, what = heappop(queue)
            what()
        self.now = max(self.now, until)

    def is_quiet(self, seconds: float) -> bool:
        """Whether nothing is due within the next `seconds`."""
        return not self._queue or self._queue[0][0] >= self.now + seconds
