"""Figures of cells under rules, kept as JSON lines, so that a long table can be made piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.pacing.cell import Cell
from bench.pacing.outcome import Figures


class Row(Struct, frozen=True):
    """One cell under one rule. `seeds` are first and last."""

    variant: str
    agents: int
    answer_rate: float
    rule: str
    seeds: tuple[int, int]
    figures: Figures

    def is_of(self, variant: str, cell: Cell, rule: str, seeds: range) -> bool:
        asked = (variant, cell.agents, cell.answer_rate, rule, (seeds[0], seeds[-1]))
        return (self.variant, self.agents, self.answer_rate, self.rule, self.seeds) == asked


def is_legal(figures: Figures, limit: float) -> bool:
    """Whether mean and p95 of the abandonment are within the limit, a part of 1."""
    return max(figures.abandonment.mean, figures.abandonment.p95) <= limit * 100


def read_rows(path: Path | None) -> list[Row]:
    """Those of the file; none if there is no file. Raises OSError, msgspec.ValidationError."""
    if path is None or not path.exists():
        return []
    decoder = msgspec.json.Decoder(Row)
    return [decoder.decode(line) for line in path.read_bytes().splitlines()]


def add_row(path: Path | None, row: Row) -> None:
    """Append it. Raises OSError."""
    if path is not None:
        with path.open("ab") as file:
            file.write(msgspec.json.encode(row) + b"\n")


def find(rows: Sequence[Row], variant: str, cell: Cell, rule: str) -> Row | None:
    """The latest of the cell and rule, whatever its seeds."""
    asked = (variant, cell.agents, cell.answer_rate, rule)
    return next((row for row in reversed(rows) if (row.variant, row.agents, row.answer_rate, row.rule) == asked), None)
