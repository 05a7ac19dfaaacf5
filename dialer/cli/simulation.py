"""`cornetta simulate`: a campaign tried on a simulated centre."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from dialer.cli.terminal import say
from dialer.vocabulary.errors import ConfigurationError, CornettaError

if TYPE_CHECKING:
    from dialer.simulation.figures import Figures, ShiftFigures
    from dialer.simulation.setting import Plan

PREDICTIVE, PROGRESSIVE = "predictive", "progressive"
EXIT_MISTAKE = 2
#: The sign for a missing figure.
NONE = "none"
MOST_SEEDS = 1000
#: With more seeds than this the progress is printed for each seed and not for each hour.
SEEDS_TOLD_BY_HOUR = 20

#: Called with the number of finished seeds and the share of the next one.
Tell = Callable[[int, float], None]

Rule = Annotated[
    str | None,
    typer.Option(
        help="predictive, progressive, ratio:R, vicidial:hard|average|tapered, renewal, erlang, oracle:answers "
        "or oracle:both. Left out: that of the campaign's mode, or predictive."
    ),
]
Hours = Annotated[
    float,
    typer.Option(help="Length of the shift. The calling window closes with it: a shift is tried as a whole day."),
]
Limit = Annotated[
    float | None, typer.Option(help="Most abandoned, in percent of the live answers; 3 unless the campaign says.")
]


def simulate(
    agents: Annotated[int, typer.Option(help="Agents who work the whole shift.")],
    answer_rate: Annotated[str, typer.Option(help="Share of calls that a person answers: 25% or 0.25.")],
    rule: Rule = None,
    seeds: Annotated[str, typer.Option(help="A seed, or the first and the last: 1-20.")] = "1",
    hours: Hours = 8.0,
    profile: Annotated[str, typer.Option(help="How answers move over the day: drift, flat, or a YAML file.")] = "drift",
    abandonment_limit: Limit = None,
    campaign: Annotated[Path | None, typer.Option(help="YAML file with the campaign to try.")] = None,
    records: Annotated[int | None, typer.Option(help="Length of the calling list; without end if left out.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the shift of the first seed into this PNG file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line of stdout.")] = False,
) -> None:
    """Try a campaign on a simulated centre: the core of the product, with people from a seed."""
    from dialer.simulation.files import profile_named
    from dialer.simulation.setting import Plan

    try:
        first, last = _seeds(seeds)
        plan = Plan(
            agents=agents,
            answer_rate=_share(answer_rate),
            rule=PREDICTIVE if rule is None else rule,
            hours=hours,
            profile=profile_named(profile),
            abandonment_limit=None if abandonment_limit is None else abandonment_limit / 100,
            records=records,
        )
        if campaign is not None:
            plan = _with_campaign(plan, campaign, rule)
        figures = _run(plan, range(first, last + 1), plot)
        _show(figures, as_json=as_json)
    except BrokenPipeError:
        raise
    except CornettaError as error:
        _fail(error)
    except OSError as error:
        _fail(f"{error.filename or 'stdout'} cannot be written: {error.strerror}; make room, or name another file")


def _show(figures: Figures, *, as_json: bool) -> None:
    if as_json:
        import msgspec

        say(json.dumps(msgspec.to_builtins(figures)))
    else:
        _tell(figures)


def _with_campaign(plan: Plan, file: Path, rule: str | None) -> Plan:
    """The plan with the rules of the campaign in a file, and the rule of its mode if no other is named. Raises
    ConfigurationError."""
    from dialer.simulation.files import campaign_in

    tried, trunk = campaign_in(file)
    of_mode = PREDICTIVE if tried.mode.predictive else PROGRESSIVE
    return replace(plan, campaign=tried, trunk=trunk, rule=of_mode if rule is None else rule)


def _fail(error: object) -> NoReturn:
    say(error, err=True)
    raise typer.Exit(EXIT_MISTAKE)


def _share(text: str) -> float:
    """`25%`, `25` or `0.25` as 0.25; a bare 1 may be meant as either. Raises ConfigurationError."""
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        raise ConfigurationError((f"answer_rate: {text!r} is no share of calls; write 25% or 0.25",)) from None
    if number == 1 and not text.endswith("%"):
        raise ConfigurationError((f"answer_rate: {text} is every call or one in a hundred; write 100% or 1%",))
    share = number / 100 if text.endswith("%") or number > 1 else number
    if not 0 < share <= 1:
        raise ConfigurationError((f"answer_rate: {text} is no share of calls; write more than 0%, at most 100%",))
    return share


def _seeds(text: str) -> tuple[int, int]:
    """`7` or `1-20`. Raises ConfigurationError."""
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", text)
    if found is None:
        raise ConfigurationError((f"seeds: {text!r} are no seeds; write 1 or 1-20",))
    first = int(found[1])
    last = int(found[2] or first)
    if not first <= last < first + MOST_SEEDS:
        raise ConfigurationError((f"seeds: {text} is out of order or more than {MOST_SEEDS}; write 1-20",))
    return first, last


def _run(plan: Plan, seeds: range, plot: Path | None) -> Figures:
    """The figures of the shifts of these seeds. Raises ConfigurationError for a plan that cannot be
    tried, NoPlots where nothing can be drawn."""
    from dialer.simulation.figures import figures_of, together
    from dialer.simulation.plot import draw, require
    from dialer.simulation.shift import SimulatedShift

    plan.check()
    if plot is not None:
        require(plot)
    found: list[ShiftFigures] = []
    with _progress(seeds, plan.hours) as tell:
        for done, seed in enumerate(seeds):
            shift = SimulatedShift(plan, seed)

            def told(share: float, done: int = done) -> None:
                tell(done, share)

            shift.run(told)
            if plot is not None and not found:
                title = f"{plan.agents} agents, {plan.answer_rate:.0%} answers, {plan.rule}, seed {seed}"
                draw(shift.tally.pieces, plan.limit, title, plot)
            found.append(figures_of(shift, seed))
    return together(found, plan.rule)


@contextmanager
def _progress(seeds: range, hours: float) -> Iterator[Tell]:
    """On stderr: a bar on a terminal, lines elsewhere, as in a log."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(seeds, hours)
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("shifts", total=float(len(seeds)))
        yield lambda done, share: progress.update(task, completed=done + share)


