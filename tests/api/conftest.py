from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from blockbuster import blockbuster_ctx

from .stage import Stage


@pytest.fixture(autouse=True)
async def leaves_nothing() -> AsyncIterator[None]:
    """A test ends with the tasks it began with, and without threads of ours."""
    before = asyncio.all_tasks()
    yield
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert not left - {asyncio.current_task()}, f"tasks are left: {left}"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("passwords")]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage() as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_blocks() -> Iterator[None]:
    """What blocks in a coroutine of ours fails its test."""
    with blockbuster_ctx(scanned_modules=["agent_api"]):
        yield
