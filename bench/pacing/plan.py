"""The plan: cells, rules and seeds, from the command line or as on the page."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from msgspec import Struct

from bench.pacing.cell import AGENTS, RATES, Cell

BASE = "base"
#: The columns of the page, in order.
RULES = (
    "progressive",
    "ratio:2",
    "vicidial:hard",
    "vicidial:average",
    "vicidial:tapered",
    "vicidial:tuned",
    "ratio:tuned",
    "erlang",
    "renewal",
    "predictive",
    "predictive:shed",
    "oracle:answers",
    "oracle:both",
)
#: The short form, which `make test` runs.
SHORT_AGENTS, SHORT_RATE, SHORT_SEEDS = (5, 25), 0.25, range(1, 6)
SHORT_RULES = ("progressive", "vicidial:tapered", "predictive")
#: Seeds by the number of agents: fewer for large teams, whose single shift has as many answers as many small ones.
SEEDS = ((50, 20), (100, 10), (300, 5))
FEWEST_SEEDS = 2
#: Seeds for costly rules that are only compared with: up to FEW_AGENTS, and beyond.
FEWER = {"erlang": (8, 2), "renewal": (8, 2), "predictive:shed": (5, 1), "oracle": (3, 1)}
FEW_AGENTS = 100
#: The varied cells on the page.
PAGE_VARIANTS = (
    "flat", "down", "up", "wrap-cv-0.5", "talk-cv-0.6", "talk-300", "breaks", "limit-0.2", "scores-0.6",
    "two-hours", "list-ends",
)  # fmt: skip
VARIANT_CELLS = (Cell(10, 0.25), Cell(25, 0.25), Cell(100, 0.25))
VARIANT_RULES = ("vicidial:tapered", "predictive")
VARIANT_SEEDS = {10: 8, 25: 4, 100: 2}
#: Factors on the seeds of variants that end early.
SHORTER = {"two-hours": 4, "list-ends": 3}
#: Processor seconds of a shift of eight hours under a rule: of 2, of 100 and of 1,000 agents, at 10 % answers, as
#: measured on one core of an AMD EPYC. Linear between.
COST_TEAMS = (2, 100, 1000)
COSTS_S = {
    "progressive": (0.3, 0.4, 3.1),
    "ratio": (0.4, 1.6, 5.0),
    "vicidial": (0.3, 0.8, 11.0),
    "erlang": (0.3, 1.2, 9.0),
    "renewal": (2.1, 4.3, 40.0),
    "predictive": (6.0, 17.0, 66.0),
    "predictive:shed": (8.0, 34.0, 100.0),
    "oracle": (4.0, 28.0, 123.0),
}


class Job(Struct, frozen=True):
    """One shift to play. `cell` is that of the benchmark; `variant` names its variation."""

    variant: str
    cell: Cell
    rule: str
    seed: int


def seeds_for(agents: int, rule: str, variant: str = BASE) -> range:
    """Seeds from 1, as the page has them."""
    most = next((seeds for team, seeds in SEEDS if agents <= team), FEWEST_SEEDS)
    if variant != BASE:
        return range(1, VARIANT_SEEDS.get(agents, FEWEST_SEEDS) * SHORTER.get(variant, 1) + 1)
    few, fewest = FEWER.get(rule, FEWER.get(rule.partition(":")[0], (most, most)))
    return range(1, min(most, few if agents <= FEW_AGENTS else fewest) + 1)


def jobs_of(variant: str, some: Iterable[Cell], rules: Sequence[str], asked: range | None = None) -> list[Job]:
    """All shifts of these cells under these rules, with the seeds asked for or as the page has them."""
    return [
        Job(variant, cell, rule, seed)
        for cell in some
        for rule in rules
        for seed in asked or seeds_for(cell.agents, rule, variant)
    ]


def page_jobs() -> list[Job]:
    """All shifts of the page, seed by seed, so that an interrupted run has shifts of every cell."""
    jobs = jobs_of(BASE, cells("all"), RULES)
    for variant in PAGE_VARIANTS:
        jobs += jobs_of(variant, VARIANT_CELLS, VARIANT_RULES)
    return sorted(jobs, key=lambda job: job.seed)


def cost_s(job: Job) -> float:
    """Processor seconds that a shift is expected to take."""
    costs = COSTS_S.get(job.rule) or COSTS_S[job.rule.partition(":")[0]]
    (low, middle, high), agents = COST_TEAMS, job.cell.agents
    start, end, less, more = (low, middle, *costs[:2]) if agents <= middle else (middle, high, *costs[1:])
    hours = job.cell.hours / 8.0 / SHORTER.get(job.variant, 1)
    return max(costs[0], less + (more - less) * (agents - start) / (end - start)) * hours


def planned_s(jobs: Iterable[Job], workers: int) -> float:
    """Seconds that the jobs are expected to take on as many cores as workers."""
    return sum(map(cost_s, jobs)) / workers


def cells(text: str) -> list[Cell]:
    """An argparse type: `25x10,25x40` is 25 agents at 10 % and at 40 %; `25` is 25 agents at all rates; `all`."""
    if text == "all":
        return [Cell(agents, rate) for agents in AGENTS for rate in RATES]
    found = []
    for each in text.split(","):
        team, _, percent = each.partition("x")
        try:
            rates = [float(percent) / 100] if percent else list(RATES)
            found += [Cell(int(team), rate) for rate in rates]
        except ValueError:
            raise argparse.ArgumentTypeError(f"{each!r} is no cell; write 25x10 (agents x percent) or 25") from None
    if any(cell.agents < 1 or not 0 < cell.answer_rate < 1 for cell in found):
        raise argparse.ArgumentTypeError(f"{text}: agents from 1, answers between 0 and 100 %")
    return found


def seeds(text: str) -> range:
    """An argparse type: `1-20`, or one seed alone."""
    first, _, last = text.partition("-")
    try:
        found = range(int(first), int(last or first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} are no seeds; write 1-20, or 7 for one") from None
    if not found:
        raise argparse.ArgumentTypeError(f"{text} has no seed in it")
    return found
