"""The English catalogue: a sentence for each key, in the message format of ICU (dialer.words.template)."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.words.en import (
    calls,
    decisions,
    desk,
    dialing,
    files,
    floor,
    general,
    imports,
    labels,
    notes,
    numbers,
    pacing,
    phones,
    rows,
    rules,
    test_calls,
    trunks,
    why,
    zones,
)

ROOMS = (
    *(general, desk, floor, dialing, phones, calls, why, trunks, labels, test_calls),
    *(pacing, decisions, rules),
    *(imports, files, rows, numbers, zones, notes),
)


def sentences() -> Mapping[str, str]:
    """All sentences. Raises ValueError for a key in two modules."""
    found: dict[str, str] = {}
    for room in ROOMS:
        twice = found.keys() & room.SENTENCES.keys()
        if twice:
            raise ValueError(f"two sentences for {', '.join(sorted(twice))}")
        found.update(room.SENTENCES)
    return found
