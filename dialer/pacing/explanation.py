"""Why a pacer decided as it did, in words."""

from __future__ import annotations

from collections.abc import Mapping


def explain(dial: int, shed: int, figures: Mapping[str, float]) -> str:
    return f"dials {dial}"
