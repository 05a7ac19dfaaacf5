"""The order in which records are claimed: by rank, then by the time since which they are due.

A record given back to the top has rank TOP and a negative time, so that the one given back last is the next. Records
that were dialed before (RETRY) and records that never were (FRESH) have ranks of their own; a setting of the campaign
says which go first.
"""

from __future__ import annotations

from dialer.vocabulary.results import CallResult, RecordType

TOP = 0
FRESH = 5
RETRY = 6

RANKS: dict[RecordType, int] = {
    RecordType.PERSONAL_CALLBACK: 1,
    RecordType.CAMPAIGN_CALLBACK: 2,
    RecordType.PERSONAL_RESCHEDULED: 3,
    RecordType.CAMPAIGN_RESCHEDULED: 4,
    RecordType.GENERAL: FRESH,
    RecordType.NO_CALL: 9,
}

#: Ranks that come before all others, the first ones first.
FIRST_RANKS = (TOP, 1, 2, 3, 4)

#: All ranks that are claimed.
CLAIMED_RANKS = (*FIRST_RANKS, RETRY, FRESH)


def rank_sql(result: str = "result") -> str:
    """The rank by `place` of a record that was not given back to the top, as an expression of SQL."""
    kinds = " ".join(f"WHEN type = '{kind}' THEN {rank}" for kind, rank in RANKS.items() if kind != RecordType.GENERAL)
    return f"CASE {kinds} WHEN {result} IS NULL THEN {FRESH} ELSE {RETRY} END"


def place(
    kind: RecordType, due_at: float, result: CallResult | None, to_top_at: float | None = None
) -> tuple[int, float]:
    """Rank and queue time of a record that waits. `result` is that of its last attempt, None if it was never dialed;
    `to_top_at` is the time when it was given back to the top."""
    if to_top_at is not None and kind is not RecordType.NO_CALL:
        return TOP, -to_top_at
    if kind is RecordType.GENERAL and result is not None:
        return RETRY, due_at
    return RANKS[kind], due_at
