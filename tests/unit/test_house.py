"""The order of the modules, beyond the checks of import-linter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

CALL_FLOW = Path(__file__).parents[2] / "dialer" / "callflow"
MOST_ARROWS = 90
"""Arrows between the wings of the call flow: a pair of wings counts once, however many names go over it. The wings are
the folders; `dispatch`, `actions` and `test_call` are files that count like one."""


def arrows() -> Iterator[tuple[Path, Path]]:
    """The imports among files of the call flow."""
    for file in CALL_FLOW.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("dialer.callflow"):
                continue
            folder = CALL_FLOW.joinpath(*(node.module or "").split(".")[2:])
            for alias in node.names:
                imported = folder / f"{alias.name}.py"
                yield file, imported if imported.exists() else folder.with_suffix(".py")


def wing(file: Path) -> str:
    return file.relative_to(CALL_FLOW).parts[0].removesuffix(".py")


def without_circle(pairs: set[tuple[str, str]]) -> bool:
    left = pairs
    while left:
        kept = {(importer, imported) for importer, imported in left if imported in {each for each, _ in left}}
        if kept == left:
            return False
        left = kept
    return True


def test_the_wings_of_the_call_flow_are_few_and_in_no_circle() -> None:
    pairs = {(wing(one), wing(other)) for one, other in arrows() if wing(one) != wing(other)}
    assert len(pairs) <= MOST_ARROWS, len(pairs)
    assert without_circle(pairs)


def test_no_files_of_the_call_flow_import_each_other_in_a_circle() -> None:
    pairs = {(str(one), str(other)) for one, other in arrows()}
    assert len(pairs) > MOST_ARROWS, "the imports were not read"
    assert without_circle(pairs)
