"""`cornetta bench pacing`: PACE-8h, pacing rules on a virtual shift of eight hours, cell by cell and seed by seed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec

from bench.figures import tell, whole
from bench.pacing import plan
from bench.pacing.cell import VARIANTS, Cell, varied
from bench.pacing.outcome import summary
from bench.pacing.page import FOLDER, PAGE, write_page
from bench.pacing.rows import Row, add_row, is_legal, read_rows
from bench.pacing.runs import check, play_all


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cells", type=plan.cells, default="all", help="agents x percent of answers: 5x25,25x25")
    parser.add_argument("--rules", nargs="+", default=list(plan.RULES), help="names of rules, as predictive ratio:2")
    parser.add_argument("--seeds", type=plan.seeds, help="from-to; usually 1-20, fewer for large teams")
    parser.add_argument("--variant", choices=list(VARIANTS), default="base", help="what differs from PACE-8h")
    parser.add_argument("--short", action="store_true", help="5 and 25 agents, 25 %% answers, seeds 1-5, three rules")
    parser.add_argument("--workers", type=whole(1, 64), default=1, help="processes that play")
    parser.add_argument("--results", type=Path, help="keep figures in this file; those it has are not played again")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=FOLDER, metavar="FOLDER", help=f"write {PAGE} and its plot there"
    )


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Play; raises UnknownRule, Untuned or OSError."""
    if options.short:
        options.cells = [Cell(agents, plan.SHORT_RATE) for agents in plan.SHORT_AGENTS]
        options.rules, options.seeds = list(plan.SHORT_RULES), plan.SHORT_SEEDS
    rules = [rule for each in options.rules for rule in each.split()]
    for cell in options.cells:
        for rule in rules:
            check(cell, rule)
    known = read_rows(options.results)
    rows = [_row(options, known, cell, rule) for cell in options.cells for rule in rules]
    if options.write is not None:
        write_page([*known, *rows], options.write)
    return {"bench": "pacing", "variant": options.variant, "cells": [_told(options.variant, row) for row in rows]}


def _row(options: argparse.Namespace, known: list[Row], cell: Cell, rule: str) -> Row:
    variant = options.variant
    seeds = options.seeds or plan.seeds_for(cell.agents, rule)
    for row in known:
        if row.is_of(variant, cell, rule, seeds):
            return row
    played = varied(cell, variant)
    figures = summary(list(play_all([(played, rule, seed) for seed in seeds], options.workers)))
    row = Row(variant, cell.agents, cell.answer_rate, rule, (seeds[0], seeds[-1]), figures)
    add_row(options.results, row)
    tell(_line(row))
    return row


def _told(variant: str, row: Row) -> dict[str, Any]:
    limit = varied(Cell(row.agents, row.answer_rate), variant).limit
    figures: dict[str, Any] = msgspec.to_builtins(row.figures)
    cell = {"agents": row.agents, "answer_rate": row.answer_rate, "rule": row.rule}
    return {**cell, **figures, "legal": is_legal(row.figures, limit)}


def _line(row: Row) -> str:
    figures, lost = row.figures, row.figures.abandonment
    return (
        f"{row.agents:5} agents {row.answer_rate:4.0%} {row.rule:18} {figures.utilisation:6.2f} % used, abandoned "
        f"{lost.mean:.2f} % (p95 {lost.p95:.2f}, worst {lost.worst:.2f}, worst hour {lost.worst_hour:.1f}), wait "
        f"{figures.wait_s:.1f} s, {figures.dials_per_answer:.2f} dials per answer, {figures.decision_us:.0f} us"
    )
