"""Cells under rules, seed by seed, in one process or several."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from msgspec.structs import replace

from bench.pacing.cell import Cell, varied
from bench.pacing.outcome import Outcome
from bench.pacing.plan import Job
from bench.pacing.profile import HOUR_S
from bench.pacing.shift import Shift
from bench.pacing.tuned import settled
from dialer.pacing import rules
from dialer.pacing.pacer import Pacer

#: Jobs for each process that are submitted before the first of them is back.
AHEAD = 3


def pacer_for(shift: Shift, rule: str) -> Pacer:
    """A new pacer for that shift. An oracle may read the shift's future. Raises UnknownRule, Untuned."""
    cell = shift.cell
    told = rules.Shift(agents=cell.agents, limit=cell.limit, length_s=cell.hours * HOUR_S)
    return rules.pacer(settled(rule, cell), told, shift)


def check(cell: Cell, rule: str) -> None:
    """Check that there is such a rule for the cell. Raises UnknownRule, Untuned."""
    pacer_for(Shift(replace(cell, hours=1.0), 0), rule)


def play(cell: Cell, rule: str, seed: int) -> Outcome:
    """One shift of a cell under a rule with a seed."""
    shift = Shift(cell, seed, one_to_one=rules.is_one_to_one(rule))
    return shift.run(pacer_for(shift, rule))


def play_job(job: Job) -> Outcome:
    """Play one shift with the changes of its variant."""
    return play(varied(job.cell, job.variant), job.rule, job.seed)


def play_all(jobs: Sequence[Job], workers: int, within_s: float | None = None) -> Iterator[tuple[Job, Outcome]]:
    """Jobs with their outcomes as they come, in the order of the jobs. After `within_s` seconds no job is begun."""
    began = time.monotonic()

    def late() -> bool:
        return within_s is not None and time.monotonic() - began >= within_s

    if workers == 1:
        for job in jobs:
            if late():
                return
            yield job, play_job(job)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        # Few jobs are submitted ahead, as submitted ones are played even if the time is up.
        under_way: deque[tuple[Job, Future[Outcome]]] = deque()
        try:
            for job in jobs:
                if late():
                    break
                under_way.append((job, pool.submit(play_job, job)))
                if len(under_way) > AHEAD * workers:
                    first, outcome = under_way.popleft()
                    yield first, outcome.result()
            for job, outcome in under_way:
                yield job, outcome.result()
        finally:
            pool.shutdown(cancel_futures=True)
