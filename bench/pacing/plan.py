"""What to play: cells, rules and seeds, from the command line or as the page has them."""

from __future__ import annotations

import argparse

from bench.pacing.cell import AGENTS, RATES, Cell

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
#: Seeds by the number of agents: few where one shift has as many answers as many shifts of others.
SEEDS = ((50, 20), (100, 10), (300, 5))
FEWEST_SEEDS = 2
#: Rules that are there for comparison only are played with fewer.
FEWER = {"erlang": 8, "renewal": 8, "oracle": 6}


def seeds_for(agents: int, rule: str) -> range:
    """Seeds from 1, as the page has them."""
    most = next((seeds for team, seeds in SEEDS if agents <= team), FEWEST_SEEDS)
    return range(1, min(most, FEWER.get(rule.partition(":")[0], most)) + 1)


def cells(text: str) -> list[Cell]:
    """An argparse type: `25x10,25x40` is 25 agents at 10 % and at 40 %; `25` is 25 agents at all rates; `all`."""
    if text == "all":
        return [Cell(agents, rate) for agents in AGENTS for rate in RATES]
    found = []
    for each in text.split(","):
        team, _, percent = each.partition("x")
        rates = [float(percent) / 100] if percent else list(RATES)
        found += [Cell(int(team), rate) for rate in rates]
    if any(cell.agents < 1 or not 0 < cell.answer_rate < 1 for cell in found):
        raise argparse.ArgumentTypeError(f"{text}: agents from 1, answers between 0 and 100 %")
    return found


def seeds(text: str) -> range:
    """An argparse type: `1-20`, or one seed alone."""
    first, _, last = text.partition("-")
    found = range(int(first), int(last or first) + 1)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} has no seed in it")
    return found
