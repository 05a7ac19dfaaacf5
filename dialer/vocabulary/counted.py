"""Numbers and their nouns."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """`1 agent is` or `2 agents are`, of `agent is` and `agents are`; without `many` an s is added."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
