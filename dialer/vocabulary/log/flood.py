"""A bound on lines of one kind, so that the same event a thousand times a second fills no disk."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from structlog import DropEvent
from structlog.types import EventDict, WrappedLogger

#: The most lines of one kind at a time, and in the long run for each second.
BURST = 100
PER_S = 5.0
#: Lines of all kinds together.
BURST_OF_ALL = 2_000
PER_S_OF_ALL = 100.0
#: The bound at DEBUG, which is higher for the search of a fault.
DEBUG_FACTOR = 20
_MAX_KINDS = 500
#: The key by which the writer gives the kind of a line whose event is free text, as that of a library.
KIND = "kind_of_line"


@dataclass(slots=True)
class _Bucket:
    room: float
    at: float
    left_out: int = 0

    def take(self, now: float, burst: float, per_s: float) -> bool:
        self.room = min(burst, self.room + (now - self.at) * per_s)
        self.at = now
        if self.room < 1:
            self.left_out += 1
            return False
        self.room -= 1
        return True


class Flood:
    """A processor of structlog. A line beyond the bound is dropped; the next one of its kind has the count of dropped
    lines (`left_out`). Lines come from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kinds: OrderedDict[str, _Bucket] = OrderedDict()
        self._all = _Bucket(BURST_OF_ALL, clock())
        self._lock = threading.Lock()

    def __call__(self, _: WrappedLogger, level: str, line: EventDict) -> EventDict:
        kind = str(line.pop(KIND, None) or line.get("event", ""))[:100]
        factor = DEBUG_FACTOR if level == "debug" else 1
        with self._lock:
            now = self._clock()
            bucket = self._bucket(f"{level} {kind}", now, BURST * factor)
            if not bucket.take(now, BURST * factor, PER_S * factor):
                raise DropEvent
            if not self._all.take(now, BURST_OF_ALL, PER_S_OF_ALL * factor):
                bucket.left_out += 1
                raise DropEvent
            left_out, bucket.left_out = bucket.left_out, 0
        if left_out:
            line["left_out"] = left_out
        return line

    def _bucket(self, kind: str, now: float, burst: float) -> _Bucket:
        bucket = self._kinds.get(kind)
        if bucket is None:
            while len(self._kinds) >= _MAX_KINDS:
                self._kinds.popitem(last=False)
            bucket = self._kinds[kind] = _Bucket(burst, now)
        self._kinds.move_to_end(kind)
        return bucket
