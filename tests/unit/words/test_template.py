"""The message format of ICU, as far as the catalogue uses it."""

from __future__ import annotations

import pytest

from dialer.words.template import BadTemplate, read


@pytest.mark.parametrize(
    ("text", "facts", "said"),
    [
        ("Log in first.", {}, "Log in first."),
        ("{name} is {state}.", {"name": "spring", "state": "loaded"}, "spring is loaded."),
        ("There is no ''{name}''.", {"name": "x"}, "There is no 'x'."),
        ("The agent's '{number}' {a}", {"a": "b"}, "The agent's {number} b"),
        ("{n, plural, =0 {none} one {# record is} other {# records are}} due", {"n": 0}, "none due"),
        ("{n, plural, =0 {none} one {# record is} other {# records are}} due", {"n": 1}, "1 record is due"),
        ("{n, plural, =0 {none} one {# record is} other {# records are}} due", {"n": 7}, "7 records are due"),
        ("{who, select, agent {you} other {them}}", {"who": "agent"}, "you"),
        ("{who, select, agent {you} other {them}}", {"who": "trunk"}, "them"),
        (
            "{own, select, true {your} other {the agent''s}} {n, plural, one {x} other {{n}}}",
            {"own": False, "n": 2},
            "the agent's 2",
        ),
        ("Number #1", {}, "Number #1"),
        ("{a, number, ::.0} of {b, number, ::.000}", {"a": 3, "b": 0.12345}, "3.0 of 0.123"),
        ("due at {at, date}", {"at": 1_769_086_800.0}, "due at 2026-01-22 13:00 UTC"),
    ],
)
def test_a_sentence_is_filled(text: str, facts: dict[str, object], said: str) -> None:
    assert read(text).fill(facts, str) == said


def test_all_facts_of_a_sentence_are_known() -> None:
    text = "{a} {n, plural, one {{b} #} other {{c, select, x {{d}} other {}}}}"
    assert read(text).names() == {"a", "b", "c", "d", "n"}


@pytest.mark.parametrize(
    "text",
    [
        *("{name", "name}", "{not a name}", "{}", "{n, plural, one {x}}", "{n, select, a x other {y}}"),
        *("{n, number}", "{n, number, ::0}", "{n, number, ::.}", "{n, number, ::.#}", "{n, number, ::.0"),
    ],
)
def test_a_sentence_that_cannot_be_read_is_a_mistake(text: str) -> None:
    with pytest.raises(BadTemplate):
        read(text)
