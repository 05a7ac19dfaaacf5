"""The chance of a live answer that a calling list names for each of its records."""

from __future__ import annotations

#: The column of a list that has it.
SCORE_FIELD = "answer_score"


def answer_score(text: str) -> float | None:
    """0 to 1, out of `0.35` or `35%`; None for an empty text. Raises ValueError for anything else."""
    text = text.strip()
    if not text:
        return None
    score = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 <= score <= 1:
        raise ValueError(f"{text} is no share")
    return score
