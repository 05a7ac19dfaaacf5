"""All reasons for people: codes with typed facts, one file for one kind. `python -m dialer.words` writes
the list of all of them with their sentences."""

from __future__ import annotations

from collections.abc import Iterator

from dialer.vocabulary.reasons import (
    calls,
    decisions,
    desk,
    dialing,
    files,
    floor,
    imports,
    labels,
    notes,
    numbers,
    pacing,
    phones,
    reason,
    rows,
    rule_failures,
    rules,
    status,
    test_calls,
    trunks,
    why,
    zones,
)
from dialer.vocabulary.reasons.reason import Reason

ROOMS = (
    *(reason, desk, floor, dialing, phones, calls, status, why, trunks, labels, test_calls),
    *(pacing, decisions, rules, rule_failures),
    *(imports, files, rows, numbers, zones, notes),
)


def all_reasons() -> tuple[type[Reason], ...]:
    """All reasons, in the order of modules and lines."""
    return tuple(kind for room in ROOMS for kind in _of(room.__name__))


def _of(room: str) -> Iterator[type[Reason]]:
    for kind in _below(Reason):
        if kind.__module__ == room:
            yield kind


def _below(kind: type[Reason]) -> Iterator[type[Reason]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
