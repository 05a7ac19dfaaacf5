from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from blockbuster import blockbuster_ctx

from .stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage() as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_blocks() -> Iterator[None]:
    """A blocking call in a coroutine of ours fails its test."""
    with blockbuster_ctx(scanned_modules=["agent_api"]):
        yield
