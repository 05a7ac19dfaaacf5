"""`cornetta bench live`: predictive dialing with real SIP, beside the simulation of the same centre.

Labs run side by side for a set time in PREDICTIVE_ASM: node, engine, carrier and phones of their own each, with the
people of PACE-8h. Then the simulation runs as long, with as many agents and people of the same laws, on several seeds.
One live run is one seed more: the median of the live runs is compared with that of the simulated ones, and the result
has the spread of both. Each live run is also compared with its twins, which have the same people. Gates that are not
passed are named in the result, and the command exits with 1.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.figures import Unmeasurable, percent, tell, whole
from bench.live_runs import LiveRuns
from bench.live_twin import twin
from bench.pacing.plan import seeds
from bench.registry import FAILED_GATES
from config.model import Mode
from dialer.cli.console_log import log_to_stderr
from dialer.lab.autopilot import Habits
from dialer.lab.headless import run_headless
from dialer.lab.order import Order
from dialer.lab.ports import RTP_BLOCKS
from dialer.lab.report import RunReport
from dialer.lab.scenario import Scenario
from dialer.simulation.figures import ShiftFigures, figures_of
from dialer.simulation.profile import FLAT
from dialer.simulation.setting import Plan
from dialer.simulation.shift import SimulatedShift
from dialer.vocabulary.errors import CornettaError
from dialer.vocabulary.interpreter import share_interpreter

#: The largest difference of live and simulated utilisation in points, for people of the same laws and for the same
#: people.
NEAR_POINTS = 3.0
#: Most abandoned, percent of the live answers.
MOST_ABANDONED = 3.0
MINUTES_PER_HOUR = 60
#: Shifts of 20 minutes lie three points apart, one standard deviation: the median of nine would be chance.
USUAL_SEEDS = range(1, 41)
#: The most live runs, which is the number of RTP ranges.
MOST_RUNS = RTP_BLOCKS
#: Twins of each live run.
TWINS = 9


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agents", type=whole(1, 200), default=20, help="agents who work all the time")
    parser.add_argument("--answer-rate", type=percent, default=25.0, help="percent of the calls that a person answers")
    parser.add_argument("--minutes", type=whole(1, 480), default=20, help="length of the live run and of each shift")
    parser.add_argument("--seeds", type=seeds, default=USUAL_SEEDS, help="of the simulation, the first ones live too")
    parser.add_argument("--runs", type=whole(1, MOST_RUNS), default=MOST_RUNS, help="live runs, side by side")
    parser.add_argument("--directory", type=Path, help="where data and logs of the live runs go, and stay")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure; raises CornettaError, TimeoutError or OSError."""
    if options.runs > len(options.seeds):
        raise Unmeasurable(f"{options.runs} live runs need as many seeds; use more --seeds or fewer --runs")
    directory = options.directory or Path(tempfile.mkdtemp(prefix="cornetta-live-"))
    live = _side_by_side(options, directory)
    for each in live.runs:
        tell(f"live, seed {each.seed}: {each.utilisation:.1f} % utilisation, {each.abandonment:.2f} % abandoned")
    twins = {each.seed: _twins(options, each.seed) for each in live.runs}
    simulated = [_simulated(options, seed) for seed in options.seeds]
    summary = _summary(options, live, twins, simulated)
    if summary[FAILED_GATES]:
        tell(f"data and logs of the live runs are in {directory}")
    elif options.directory is None:
        shutil.rmtree(directory)
    return summary


def _side_by_side(options: argparse.Namespace, directory: Path) -> LiveRuns:
    """Each node in a process of its own, as nodes are."""
    with ProcessPoolExecutor(options.runs, mp_context=get_context("spawn"), initializer=_prepare) as pool:
        runs = [
            pool.submit(_live, options.agents, options.answer_rate, options.minutes, seed, directory / f"seed-{seed}")
            for seed in list(options.seeds)[: options.runs]
        ]
        return LiveRuns(tuple(each.result() for each in runs))


def _prepare() -> None:
    """Of a process: stdout is for the result."""
    log_to_stderr("WARNING")
    share_interpreter()


