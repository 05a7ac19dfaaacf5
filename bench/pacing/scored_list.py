"""A calling list of scored records; the dialer sees the next ones and may take them out of order."""

from __future__ import annotations

from collections.abc import Iterator

from bench.pacing.cell import Cell
from dialer.pacing.pacer import Decision, Traits

#: Records of the list that a pacer may choose from.
AHEAD = 64


class ScoredList:
    """Endless. The score is the record's answer rate at the mean of the shift: right on average, off by the profile."""

    def __init__(self, cell: Cell, records: Iterator[bool]) -> None:
        self._records = records
        self._traits = {high: Traits(score=cell.answer_rate * self._factor(cell, high)) for high in (False, True)}
        self._factors = {high: self._factor(cell, high) for high in (False, True)}
        self._ahead = [next(records) for _ in range(AHEAD)]

    @staticmethod
    def _factor(cell: Cell, high: bool) -> float:
        return 1 + cell.spread if high else 1 - cell.spread

    def upcoming(self) -> tuple[Traits, ...]:
        return tuple([self._traits[high] for high in self._ahead])

    def take(self, decision: Decision) -> list[tuple[float, Traits]]:
        """The records to dial, each with its factor on the present answer rate: those picked, then the first of the
        list."""
        picked = set(decision.pick[: decision.dial])
        taken = [self._ahead[place] for place in sorted(picked)]
        rest = [high for place, high in enumerate(self._ahead) if place not in picked]
        first = max(0, decision.dial - len(taken))
        taken += rest[:first] + [next(self._records) for _ in range(first - len(rest))]
        self._ahead = rest[first:]
        self._ahead += [next(self._records) for _ in range(AHEAD - len(self._ahead))]
        return [(self._factors[high], self._traits[high]) for high in taken]
