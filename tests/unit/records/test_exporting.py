"""Exported text is never executed by spreadsheets."""

from __future__ import annotations

import csv

import pytest

from dialer.records.exporting import csv_line, neutral


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1", "=HYPERLINK(1)"],
)
def test_formulas_become_text(text: str) -> None:
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", ["+442079460001", "-5", "3.14", "-1,5", "Ada", "", "a=b", "12:30"])
def test_numbers_and_words_stay(text: str) -> None:
    assert neutral(text) == text


def test_values_that_are_no_text() -> None:
    assert [neutral(value) for value in (None, 5, -1.5, True, "a\0b")] == ["", "5", "-1.5", "True", "ab"]


def test_a_row_is_read_back_as_it_was() -> None:
    row = ["+442079460001", 'Ada "Example", Ltd', "one\ntwo", "x"]
    line = csv_line(row)
    assert line.endswith("\r\n")
    assert next(csv.reader([line])) == row
