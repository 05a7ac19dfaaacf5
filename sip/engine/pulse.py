"""The state of the owner thread and the process: the longest time between two polls, and memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import time
from collections.abc import Callable

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1_000_000
_STATM = "/proc/self/statm"


class _HeapFacts(ctypes.Structure):
    """struct mallinfo2 (mallinfo(3) of glibc, 2.33 and later), in bytes."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    )  # fmt: skip


class Pulse:
    """Measures the lag of one thread. `interval_s` is how often it is read."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._woke_at = time.monotonic()
        self._longest_s = 0.0
        # Open all the time, so that a process without free descriptors can still report.
        self._statm = os.open(_STATM, os.O_RDONLY | os.O_CLOEXEC)
        self._read_heap_mb = _heap_gauge()
        self.heap_mb = 0.0
        """Malloc's heap in use, by all threads, at the last look; 0 where the C library does not report it."""
        self.look_at_heap()

    def close(self) -> None:
        os.close(self._statm)

    def beat(self) -> None:
        """The thread is about to poll."""
        self._longest_s = max(self._longest_s, time.monotonic() - self._woke_at)

    def woke(self) -> None:
        """The thread came back from its poll."""
        self._woke_at = time.monotonic()

    def take_lag_ms(self) -> float:
        """The longest time between two polls since the last call, in ms."""
        longest, self._longest_s = self._longest_s, 0.0
        return round(longest * 1000, 3)

    def look_at_heap(self) -> None:
        """Takes some milliseconds where the heap has many gaps."""
        self.heap_mb = self._read_heap_mb()

    def rss_mb(self) -> float:
        return round(int(os.pread(self._statm, 256, 0).split()[1]) * _PAGE_MB, 1)


def _heap_gauge() -> Callable[[], float]:
    try:
        ask = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        return lambda: 0.0
    ask.restype = _HeapFacts

    def heap_mb() -> float:
        facts: _HeapFacts = ask()
        in_use: int = facts.uordblks + facts.hblkhd
        return round(in_use / 1_000_000, 1)

    return heap_mb


def give_back_memory() -> None:
    """Return unused memory of a past flood of calls or messages to the system. Only without calls, as it takes some
    milliseconds (malloc_trim(3) of glibc)."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
