"""Shifts that were played, kept as JSON lines, and the figures of cells under rules that they make.

A long table is made piece by piece: what a file has of the same program is not played again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

import bench.pacing
import dialer.pacing
from bench.pacing.cell import Cell
from bench.pacing.outcome import Figures, Outcome, summary
from bench.pacing.plan import Job


class Played(Struct, frozen=True):
    """One shift. `program`: which rules and harness played it, see `program`."""

    program: str
    job: Job
    outcome: Outcome


class Row(Struct, frozen=True):
    """One cell under one rule, over the seeds there are."""

    variant: str
    agents: int
    answer_rate: float
    rule: str
    figures: Figures


def program() -> str:
    """A fingerprint of the rules and of the harness: figures of others are not mixed with theirs. Raises OSError."""
    digest = hashlib.sha256()
    for package in (dialer.pacing, bench.pacing):
        for folder in package.__path__:
            for file in sorted(Path(folder).rglob("*.py")):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def is_legal(figures: Figures, limit: float) -> bool:
    """Whether mean and p95 of the abandonment are within the limit, a part of 1."""
    return max(figures.abandonment.mean, figures.abandonment.p95) <= limit * 100


def read_played(path: Path | None, by: str) -> dict[Job, Outcome]:
    """Those of the file that the program `by` played; none if there is no file. A last line that was cut off when a
    run was killed is left out. Raises OSError, msgspec.ValidationError."""
    if path is None or not path.exists():
        return {}
    decoder = msgspec.json.Decoder(Played)
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n") and line.strip()]
    return {each.job: each.outcome for each in map(decoder.decode, lines) if each.program == by}


def begin(path: Path | None) -> None:
    """Take a last line that was cut off out of the file, so that lines can be added. Raises OSError."""
    if path is None or not path.exists():
        return
    with path.open("r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)


def add_played(path: Path | None, played: Played) -> None:
    """Append it. Raises OSError."""
    if path is not None:
        with path.open("ab") as file:
            file.write(msgspec.json.encode(played) + b"\n")


def rows_of(jobs: Iterable[Job], outcomes: dict[Job, Outcome]) -> list[Row]:
    """The figures of the cells and rules of the jobs, in the jobs' order, from the shifts that there are of them."""
    found: dict[tuple[str, Cell, str], list[Outcome]] = {}
    for job in jobs:
        if job in outcomes:
            found.setdefault((job.variant, job.cell, job.rule), []).append(outcomes[job])
    return [
        Row(variant, cell.agents, cell.answer_rate, rule, summary(of_it))
        for (variant, cell, rule), of_it in found.items()
    ]


def find(rows: Sequence[Row], variant: str, cell: Cell, rule: str) -> Row | None:
    """The one of the cell and rule."""
    asked = (variant, cell.agents, cell.answer_rate, rule)
    return next((row for row in rows if (row.variant, row.agents, row.answer_rate, row.rule) == asked), None)
