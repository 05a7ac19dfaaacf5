"""`cornetta bench pacing`: PACE-8h, pacing rules on a virtual shift of eight hours, cell by cell and seed by seed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from bench.figures import Unmeasurable, between, tell, whole
from bench.pacing import plan
from bench.pacing.cell import VARIANTS, Cell, varied
from bench.pacing.outcome import Outcome
from bench.pacing.page import FOLDER, PAGE, write_page
from bench.pacing.plan import Job
from bench.pacing.rows import Played, Row, add_played, begin, is_legal, program, read_played, rows_of
from bench.pacing.runs import check, play_all
from bench.pacing.tuned import settled
from dialer.pacing.rule_check import problem_of
from dialer.pacing.rules import UnknownRule

MINUTE_S = 60.0
#: How often a long run prints its progress.
TELL_S = 30.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cells", type=plan.cells, default="all", help="agents x percent of answers: 5x25,25x25")
    parser.add_argument("--rules", nargs="+", default=list(plan.RULES), help="names of rules, as predictive ratio:2")
    parser.add_argument("--seeds", type=plan.seeds, help="from-to; usually 1-20, fewer for large teams")
    parser.add_argument("--variant", choices=list(VARIANTS), default=plan.BASE, help="what differs from PACE-8h")
    parser.add_argument("--hours", type=between(0.1, 24), default=8.0, help="length of the shift: 8 is PACE-8h")
    parser.add_argument("--short", action="store_true", help="5 and 25 agents, 25 %% answers, seeds 1-5, three rules")
    parser.add_argument("--page", action="store_true", help="all cells, rules and variants that the page tells of")
    parser.add_argument("--workers", type=whole(1, 64), default=1, help="processes that play")
    parser.add_argument("--minutes", type=whole(0, 1440), help="begin no shift after so many minutes")
    parser.add_argument("--results", type=Path, help="keep shifts in this file; those it has are not played again")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=FOLDER, metavar="FOLDER", help=f"write {PAGE} and its plot there"
    )


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Play; raises Unmeasurable, UnknownRule, Untuned or OSError."""
    _look_at(options.write, options.results)
    jobs = _jobs(options)
    if not options.page:
        for cell, rule in dict.fromkeys((job.cell, job.rule) for job in jobs):
            check(cell, rule)
            unfit = problem_of(settled(rule, cell))
            if unfit is not None:
                raise UnknownRule(rule, unfit)
    outcomes = read_played(options.results)
    begin(options.results)
    try:
        _play(options, jobs, outcomes)
    finally:
        rows = rows_of(jobs, outcomes)
        if options.write is not None and rows:
            write_page(rows, options.write, sum(job in outcomes for job in jobs), len(jobs))
    told = {"bench": "pacing", "variant": options.variant, "cells": [_told(row) for row in rows]}
    return {**told, "shifts": sum(job in outcomes for job in jobs), "of_shifts": len(jobs)}


def _look_at(folder: Path | None, results: Path | None) -> None:
    """Try paths before hours are played for them; raises Unmeasurable."""
    if folder is not None and not folder.is_dir():
        raise Unmeasurable(f"--write {folder}: no folder is there; make it first")
    if results is not None and not results.parent.is_dir():
        raise Unmeasurable(f"--results {results}: there is no folder {results.parent}; make it first")


def _jobs(options: argparse.Namespace) -> list[Job]:
    if options.page:
        return plan.page_jobs()
    if options.short:
        cells = [Cell(agents, plan.SHORT_RATE) for agents in plan.SHORT_AGENTS]
        return plan.jobs_of(options.variant, cells, plan.SHORT_RULES, plan.SHORT_SEEDS)
    rules = [rule for each in options.rules for rule in each.split()]
    cells = [replace(cell, hours=options.hours) for cell in options.cells]
    return plan.jobs_of(options.variant, cells, rules, options.seeds)


def _play(options: argparse.Namespace, jobs: Sequence[Job], outcomes: dict[Job, Outcome]) -> None:
    """Play the jobs without an outcome, and keep each outcome as it comes."""
    left = [job for job in jobs if job not in outcomes]
    programs = {rule: program(rule) for rule in {job.rule for job in left}}
    open_seeds: dict[tuple[str, Cell, str], int] = {}
    for job in left:
        of = (job.variant, job.cell, job.rule)
        open_seeds[of] = open_seeds.get(of, 0) + 1
    expected_s = plan.planned_s(left, options.workers)
    tell(f"{len(left)} shifts of {len(jobs)} to play, about {expected_s / MINUTE_S:.0f} minutes")
    within_s = None if options.minutes is None else options.minutes * MINUTE_S
    began, told_at, done_s = time.monotonic(), time.monotonic(), 0.0
    for number, (job, outcome) in enumerate(play_all(left, options.workers, within_s), 1):
        outcomes[job] = outcome
        add_played(options.results, Played(programs[job.rule], job, outcome))
        of = (job.variant, job.cell, job.rule)
        open_seeds[of] -= 1
        if not open_seeds[of]:
            same = [each for each in jobs if (each.variant, each.cell, each.rule) == of]
            tell(_line(rows_of(same, outcomes)[0]))
        done_s += plan.cost_s(job) / options.workers
        if time.monotonic() - told_at >= TELL_S:
            told_at = time.monotonic()
            to_go_s = (expected_s - done_s) * (told_at - began) / done_s
            tell(f"{number} of {len(left)} shifts, about {to_go_s / MINUTE_S:.0f} minutes to go")


def _told(row: Row) -> dict[str, Any]:
    limit = varied(Cell(row.agents, row.answer_rate), row.variant).limit
    figures: dict[str, Any] = msgspec.to_builtins(row.figures)
    cell = {"variant": row.variant, "agents": row.agents, "answer_rate": row.answer_rate, "rule": row.rule}
    return {**cell, **figures, "legal": is_legal(row.figures, limit)}


def _line(row: Row) -> str:
    figures, lost = row.figures, row.figures.abandonment
    return (
        f"{row.agents:5} agents {row.answer_rate:4.0%} {row.rule:18} {figures.utilisation:6.2f} % used, abandoned "
        f"{lost.mean:.2f} % (p95 {lost.p95:.2f}, worst {lost.worst:.2f}, worst hour {lost.worst_hour:.1f}), wait "
        f"{figures.wait_s:.1f} s, {figures.dials_per_answer:.2f} dials per answer, {figures.decision_us:.0f} us, "
        f"{figures.seeds} seeds"
    )
