"""Cells under rules, seed by seed, in one process or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench.pacing.cell import Cell
from bench.pacing.outcome import Outcome
from bench.pacing.profile import HOUR_S
from bench.pacing.shift import Shift
from dialer.pacing import rules

Job = tuple[Cell, str, int]


def play(job: Job) -> Outcome:
    """One shift of a cell under a rule with a seed. Raises UnknownRule."""
    cell, rule, seed = job
    told = rules.Shift(agents=cell.agents, limit=cell.limit, length_s=cell.hours * HOUR_S)
    shift = Shift(cell, seed, one_to_one=rules.is_one_to_one(rule))
    return shift.run(rules.pacer(rule, told))


def play_all(jobs: Sequence[Job], workers: int) -> Iterator[Outcome]:
    """Their outcomes in the order of the jobs, as they come."""
    if workers == 1:
        yield from map(play, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(play, jobs)
