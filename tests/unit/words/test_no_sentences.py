"""Call flow, views and domain hold no English: people read reasons, whose sentences are in the catalogue.

A sentence is a string of several words, or one that ends like a sentence, outside docstrings. Other strings are written
so that they do not look like one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

DIALER = Path(__file__).parents[3] / "dialer"
SILENT = (
    *("callflow", "views", "campaigns", "agents", "interactions", "records", "trunks", "compliance", "pacing"),
    *("world", "core"),
)
#: A file whose sentences are for engineers alone, about defects.
FOR_ENGINEERS = frozenset({Path("world/joint.py")})
#: Begins of text with blanks that is no English: formats and phrases of other languages.
NO_ENGLISH = re.compile(
    r"Temporarily Unavailable$|sip:|<sip:|CASE WHEN|%|\[0-9\]|[A-Z0-9/-]+( [A-Z0-9/-]+)+$|[A-Z][a-z]+/[A-Z]"
)


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string of a module but docstrings; a f-string with its expressions as {}."""
    silent = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            silent |= {id(each.value) for each in node.body if isinstance(each, ast.Expr)}
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(each) for each in node.values}
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _is_defect(node.exc):
            silent |= {id(each) for each in ast.walk(node.exc)}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _is_defect(call: ast.Call) -> bool:
    """Whether it is the message of a defect, which only engineers read."""
    named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return named in ("TypeError", "ValueError", "AssertionError", "DecodeError")


def is_sentence(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{2,}", text.replace("{}", ""))
    ends = text.endswith((".", ":", ";")) and len(words) > 0 and " " in text
    return (len(words) > 1 and " " in text.strip()) or ends


def sentences_of(file: Path) -> list[str]:
    found = ((line, text) for line, text in strings(ast.parse(file.read_text())) if is_sentence(text))
    return [f"{line}: {text}" for line, text in found if not NO_ENGLISH.match(text)]


FILES = sorted(
    file for part in SILENT for file in (DIALER / part).rglob("*.py") if file.relative_to(DIALER) not in FOR_ENGINEERS
)


def name(file: Path) -> str:
    return str(file.relative_to(DIALER))


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_sentence_stands_in_call_flow_views_and_domain(file: Path) -> None:
    assert sentences_of(file) == []


def test_sentences_are_found() -> None:
    code = 'def f(x):\n    """A docstring, no sentence."""\n    say(f"{x} is busy now")\n    return "Log in first."\n'
    found = [text for _, text in strings(ast.parse(code)) if is_sentence(text)]
    assert sorted(found) == ["Log in first.", "{} is busy now"]
    assert not is_sentence("phone_failed")
    assert not is_sentence("ring_again/{}")
