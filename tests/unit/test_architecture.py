"""The architecture page shows the tables as they are."""

from __future__ import annotations

from dialer.diagrams import PAGE, blocks, redraw


def test_the_page_is_current() -> None:
    text = PAGE.read_text()
    assert redraw(text) == text, "run: python -m dialer.diagrams"


def test_the_page_has_every_table() -> None:
    text = PAGE.read_text()
    assert all(f"<!-- begin {name} -->" in text for name in blocks())
