"""Cells under rules, seed by seed, in one process or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench.pacing.cell import Cell
from bench.pacing.outcome import Outcome
from bench.pacing.profile import HOUR_S
from bench.pacing.shift import Shift
from bench.pacing.tuned import settled
from dialer.pacing import rules
from dialer.pacing.pacer import Pacer

#: A cell, the name of a rule and a seed.
Job = tuple[Cell, str, int]


def pacer_for(shift: Shift, rule: str) -> Pacer:
    """A new pacer for that shift. An oracle may ask the shift what is to come. Raises UnknownRule, Untuned."""
    cell = shift.cell
    told = rules.Shift(agents=cell.agents, limit=cell.limit, length_s=cell.hours * HOUR_S)
    return rules.pacer(settled(rule, cell), told, shift)


def check(cell: Cell, rule: str) -> None:
    """Whether there is such a rule for the cell. Raises UnknownRule, Untuned."""
    pacer_for(Shift(cell, 0), rule)


def play(job: Job) -> Outcome:
    """One shift of a cell under a rule with a seed."""
    cell, rule, seed = job
    shift = Shift(cell, seed, one_to_one=rules.is_one_to_one(rule))
    return shift.run(pacer_for(shift, rule))


def play_all(jobs: Sequence[Job], workers: int) -> Iterator[Outcome]:
    """Their outcomes in the order of the jobs, as they come."""
    if workers == 1:
        yield from map(play, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(play, jobs)
