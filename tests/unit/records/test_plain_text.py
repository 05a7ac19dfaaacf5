"""Text of people, as it is stored."""

from __future__ import annotations

import pytest

from dialer.vocabulary.plain_text import one_line, paragraphs


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("went home", "went home"),
        ("  went\thome\r\n", "went home"),
        ("\x1b]0;title\x07went\x9b2J home", "]0;title went 2J home"),
        ("paid\u2028\u202etwice\u200b", "paid twice"),
        ("Zoë \U0001f469\u200d\U0001f4bb", "Zoë \U0001f469\u200d\U0001f4bb"),
        ("\x1b\x07\u202e", ""),
    ],
)
def test_a_line_has_no_control_character_and_nothing_that_nobody_sees(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("first\r\n\tsecond\n", "first\r\n\tsecond\n"),
        ("first\x0bsecond\x85third\u2029", "first second\nthird\n"),
        ("\x1b[31mred\u202e", " [31mred"),
    ],
)
def test_a_note_keeps_its_lines(typed: str, kept: str) -> None:
    assert paragraphs(typed) == kept