def _live(agents: int, answer_rate: float, minutes: int, seed: int, directory: Path) -> RunReport:
    """Raises Unmeasurable, TimeoutError or OSError, as errors with facts of their own cannot pass from process to
    process."""
    try:
        scenario, habits = _scenario(agents, answer_rate, minutes, seed)
        report = asyncio.run(run_headless(scenario, directory, partial(_tell_of, seed), habits))
    except CornettaError as error:
        raise Unmeasurable(f"the live run of seed {seed} failed: {error}") from error
    if not report.answers:
        raise Unmeasurable(f"nobody answered in the live run of seed {seed}")
    return report


def _scenario(agents: int, answer_rate: float, minutes: int, seed: int) -> tuple[Scenario, Habits]:
    order = Order(mode=Mode.PREDICTIVE_ASM, agents=agents, seed=seed, answer_rate=answer_rate, minutes=float(minutes))
    return order.scenario(time.time())


def _tell_of(seed: int, line: str) -> None:
    tell(f"live, seed {seed}: {line}")


def _twins(options: argparse.Namespace, seed: int) -> dict[str, float]:
    """Utilisation of the twins of a live run."""
    scenario, habits = _scenario(options.agents, options.answer_rate, options.minutes, seed)
    used = _spread([twin(scenario, habits, nth).utilisation for nth in range(TWINS)])
    tell(f"twins of seed {seed}: {used['median']:.1f} % utilisation, {used['min']:.1f} to {used['max']:.1f}")
    return used


def _simulated(options: argparse.Namespace, seed: int) -> ShiftFigures:
    plan = Plan(options.agents, options.answer_rate / 100, hours=options.minutes / MINUTES_PER_HOUR, profile=FLAT)
    shift = SimulatedShift(plan, seed)
    shift.run()
    figures = figures_of(shift, seed)
    tell(f"simulated, seed {seed}: {figures.utilisation:.1f} % utilisation, {figures.abandonment:.2f} % abandoned")
    return figures


def _summary(
    options: argparse.Namespace, live: LiveRuns, twins: Mapping[int, dict[str, float]], simulated: list[ShiftFigures]
) -> dict[str, Any]:
    utilisation = _spread([each.utilisation for each in simulated])
    difference = round(live.utilisation - utilisation["median"], 2)
    from_twins = {each.seed: round(each.utilisation - twins[each.seed]["median"], 2) for each in live.runs}
    return {
        "bench": "live",
        "agents": options.agents,
        "answer_rate": options.answer_rate,
        "minutes": options.minutes,
        "utilisation": live.utilisation,
        "simulated_utilisation": utilisation,
        "difference": difference,
        "is_near": abs(difference) <= NEAR_POINTS,
        "difference_from_twins": round(statistics.mean(from_twins.values()), 2),
        FAILED_GATES: failed_gates(live, difference, from_twins.values()),
        "abandonment": live.abandonment,
        "simulated_abandonment": _spread([each.abandonment for each in simulated]),
        **live.faults,
        "simulated_wait_s": _spread([each.wait_s for each in simulated if each.wait_s is not None]),
        "simulated_decision_us": _spread([each.decision_us for each in simulated]),
        "runs": [
            {**told, "twins": twins[told["seed"]], "difference_from_twins": from_twins[told["seed"]]}
            for told in live.as_json()
        ],
        "seeds": [each.seed for each in simulated],
    }


def failed_gates(live: LiveRuns, difference: float, from_twins: Iterable[float]) -> list[str]:
    """Names of the gates that the live runs do not pass; `difference` is to the simulation, `from_twins` that of each
    run to its twins, in points."""
    passed = {
        **{name: not number for name, number in live.faults.items()},
        "abandonment": live.abandonment <= MOST_ABANDONED,
        "difference": abs(difference) <= NEAR_POINTS,
        "twins": all(abs(each) <= NEAR_POINTS for each in from_twins),
    }
    return [name for name, fine in passed.items() if not fine]


def _spread(values: list[float]) -> dict[str, float]:
    """Median, lowest and highest over the seeds; nothing where no seed has the figure."""
    if not values:
        return {}
    return {
        "median": round(statistics.median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
    }
