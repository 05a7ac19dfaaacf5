"""Shifts that were played, kept as JSON lines, and the figures of cells under rules that they make.

A long table is made piece by piece: what a file has of the same program is not played again.
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

#: What a rule is made of, by the first part of its name; what a shift is made of; and who makes rules from names.
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
    """One shift. `program`: which rule and harness played it, see `program`."""

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


def program(rule: str) -> str:
    """A fingerprint of the rule and of the harness, by the sources that they are made of: figures of others are not
    mixed with theirs, and those of a rule stay when another one changes. Raises OSError, KeyError."""
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
    """Those of the file that the present program played; none if there is no file. A last line that was cut off when
    a run was killed is left out. Raises OSError, msgspec.ValidationError."""
    if path is None or not path.exists():
        return {}
    decoder = msgspec.json.Decoder(Played)
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n") and line.strip()]
    played = list(map(decoder.decode, lines))
    programs = {rule: program(rule) for rule in {each.job.rule for each in played}}
    return {each.job: each.outcome for each in played if each.program == programs[each.job.rule]}


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
