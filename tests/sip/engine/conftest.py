from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from .rig import Engine


@pytest.fixture(autouse=True)
def leaves_nothing() -> Iterator[None]:
    """Descriptors and threads are after a test as before it."""
    descriptors = set(os.listdir("/proc/self/fd"))
    threads = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(5.0)
    assert set(threading.enumerate()) <= threads
    assert len(os.listdir("/proc/self/fd")) <= len(descriptors)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine with a trunk and a carrier on loopback."""
    with Engine(tmp_path) as running:
        running.configure()
        yield running


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Engine]:
    """An engine that was not configured yet."""
    with Engine(tmp_path) as running:
        yield running
