"""`cornetta bench mode_change`: abandonment when a team is paced predictively after hours of one call for each agent.

It is compared with the same teams and draws, paced predictively from the begin of their day: the hours after a change
may not abandon more than other hours.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from bench.figures import tell, whole
from bench.pacing import plan
from bench.pacing.cell import Cell
from bench.pacing.change import ChangedShift, OneToOne, Why, of_hours
from bench.pacing.outcome import Outcome
from bench.pacing.profile import Profile
from bench.registry import FAILED_GATES
from dialer.simulation.figures import percentile

USUAL_CELLS = "5x25,10x25,25x25"
#: The number of hours after the change that are listed one by one and together.
AFTER_H = 2
NEVER = OneToOne(0.0, 0.0)
P95 = 95.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cells", type=plan.cells, default=USUAL_CELLS, help="agents x percent of answers: 5x25,25x25")
    parser.add_argument("--seeds", type=plan.seeds, default=range(1, 9), help="from-to: shifts of either side")
    parser.add_argument("--hours", type=whole(1, 6), default=2, help="of one call for each agent, before the change")
    parser.add_argument("--why", type=Why, choices=list(Why), default=Why.MODE, help="why nobody asks the rule")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Play each cell on both sides; raises CornettaError."""
    cells = [_compare(replace(cell, profile=Profile.FLAT), options) for cell in options.cells]
    failed = sorted({gate for cell in cells for gate in failed_gates(cell)})
    return {
        "bench": "mode_change",
        "hours": options.hours,
        "why": str(options.why),
        "cells": cells,
        FAILED_GATES: failed,
    }


def failed_gates(cell: dict[str, Any]) -> list[str]:
    """Figures over the cell's limit, percent: the mean of the first hour, the 95th percentile of the day."""
    passed = {
        "hour_after": cell["hour_after"]["mean"] <= cell["limit"],
        "day": cell["day"]["p95"] <= cell["limit"],
    }
    return [name for name, fine in passed.items() if not fine]


def _compare(cell: Cell, options: argparse.Namespace) -> dict[str, Any]:
    before: int = options.hours
    one_to_one = OneToOne(0.0, float(before), options.why)
    changed = [_play(cell, before + AFTER_H, seed, one_to_one) for seed in options.seeds]
    fresh = [_play(cell, AFTER_H, seed, NEVER) for seed in options.seeds]
    told = {
        "agents": cell.agents,
        "answer_rate": cell.answer_rate,
        "limit": cell.limit * 100,
        "seeds": len(changed),
        "hour_after": _spread([of_hours(each, before, before) for each in changed]),
        "fresh_hour": _spread([of_hours(each, 0, 0) for each in fresh]),
        "hours_after": _spread([of_hours(each, before, before + AFTER_H - 1) for each in changed]),
        "fresh_hours": _spread([each.abandonment for each in fresh]),
        "day": _spread([each.abandonment for each in changed]),
    }
    tell(
        f"{cell.agents} agents: {told['hour_after']} % abandoned in the hour after, {told['fresh_hour']} in a fresh one"
    )
    return told


def _play(cell: Cell, hours: int, seed: int, one_to_one: OneToOne) -> Outcome:
    return ChangedShift(replace(cell, hours=float(hours)), seed, one_to_one).play()


def _spread(values: Sequence[float]) -> dict[str, float]:
    """Over the seeds, percent."""
    return {"mean": round(sum(values) / len(values), 2), "p95": round(percentile(values, P95), 2)}