def _lines(seeds: range, hours: float) -> Tell:
    """A line for each simulated hour, the first at once; for each seed where there are many."""
    told: list[tuple[int, int]] = []

    def tell(done: int, share: float) -> None:
        passed_h = int(share * hours + 1e-6) if len(seeds) <= SEEDS_TOLD_BY_HOUR else 0
        if (done, passed_h) not in told[-1:]:
            told[:] = [(done, passed_h)]
            say(f"seed {seeds[done]}, {done + 1} of {len(seeds)}: {passed_h} of {hours:g} h", err=True)

    return tell


def _tell(figures: Figures) -> None:
    abandonment = figures.abandonment
    lines = [
        ("rule", figures.rule),
        ("utilisation", f"{figures.utilisation:.1f} %"),
        ("abandonment", f"{abandonment.mean:.2f} %"),
        ("  p95, worst hour", f"{abandonment.p95:.2f} %, {abandonment.worst_hour:.1f} %"),
        ("wait for a contact", NONE if figures.wait_s is None else f"{figures.wait_s:.1f} s"),
        ("dials per answer", NONE if figures.dials_per_answer is None else f"{figures.dials_per_answer:.2f}"),
        ("a decision takes", f"{figures.decision_us:.0f} us"),
        ("trace", figures.trace_hash),
    ]
    if figures.ends_at_h is not None:
        lines.append(("list finished after", f"{figures.ends_at_h:.2f} h"))
    lines.extend(("but", each) for each in (figures.fallback, figures.held_back) if each)
    for name, value in lines:
        say(f"{name + ':':<21}{value}")
