"""The cost of a process: processor time and memory, as counted by the kernel (proc(5))."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Self

from msgspec import Struct

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
#: Fields of /proc/PID/stat after the name in brackets: the state is field 3.
_UTIME, _STIME = 14 - 3, 15 - 3


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used, user and system, all its threads. Raises OSError when it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS_PER_S


def rss_mb(pid: int) -> float:
    """Memory in use (resident set) in MB of 10^6 bytes. Raises OSError when the process is gone."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * _PAGE_BYTES / 1e6, 1)


def children(pid: int) -> tuple[int, ...]:
    """Living processes that this one started."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        found.update(int(child) for child in (task / "children").read_text().split())
    return tuple(sorted(found))


class Reading(Struct, frozen=True):
    """Processor time of a process at a moment (monotonic seconds)."""

    pid: int
    at: float
    used_s: float

    @classmethod
    def take(cls, pid: int) -> Self:
        return cls(pid, time.monotonic(), cpu_s(pid))

    def age_s(self) -> float:
        """Seconds since this reading."""
        return time.monotonic() - self.at

    def cores_since(self) -> float:
        """Cores that the process has used on average since this reading."""
        return (cpu_s(self.pid) - self.used_s) / (time.monotonic() - self.at)

    def seconds_since(self) -> float:
        """Processor seconds that it has used since this reading."""
        return cpu_s(self.pid) - self.used_s
