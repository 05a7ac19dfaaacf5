from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dialer.compliance.wall_clock import local_time
from tests.unit.callflow.house import LONDON, NOON
from tests.unit.runtime.desk import Desk


@pytest.fixture(autouse=True, scope="session")
def known_zone() -> None:
    """A zone is read from its file once in a process; here it is read before any test uses it on the loop."""
    local_time(LONDON, NOON)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A running inbox and writer."""
    async with Desk() as made:
        yield made
