"""Values that agents write into typed fields."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import DataField
from dialer.records.typed_value import problem
from dialer.vocabulary.limits import VALUE_LENGTH
from dialer.words import say


def field(type_: str, **more: Any) -> DataField:
    return DataField.model_validate({"key": "x", "label": "Customer since", "type": type_, "editable": True, **more})


GOOD = {
    "text": ["Straße 7, 2. Stock", "two\nlines", "0", "=1+1"],
    "integer": ["0", "-7", "+3", "000123"],
    "decimal": ["1", "12.50", "-0.5"],
    "boolean": ["true", "False", "yes", "no"],
    "date": ["2026-01-31", "2024-02-29"],
    "date_time": ["2026-01-31T14:30", "2026-01-31 14:30:59", "2026-01-31T14:30Z", "2026-01-31T14:30:00+02:00"],
    "url": ["https://example.net", "http://[2001:db8::1]:8080/a?b=c"],
    "phone": ["+442079460123", "+44 20 7946 0123", "+12025550123"],
}
BAD = {
    "text": ["a\x00b", "\x1b[31m"],
    "integer": ["abc", "1.5", "1e3", " 1", "1 000", "٣", "9" * 19, "--1"],
    "decimal": ["12,50", "1.", ".5", "NaN", "inf", "1e3"],
    "boolean": ["1", "ja", "maybe"],
    "date": ["32/13/2020", "2026-02-29", "2026-1-3", "20260131", "2026-01-31T10:00", "today", "2026-W05-1"],
    "date_time": ["2026-01-31", "2026-01-31T25:00", "31.01.2026 14:30", "2026-01-31T14"],
    "url": ["example.net", "javascript:alert(1)", "https://", "https://a b", "http://[::1", "ftp://example.net"],
    "phone": ["020 7946 0123", "none", "+44", "+442079460123 or +442079460124"],
}


@pytest.mark.parametrize(("type_", "value"), [(type_, value) for type_, values in GOOD.items() for value in values])
def test_a_value_of_its_type_is_taken(type_: str, value: str) -> None:
    assert problem(field(type_), value) is None


@pytest.mark.parametrize(("type_", "value"), [(type_, value) for type_, values in BAD.items() for value in values])
def test_another_is_refused_with_the_field_and_what_to_write(type_: str, value: str) -> None:
    found = problem(field(type_), value)
    assert found is not None
    sentence = say(found)
    assert found.code == "bad_value"
    assert sentence.startswith("Customer since ")
    assert "; write it anew" in sentence or "; write " in sentence
    assert "\\d" not in sentence
    assert "[0-9]" not in sentence


def test_a_choice_is_one_of_those_that_are_offered() -> None:
    plan = field("choice", choices=("Basic", "Plus"))
    assert problem(plan, "Plus") is None
    found = problem(plan, "plus")
    assert found is not None
    assert found.code == "unknown_choice"
    assert say(found) == "'plus' is no choice of Customer since; take one of Basic, Plus."


def test_the_length_of_a_field_is_that_of_the_configuration() -> None:
    assert problem(field("text", max_length=5), "12345") is None
    found = problem(field("text", max_length=5), "123456")
    assert found is not None
    assert found.code == "value_too_long"
    assert say(found) == "Customer since has 6 characters; write at most 5."
    assert problem(field("text"), "x" * VALUE_LENGTH) is None
    assert problem(field("text"), "x" * (VALUE_LENGTH + 1)) is not None


@pytest.mark.parametrize("type_", GOOD)
def test_a_field_may_be_emptied(type_: str) -> None:
    assert problem(field(type_), "") is None


def test_a_long_value_is_not_repeated_in_full() -> None:
    found = problem(field("integer"), "x" * 2000)
    assert found is not None
    assert len(say(found)) < 200
