"""A process that is short of file descriptors."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """Meanwhile this process can open so many more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fillers = []
    lowest_free = os.dup(0)
    os.close(lowest_free)
    highest = max(int(each) for each in os.listdir("/proc/self/fd"))
    try:
        while lowest_free < highest:
            fillers.append(os.dup(0))
            lowest_free = fillers[-1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(highest, lowest_free) + 1 + count, hard))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for each in fillers:
            os.close(each)
