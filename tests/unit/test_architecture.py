"""The pages show the present tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.diagrams import PAGES, blocks, redraw


@pytest.mark.parametrize("page", PAGES, ids=[each.name for each in PAGES])
def test_the_page_is_current(page: Path) -> None:
    text = page.read_text()
    assert redraw(text) == text, "run: python -m dialer.diagrams"


def test_the_pages_have_every_table() -> None:
    text = "".join(page.read_text() for page in PAGES)
    assert all(f"<!-- begin {name} -->" in text for name in blocks())
