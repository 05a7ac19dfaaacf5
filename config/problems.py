"""Mistakes in a configuration: place, reason and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: The path of a value: keys of mappings and positions in lists.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of a file, counted from 1; 0 stands for the file as a whole."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `path` is spelled by `spell`; empty for a whole file."""

    mark: Mark
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.mark}: {self.path}: {self.reason}" if self.path else f"{self.mark}: {self.reason}"


def spell(path: Path, tree: object) -> str:
    """A path as people write it: `trunks[carrier].host`; an item without a name shows its position, from 1."""
    words = ""
    for step in path:
        tree = _below(tree, step)
        if isinstance(step, int):
            words += f"[{_title(tree) or step + 1}]"
        else:
            words += f".{step}" if words else step
    return words


def _below(tree: object, step: str | int) -> object:
    if isinstance(tree, Mapping):
        return tree.get(step)
    if isinstance(tree, list) and isinstance(step, int) and step < len(tree):
        return tree[step]
    return None


def _title(item: object) -> str:
    """Name or code of an item of a list."""
    if isinstance(item, Mapping):
        for key in ("name", "code", "key"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return ""
