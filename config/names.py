"""Names by which sections refer to each other: they are unique, and references exist.

Works on the plain tree of the files, so that a wrong reference is found also in an item that has other mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from config.consistency import Inconsistency
from config.documents import Value
from config.problems import Path

Item = tuple[Path, dict[str, Value]]

NAMED = ("engines", "trunks", "phones", "teams", "users", "campaigns")

#: Section, key, the section with the names, and the noun for one of them.
REFERENCES = (
    ("campaigns", "teams", "teams", "team"),
    ("campaigns", "trunks", "trunks", "trunk"),
    ("phones", "trunk", "trunks", "trunk"),
    ("users", "teams", "teams", "team"),
    ("users", "phone", "phones", "phone"),
)


def misnamed(tree: dict[str, Value]) -> Iterator[Inconsistency]:
    """Names that are given twice, and references to unknown names."""
    for section in NAMED:
        yield from _given_twice(tree, section)
    for section, key, target, kind in REFERENCES:
        known = {name for _, item in _items(tree, target) if isinstance(name := item.get("name"), str)}
        for path, name in _references(tree, section, key):
            if name.rpartition("@")[2] not in known:
                yield Inconsistency(path, unknown(kind, name.rpartition("@")[2], known))


def unknown(kind: str, name: str, known: set[str]) -> str:
    """The problem of an unknown `kind`, with the name that may be meant."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"there is no {kind} {name!r}; did you mean {close[0]}?"
    remedy = f"use one of {', '.join(names[:10])}, or add it" if names else "add it"
    return f"there is no {kind} {name!r}; {remedy}"


def _items(tree: dict[str, Value], section: str) -> Iterator[Item]:
    items = tree.get(section)
    for at, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield (section, at), item


def _given_twice(tree: dict[str, Value], section: str) -> Iterator[Inconsistency]:
    seen: set[str] = set()
    for path, item in _items(tree, section):
        name = item.get("name")
        if isinstance(name, str):
            if name in seen:
                yield Inconsistency((*path, "name"), f"the name {name!r} is given twice in {section}; choose another")
            seen.add(name)


def _references(tree: dict[str, Value], section: str, key: str) -> Iterator[tuple[Path, str]]:
    for path, item in _items(tree, section):
        value = item.get(key)
        if isinstance(value, str):
            yield (*path, key), value
        elif isinstance(value, list):
            for at, name in enumerate(value):
                if isinstance(name, str):
                    yield (*path, key, at), name
