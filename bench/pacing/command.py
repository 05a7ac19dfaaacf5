"""`cornetta bench pacing`: PACE-8h, pacing rules on a virtual shift of 8 h, cell by cell."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from bench.figures import tell, whole
from bench.pacing.cell import AGENTS, RATES, VARIANTS, Cell, varied
from bench.pacing.outcome import Figures, summary
from bench.pacing.runs import Job, play_all


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cells", default="all", help="agents x percent of answers, as 5x25,25x25; or all")
    parser.add_argument("--rules", default="progressive,vicidial:tapered", help="names with blanks or ; between")
    parser.add_argument("--seeds", default="1-20", help="from-to")
    parser.add_argument("--variant", choices=list(VARIANTS), default="base")
    parser.add_argument("--workers", type=whole(1, 2), default=1)


def run(options: argparse.Namespace) -> dict[str, Any]:
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    told = []
    for cell in _cells(options.cells):
        for rule in options.rules.replace(";", " ").split():
            jobs: list[Job] = [(varied(cell, options.variant), rule, seed) for seed in seeds]
            figures = summary(list(play_all(jobs, options.workers)))
            tell(_line(cell, rule, figures))
            told.append(
                {"agents": cell.agents, "answer_rate": cell.answer_rate, "rule": rule} | msgspec.to_builtins(figures)
            )
    return {"bench": "pacing", "variant": options.variant, "cells": told}


def _cells(text: str) -> list[Cell]:
    if text == "all":
        return [Cell(agents, rate) for agents in AGENTS for rate in RATES]
    pairs = [each.split("x") for each in text.split(",")]
    return [Cell(int(agents), float(percent) / 100) for agents, percent in pairs]


def _line(cell: Cell, rule: str, figures: Figures) -> str:
    lost = figures.abandonment
    return (
        f"{cell.agents:5} agents {cell.answer_rate:4.0%} {rule:24} {figures.utilisation:6.2f} % used, abandoned "
        f"{lost.mean:.2f} % (p95 {lost.p95:.2f}, worst {lost.worst:.2f}, worst hour {lost.worst_hour:.1f}), wait "
        f"{figures.wait_s:.1f} s, {figures.dials_per_answer:.2f} dials, {figures.decision_us:.0f} us"
    )
