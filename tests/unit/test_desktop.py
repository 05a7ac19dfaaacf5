"""What the desktop is built from is what the house says."""

from __future__ import annotations

from agent_api import document


def test_the_document_that_the_desktop_has_is_current() -> None:
    current = document.FILE.read_text(encoding="utf-8") == document.text()
    assert current, "run: make types"
