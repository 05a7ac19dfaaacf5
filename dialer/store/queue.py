"""The order in which records are claimed: rank, then the time since which they are due.

A record given back to the top has rank TOP and a negative time, so that the one given back last is the next.
"""

from __future__ import annotations

from dialer.vocabulary.results import RecordType

TOP = 0

RANKS: dict[RecordType, int] = {
    RecordType.PERSONAL_CALLBACK: 1,
    RecordType.CAMPAIGN_CALLBACK: 2,
    RecordType.PERSONAL_RESCHEDULED: 3,
    RecordType.CAMPAIGN_RESCHEDULED: 4,
    RecordType.GENERAL: 5,
    RecordType.NO_CALL: 9,
}

#: Ranks that are claimed, the first ones first.
CLAIMED_RANKS = (TOP, 1, 2, 3, 4, 5)


def place(kind: RecordType, due_at: float, to_top_at: float | None = None) -> tuple[int, float]:
    """Rank and queue time of a record that waits; `to_top_at` is when it was given back to the top."""
    if to_top_at is None or kind is RecordType.NO_CALL:
        return RANKS[kind], due_at
    return TOP, -to_top_at
