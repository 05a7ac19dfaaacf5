"""Checks that our code never blocks the event loop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blockbuster import blockbuster_ctx

PRODUCT = ("agent_api", "config", "dialer", "sip")


@pytest.fixture(autouse=True)
def nothing_blocks() -> Iterator[None]:
    """A call that waits for a disk, a lock or a socket on the event loop raises BlockingError."""
    with blockbuster_ctx(PRODUCT) as guard:
        for function in guard.functions.values():
            # The traceback of a defect in a log line shows source lines, which are read from files.
            function.can_block_in("structlog/_base.py", {"_process_event"})
        yield
