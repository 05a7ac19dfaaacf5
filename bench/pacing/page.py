"""docs/benchmarks/pacing.md: the tables of PACE-8h, from figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.pacing.cell import AGENTS, RATES, VARIANTS, Cell, varied
from bench.pacing.plan import RULES, VARIANT_RULES
from bench.pacing.plot import draw
from bench.pacing.rows import Row, find, is_legal

FOLDER = Path(__file__).parents[2] / "docs" / "benchmarks"
PAGE, PLOT = "pacing.md", "pacing.png"
#: The columns of the second table.
TOLD_RULES = ("vicidial:tapered", "renewal", "predictive")
NONE = "-"

INTRODUCTION = """# Pacing: PACE-8h

Written by `cornetta bench pacing --write`: do not edit. Every figure comes from fixed seeds: the same command gives
the same table on any machine, but for the time of a decision.

A shift of eight hours on a virtual clock, all agents idle at its begin, nothing known of the list. A rule hears what
happens (dialed, answered, ended, agents' stages) and decides each 0.5 s; the pacer is the shipped one, driven by its
`Pacer` protocol.

| | |
|---|---|
| answers, hours 0 to 4 | of the cell's rate: rising from 0.8 to 1.2 in three hours, then 0.6 |
| answers, hours 4 to 8 | rising from 0.6 to 1.0 in an hour, then 1.4 for one, then 1.0 ± 0.15 in waves of an hour |
| ring until a live answer | lognormal, mean 12 s, cv 0.5, at most 25 s |
| no answer | one in four is busy or fails after 1 to 4 s, the others ring for 25 s |
| talk, after-call work | lognormal, means 120 s and 20 s, cv 1 |
| abandoned | no agent within 2 s of the answer; longest waiting first, to the longest idle agent |
| seeds | from 1, as many as each cell says |

Utilisation is talk and after-call work as a share of the staffed time without breaks, in percent; in brackets the mean
abandonment and its 95th percentile over the seeds, in percent of live answers, and the number of seeds. **A figure with
a cross is not legal**: mean or percentile are over 3.00 %.
"""
RULES_TEXT = """
## The rules

- `progressive`: one call for each idle agent. `ratio:2`: two lines for each idle agent.
- `vicidial:*`: the adaptive level as publicly described, its three methods at default settings (limit 3 %, at most 3
  lines for each agent who is idle or talking).
- `vicidial:tuned`, `ratio:tuned`: the best of 150 settings for each cell, chosen in hindsight on this very profile.
  Nobody could know them beforehand.
- `erlang`: dials at an even rate, by Erlang's B formula. `renewal`: balances expected answers and expected free
  agents, and tunes its factor by what is abandoned.
- `predictive`: ours, at default settings; `predictive:shed` also gives up calls that ring late.
- `oracle:answers`: ours, told of each call that has been dialed whether and when it will be answered; `oracle:both`:
  told as well when each agent will be free. What they gain is what is to be known, not to be had.
"""


def write_page(rows: Sequence[Row], folder: Path, played: int, planned: int) -> None:
    """Write page and plot, and that `played` of `planned` shifts are in them. Raises OSError, and PlottingUnavailable
    without matplotlib."""
    draw(rows, folder / PLOT)
    (folder / PAGE).write_text(_page(rows, played, planned))


def _page(rows: Sequence[Row], played: int, planned: int) -> str:
    told = [INTRODUCTION, _extent(played, planned), f"\n![Utilisation by team size]({PLOT})\n"]
    told += [_utilisation(rows, rate) for rate in RATES]
    told += [RULES_TEXT, _secondary(rows), _variants(rows)]
    return "".join(told)


def _extent(played: int, planned: int) -> str:
    """The played part of the plan."""
    if played >= planned:
        return (
            f"\nAll {planned:,} planned shifts are told: 20 seeds up to 50 agents, fewer for large teams, where one "
            "shift has as many answers as many of others, and for rules that only compare.\n"
        )
    return (
        f"\n**{played:,} of {planned:,} planned shifts are played**; for the others there was no time yet (`make "
        "bench-pacing` plays on where it stopped). Where a cell has few seeds, its percentile is of few shifts: it "
        "shows what these came to, and proves no more.\n"
    )


def _utilisation(rows: Sequence[Row], rate: float) -> str:
    lines = [["agents", *(f"`{rule}`" for rule in RULES)]]
    for agents in AGENTS:
        found = [find(rows, "base", Cell(agents, rate), rule) for rule in RULES]
        if any(found):
            lines.append([f"{agents:,}", *(_cell(row, 0.03) for row in found)])
    return f"\n## {rate:.0%} of the calls answered\n\n{_table(lines)}"


def _cell(row: Row | None, limit: float) -> str:
    if row is None:
        return NONE
    lost = row.figures.abandonment
    cross = "" if is_legal(row.figures, limit) else " ✗"
    return f"{row.figures.utilisation:.1f} ({lost.mean:.2f} / {lost.p95:.2f}; {row.figures.seeds}){cross}"


def _secondary(rows: Sequence[Row]) -> str:
    """Waits, worst hours, dials and cost."""
    heads = [f"{what} `{rule}`" for what in ("wait, s", "worst hour, %") for rule in TOLD_RULES]
    lines = [["agents", "answers", *heads, "dials per answer", "decision, µs"]]
    for agents in AGENTS:
        for rate in RATES:
            found = [find(rows, "base", Cell(agents, rate), rule) for rule in TOLD_RULES]
            if not any(found):
                continue
            waits = [f"{row.figures.wait_s:.1f}" if row else NONE for row in found]
            worst = [f"{row.figures.abandonment.worst_hour:.1f}" if row else NONE for row in found]
            ours = found[-1]
            last = [f"{ours.figures.dials_per_answer:.2f}", f"{ours.figures.decision_us:.0f}"] if ours else [NONE] * 2
            lines.append([f"{agents:,}", f"{rate:.0%}", *waits, *worst, *last])
    note = (
        "The wait is an agent's, from one conversation to the next. The worst hour is the mean over seeds of each "
        "shift's worst, of hours with 30 answers or more. The last two columns are of `predictive`; a decision is "
        "told with the observations before it, in one Python process on a shared machine.\n"
    )
    return f"\n## Waits, worst hours, dials, cost\n\n{note}\n{_table(lines)}"


def _variants(rows: Sequence[Row]) -> str:
    """The variants of the benchmark."""
    cells = sorted({(row.agents, row.answer_rate) for row in rows if row.variant != "base"})
    lines = [["variant", "rule", *(f"{agents:,} agents, {rate:.0%}" for agents, rate in cells)]]
    for variant in VARIANTS:
        for rule in VARIANT_RULES:
            found = [find(rows, variant, Cell(*cell), rule) for cell in cells]
            limit = varied(Cell(1, 0.25), variant).limit
            if any(found):
                lines.append([f"`{variant}`", f"`{rule}`", *(_cell(row, limit) for row in found)])
    note = (
        "No setting is changed, but for the limit of `limit-0.2`. `down`, `up`: constant, and one step of the answer "
        "rate to 0.6 or 1.4 at the third hour. `breaks`: each agent is away for 5 to 15 minutes about every 1.5 h, "
        "and nobody knows before. `scores-0.6`: half of the records answer at 1.6 times the rate, half at 0.4, and "
        "the list says which. `two-hours`: the first two of the eight, which is told. `list-ends`: 250 records for "
        "each agent, and the shift is over with them, after two or three hours of the eight that are told.\n"
    )
    return f"\n## Variants\n\n{note}\n{_table(lines)}" if cells else ""


def _table(lines: Sequence[Sequence[str]]) -> str:
    head, *rest = ["| " + " | ".join(line) + " |\n" for line in lines]
    return head + "|" + "---|" * len(lines[0]) + "\n" + "".join(rest)
