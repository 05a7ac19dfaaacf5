from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.unit.runtime.desk import Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A running inbox and writer; afterwards no task is left."""
    before = asyncio.all_tasks()
    async with Desk() as made:
        yield made
    left = {task.get_name() for task in asyncio.all_tasks() - before - {asyncio.current_task()}}
    assert not left
