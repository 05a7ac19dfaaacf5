"""Played shifts, kept as JSON lines, and the figures of cells and rules from them.

A long table is made in parts: shifts in the file of the same program are not played again.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.pacing.cell import Cell
from bench.pacing.outcome import Figures, Outcome, summary
from bench.pacing.plan import Job

#: The sources of a rule, by the first part of its name; those of a shift; and those that make rules from names.
RULE_MODULES = {
    "progressive": "dialer.pacing.progressive",
    "predictive": "dialer.pacing.predictive",
    "ratio": "dialer.pacing.baselines.ratio",
    "vicidial": "dialer.pacing.baselines.vicidial",
    "erlang": "dialer.pacing.baselines.erlang",
    "renewal": "dialer.pacing.baselines.renewal",
    "oracle": "dialer.pacing.baselines.oracle",
}
HARNESS_MODULES = ("bench.pacing.shift", "bench.pacing.tuned")
PARSERS = ("bench.pacing.runs", "dialer.pacing.rules")
OURS = ("bench.pacing", "dialer.pacing")


class Played(Struct, frozen=True):
    """One shift. `program`: the fingerprint of its rule and harness, see `program`."""

    program: str
    job: Job
    outcome: Outcome


class Row(Struct, frozen=True):
    """One cell under one rule, over the played seeds."""

    variant: str
    agents: int
    answer_rate: float
    rule: str
    figures: Figures


def program(rule: str) -> str:
    """A fingerprint of the sources of rule and harness: figures of other versions are not mixed with theirs, and those
    of a rule stay when another one changes. Raises OSError, KeyError."""
    known: dict[str, Path] = {}
    for start in (RULE_MODULES[rule.partition(":")[0]], *HARNESS_MODULES):
        _collect(start, known)
    digest = hashlib.sha256()
    for name in sorted({*known, *PARSERS}):
        digest.update(_source(name).read_bytes())
    return digest.hexdigest()[:12]


def _collect(name: str, known: dict[str, Path]) -> None:
    """A module and what it imports of ours, into `known`."""
    if name in known:
        return
    known[name] = _source(name)
    for node in ast.walk(ast.parse(known[name].read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith(OURS):
            _collect(node.module, known)


def _source(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise KeyError(name)
    return Path(found.origin)


def is_legal(figures: Figures, limit: float) -> bool:
    """Whether mean and p95 of the abandonment are within the limit, a part of 1."""
    return max(figures.abandonment.mean, figures.abandonment.p95) <= limit * 100


def read_played(path: Path | None) -> dict[Job, Outcome]:
    """The shifts in the file that the present program played; none without a file. A last line that a killed run left
    incomplete is left out. Raises OSError, msgspec.ValidationError."""
    if path is None or not path.exists():
        return {}
    decoder = msgspec.json.Decoder(Played)
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n") and line.strip()]
    played = list(map(decoder.decode, lines))
    programs = {rule: program(rule) for rule in {each.job.rule for each in played}}
    return {each.job: each.outcome for each in played if each.program == programs[each.job.rule]}


def begin(path: Path | None) -> None:
    """Remove an incomplete last line from the file, so that lines can be added. Raises OSError."""
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
    """The figures of the cells and rules of the jobs, in the jobs' order, from their played shifts."""
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
