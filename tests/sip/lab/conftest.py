"""What each test of the lab has to leave as it was."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

LAST_THREAD_S = 5.0


@pytest.fixture(autouse=True)
def leaves_no_descriptor_and_no_thread() -> Iterator[None]:
    """Open files and threads are after a test as before it."""
    descriptors = len(os.listdir("/proc/self/fd"))
    threads = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(LAST_THREAD_S)
    assert set(threading.enumerate()) <= threads
    assert len(os.listdir("/proc/self/fd")) <= descriptors
