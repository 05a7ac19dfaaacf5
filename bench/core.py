"""`cornetta bench core`: cells of PACE-8h played by the whole core, beside the fast harness that plays the page.

The core is the shipped one: inbox, handlers, state machines, records, pacing, on a virtual clock with simulated people.
The harness drives the pacer alone. Both play the same cell with the same laws and other draws. The result also has the
cost of the core: processor time of a shift, and of a tick, from the view of the campaign to the dials.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bench.figures import median, quantile, tell, whole
from bench.pacing import plan
from bench.pacing.cell import Cell
from bench.pacing.runs import play
from bench.registry import FAILED_GATES
from dialer.callflow.dispatch import Message
from dialer.simulation.figures import ShiftFigures, figures_of
from dialer.simulation.setting import Plan
from dialer.simulation.shift import SimulatedShift
from dialer.vocabulary import events

RULE = "predictive"
#: Usually the cells up to 25 agents.
USUAL_CELLS = "2,5,10,25"
PACE_HOURS = 8.0
#: Most agents, and the processor time that eight hours may take on one core, seconds; shorter shifts in proportion.
TIMED_AGENTS, MOST_SHIFT_S = 25, 40.0
#: Most agents, and the time that a decision of the campaign's may take, microseconds.
DECISION_GATES = ((100, 1000.0), (1000, 5000.0))
#: Shifts of the harness, which are cheap: from seed 1, at least.
HARNESS_SEEDS = 6
#: Two means of the same quantity differ by more than this many standard errors once in 370 times.
MOST_ERRORS = 3.0
#: The smallest difference that counts, points.
LEAST_DIFFERENCE = 0.5


class CorePlay(Struct, frozen=True):
    """One shift of the core. `shift_s`: processor time; `ticks_us`: that of each tick."""

    figures: ShiftFigures
    shift_s: float
    ticks_us: tuple[float, ...]


class TimedShift(SimulatedShift):
    """A shift that measures the processor time of each tick, which other work on the machine does not change."""

    def __init__(self, settings: Plan, seed: int) -> None:
        self.ticks_us: list[float] = []
        super().__init__(settings, seed)

    def _take(self, message: Message, sequence: int) -> None:
        if not isinstance(message, events.Ticked):
            super()._take(message, sequence)
            return
        began = time.thread_time_ns()
        super()._take(message, sequence)
        self.ticks_us.append((time.thread_time_ns() - began) / 1000)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cells", type=plan.cells, default=USUAL_CELLS, help="agents x percent of answers: 5x25,25x25")
    parser.add_argument("--seeds", type=plan.seeds, default=range(1, 3), help="from-to: shifts of the core")
    parser.add_argument("--hours", type=whole(1, 8), default=8, help="length of the shift: 8 is PACE-8h")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Play each cell on both sides; raises CornettaError."""
    cells = [_compare(replace(cell, hours=float(options.hours)), options.seeds) for cell in options.cells]
    failed = sorted({gate for cell in cells for gate in failed_gates(cell)})
    return {"bench": "core", "rule": RULE, "cells": cells, FAILED_GATES: failed}


def _compare(cell: Cell, seeds: range) -> dict[str, Any]:
    ours = [_core(cell, seed) for seed in seeds]
    theirs = [play(cell, RULE, seed) for seed in range(1, max(HARNESS_SEEDS, len(seeds)) + 1)]
    used = np.array([each.figures.utilisation for each in ours])
    beside = np.array([each.utilisation for each in theirs])
    ticks = [us for each in ours for us in each.ticks_us]
    # Both sides scatter alike: the few shifts of the core alone would not show by how much.
    error = float(beside.std(ddof=1)) * (1 / len(used) + 1 / len(beside)) ** 0.5
    told: dict[str, Any] = {
        "agents": cell.agents,
        "answer_rate": cell.answer_rate,
        "hours": cell.hours,
        "seeds": len(seeds),
        "utilisation": _mean(used),
        "utilisation_harness": _mean(beside),
        "difference": _mean(used) - _mean(beside),
        "standard_error": error,
        "abandonment": _mean([each.figures.abandonment for each in ours]),
        "abandonment_harness": _mean([each.abandonment for each in theirs]),
        "decision_us": median([each.figures.decision_us for each in ours], 1),
        "tick_us": round(float(np.mean(ticks)), 1),
        "tick_p99_us": round(quantile(ticks, 0.99), 1),
        "shift_s": median([each.shift_s for each in ours], 1),
    }
    rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in told.items()}
    tell(
        f"{cell.agents:5} agents {cell.answer_rate:4.0%}: {rounded['utilisation']} % used in the core, "
        f"{rounded['utilisation_harness']} % in the harness, a tick takes {rounded['tick_us']} us, "
        f"the shift {rounded['shift_s']} s"
    )
    return rounded


def _core(cell: Cell, seed: int) -> CorePlay:
    began = time.process_time()
    shift = TimedShift(Plan(cell.agents, cell.answer_rate, hours=cell.hours), seed)
    shift.run()
    return CorePlay(figures_of(shift, seed), time.process_time() - began, tuple(shift.ticks_us))


def failed_gates(cell: dict[str, Any]) -> list[str]:
    """Names of the gates that a cell does not pass."""
    agents = cell["agents"]
    most_us = next((us for most, us in DECISION_GATES if agents <= most), None)
    apart = max(LEAST_DIFFERENCE, MOST_ERRORS * cell["standard_error"])
    passed = {
        "tick_us": most_us is None or cell["tick_us"] <= most_us,
        "shift_s": agents > TIMED_AGENTS or cell["shift_s"] <= MOST_SHIFT_S * cell["hours"] / PACE_HOURS,
        "difference": abs(cell["difference"]) <= apart,
    }
    return [name for name, fine in passed.items() if not fine]


def _mean(values: Any) -> float:
    return float(np.mean(values))
