"""A check of any file answers in words: it never raises, and gives a reason for every refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import schema
from config.loader import check

EXAMPLE = "\n".join(file.read_text() for file in sorted(Path(schema.__file__).with_name("example").rglob("*.yaml")))
LINES = EXAMPLE.splitlines()
SPOILERS = [
    "null",
    "[]",
    "{}",
    "- a",
    '"',
    "'",
    "${X}",
    "file:x",
    "*a",
    "&a",
    "!x",
    "{a: b}",
    "[[a]]",
    "-1",
    "\t",
    "? ",
]

spoilt_line = st.tuples(
    st.integers(0, len(LINES) - 1), st.sampled_from(["drop", "value", "repeat"]), st.sampled_from(SPOILERS)
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any_text") / "any.yaml"


def verdict_in_words(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    report = check(file.parent, {})
    assert (report.settings is None) == bool(report.problems)
    assert all(problem.startswith(str(file.parent)) and "; " in problem for problem in report.problems)


@settings(max_examples=30, deadline=None)
@given(st.lists(spoilt_line, min_size=1, max_size=4))
def test_a_spoilt_example_is_answered_in_words(file: Path, spoilt: list[tuple[int, str, str]]) -> None:
    lines = list(LINES)
    for at, how, spoiler in spoilt:
        key, colon, _ = lines[at].partition(":")
        lines[at] = {"drop": "", "value": f"{key}{colon} {spoiler}", "repeat": f"{lines[at]}\n{lines[at]}"}[how]
    verdict_in_words(file, "\n".join(lines))


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_answered_in_words(file: Path, text: str) -> None:
    verdict_in_words(file, text)
