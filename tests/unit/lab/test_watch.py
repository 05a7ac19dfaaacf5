"""The demo goes through Asterisk where it can be had, and says why where it cannot."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from dialer.lab import asterisk
from dialer.lab.order import Order
from dialer.lab.watch import chosen


async def test_without_asterisk_the_demo_goes_on_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "SCRIPT", Path("/nowhere/chroot.sh"))
    said = StringIO()
    scenario, _ = Order("PREVIEW", 2, headless=False, via="auto", people=2).scenario(0.0)
    found = await chosen(scenario, Console(file=said, width=500))
    assert (found.via, found.browsers) == ("direct", 0)
    assert said.getvalue().startswith(
        "Without Asterisk, so that no browser can be a phone: /nowhere/chroot.sh is not there"
    )


async def test_a_way_that_was_ordered_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "SCRIPT", Path("/nowhere/chroot.sh"))
    scenario, _ = Order("PREVIEW", 2, headless=False, via="asterisk").scenario(0.0)
    assert await chosen(scenario, Console(file=StringIO())) is scenario
