from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A directory whose sockets have short paths, also where the tests' own are deep."""
    path = Path(tempfile.mkdtemp(prefix="wire"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(autouse=True)
def leaves_nothing() -> Iterator[None]:
    """Descriptors and threads are after a test as before it."""
    descriptors = os.listdir("/proc/self/fd")
    threads = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(5.0)  # asyncio waits for each child process in a thread that ends just after it
    assert set(threading.enumerate()) <= threads
    assert len(os.listdir("/proc/self/fd")) <= len(descriptors)


@pytest.fixture(autouse=True)
async def leaves_no_task(leaves_nothing: None) -> AsyncIterator[None]:
    yield
    assert asyncio.all_tasks() <= {asyncio.current_task()}
