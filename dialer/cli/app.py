"""`cornetta`: all commands. Each is thin and calls the module of its name."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from dialer.cli.command import (
    EXIT_FAILED,
    EXIT_MISTAKE,
    Directory,
    counted,
    fail,
    fault_of,
    run_async,
    settings_of,
    settings_with_secrets,
    until_told,
)
from dialer.cli.list_reset import reset
from dialer.cli.lists import lists_app
from dialer.cli.simulation import simulate
from dialer.cli.terminal import say
from dialer.cli.users import users_app
from dialer.vocabulary.errors import CornettaError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Cornetta: a SIP dialer server for call centres.",
)
app.add_typer(lists_app, name="list", help="Calling lists: import, export, show.")
app.add_typer(users_app, name="user", help="Users: add, change the password, show.")
app.command()(simulate)
lists_app.command("reset")(reset)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line of stdout.")]


@app.command()
def run(config: Directory = Path("/etc/cornetta")) -> None:
    """Run a node. It connects to its engines (cornetta engine) and keeps trying until they are there."""
    from dialer.cli.console_log import log_to_stderr
    from dialer.cli.service import serve

    settings = settings_with_secrets(config)
    log_to_stderr(settings.server.log_level)
    run_async(serve(settings, config))


@app.command()
def engine(
    config: Directory = Path("/etc/cornetta"),
    name: Annotated[str, typer.Option(help="Which engine slot of the configuration.")] = "engine-1",
) -> None:
    """Run an engine: SIP and media of one slot. It outlives the node, and conversations with it."""
    from dialer.cli.console_log import log_to_stderr
    from dialer.cli.service import engine_settings
    from sip.engine.main import run as run_engine

    settings = settings_of(config)
    try:
        log_to_stderr(settings.engine(name).log_level)
        chosen = engine_settings(settings, name)
    except CornettaError as error:
        known = ", ".join(each.name for each in settings.engines)
        fail(f"{error} The configuration has {known}.", EXIT_MISTAKE)
    except OSError as error:
        fail(f"{fault_of(error)}; make server.data_directory one that can be written.")
    raise typer.Exit(run_engine(chosen))


@app.command()
def check(
    directory: Annotated[Path, typer.Argument(help="Directory of the configuration.")] = Path("/etc/cornetta"),
    live: Annotated[bool, typer.Option("--live", help="Try it, too: ask each trunk, call a phone.")] = False,
    phone: Annotated[str, typer.Option(help="With --live: the phone that is called, e.g. 101@desks.")] = "",
    phone_secret: Annotated[
        Path | None,
        typer.Option(
            help="With --live: file with the password by which this phone registers at the Asterisk. The check plays "
            "the phone then, and tries what becomes of the call when phone or engine die. Its own softphone is logged "
            "off meanwhile. Without: you are told what to press."
        ),
    ] = None,
) -> None:
    """Check a configuration: every mistake with file, line, path and reason. With --live the peers, too."""
    from config.loader import check as check_configuration
    from config.references import Secrets

    report = check_configuration(directory, secrets=Secrets.LATER)
    for problem in report.problems:
        say(problem, err=True)
    if report.problems:
        fail(counted(len(report.problems), "mistake"), EXIT_MISTAKE)
    for line in report.summary:
        say(line)
    if live:
        from dialer.cli.console_log import log_to_stderr
        from dialer.cli.live_check.check import LiveCheck, tell

        log_to_stderr("ERROR")
        secret = _secret_in(phone_secret) if phone_secret is not None else ""
        work = tell(LiveCheck(settings_of(directory), phone, secret), say)
        raise typer.Exit(run_async(until_told(work)))


def _secret_in(path: Path) -> str:
    """The password in a file, without the line's end."""
    try:
        secret = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"--phone-secret {path}: {getattr(error, 'strerror', None) or 'is no text'}", EXIT_MISTAKE)
    if not secret:
        fail(f"--phone-secret {path}: the file is empty; write the phone's password into it", EXIT_MISTAKE)
    return secret


@app.command()
def reload(config: Directory = Path("/etc/cornetta")) -> None:
    """Let the running node read its configuration again: shows the difference; a mistake changes nothing."""
    from dialer.cli import node_api

    told = run_async(node_api.ask(settings_of(config), "POST", "/configuration/reload"))
    for change in told["changes"]:
        note = f" ({change['note']})" if change["note"] else ""
        say(f"{change['subject']}: {change['text']} [{change['applies']}]{note}")
    say(f"{counted(len(told['changes']), 'change')} applied" if told["changes"] else "nothing has changed")


@app.command()
def why(
    campaign: Annotated[str, typer.Argument(help="Name of the campaign.")],
    config: Directory = Path("/etc/cornetta"),
) -> None:
    """Say in one sentence why a campaign dials nothing now, or no more than it does."""
    from dialer.cli import node_api

    told = run_async(node_api.ask(settings_of(config), "GET", f"/campaigns/{quote(campaign, safe='')}/why"))
    reason = told["why"]
    said = reason["sentence"] if reason else f"it is dialing. {told['pacing']}"
    say(f"{told['campaign']} is {told['state']}: {said}")


@app.command()
def call(
    number: Annotated[str, typer.Argument(help="Number to dial, in international form.")],
    campaign: Annotated[str, typer.Option(help="Whose trunk and caller ID are used.")],
    phone: Annotated[str, typer.Option(help="The phone that is connected, e.g. 101@desks.")],
    config: Directory = Path("/etc/cornetta"),
) -> None:
    """Place one test call through the running node, outside records and statistics."""
    from dialer.cli.console_log import log_to_stderr
    from dialer.cli.test_call import place_test_call

    settings = settings_of(config)
    log_to_stderr("WARNING")
    raise typer.Exit(run_async(place_test_call(settings, number, campaign, phone, say)))


LabMode = Annotated[
    str, typer.Option(help="PREVIEW, PUSH_PREVIEW, PROGRESSIVE, PREDICTIVE, PROGRESSIVE_ASM or PREDICTIVE_ASM.")
]
LabAnswerRate = Annotated[
    float, typer.Option(max=100, help="Percent of the contacts who answer as persons; 0: as the profile has it.")
]
LabPeople = Annotated[
    int, typer.Option(min=0, help="Agents of the demo, from agent1 on, who are left to you at the page.")
]
LabMinutes = Annotated[
    float, typer.Option(min=0, max=480, help="With --headless: so long, on a list that does not end, with pace-8h.")
]


@app.command()
def lab(
    headless: Annotated[bool, typer.Option(help="Run a campaign to its end and print the proof.")] = False,
    as_json: AsJson = False,
    agents: Annotated[int, typer.Option(min=1, max=500)] = 8,
    records: Annotated[int, typer.Option(min=1, max=60_000)] = 400,
    mode: LabMode = "PROGRESSIVE_ASM",
    seed: Annotated[int, typer.Option(help="Equal seeds give equal contacts.")] = 1,
    profile: Annotated[str, typer.Option(help="demo, measured, mixed, prompt or pace-8h.")] = "",
    answer_rate: LabAnswerRate = 0.0,
    minutes: LabMinutes = 0.0,
    via: Annotated[
        str,
        typer.Option(
            help="asterisk: everything through a real Asterisk, with browsers as phones of people; direct; or auto: "
            "through Asterisk in a demo, where it can be had."
        ),
    ] = "auto",
    port: Annotated[int, typer.Option(help="Port of the web side.")] = 8080,
    people: LabPeople = 2,
    directory: Annotated[
        Path | None,
        typer.Option(help="Where data and logs stay; new and empty each time. Else a clean headless run keeps none."),
    ] = None,
) -> None:
    """The whole product on this machine, with a simulated carrier and phones: a demo, or with --headless a proof."""
    from rich.console import Console

    from dialer.cli.console_log import log_to_stderr
    from dialer.lab.directory import run_directory
    from dialer.lab.order import Order
    from dialer.vocabulary.interpreter import share_interpreter

    log_to_stderr("WARNING")
    share_interpreter()
    order = Order(mode, agents, records, seed, headless, profile, answer_rate, minutes, via, port, people)
    try:
        scenario, habits = order.scenario(time.time())
    except CornettaError as error:
        fail(error, EXIT_MISTAKE)
    with run_directory(directory, _aside, keep=not headless) as place:
        if headless:
            _headless(scenario, habits, place, as_json=as_json)
        else:
            from dialer.lab.watch import run_demo

            run_async(run_demo(scenario, habits, place, Console()))


def _aside(line: str) -> None:
    """Print on stderr; stdout is for results."""
    say(line, err=True)


def _headless(scenario: Any, habits: Any, place: Path, *, as_json: bool) -> None:
    from dialer.lab.headless import run_headless
    from dialer.lab.report import as_json as to_json

    report = run_async(until_told(run_headless(scenario, place, _aside, habits)))
    told = to_json(report)
    if as_json:
        say(json.dumps(told))
    else:
        for name, value in told.items():
            say(f"{name}: {value}")
    if not report.is_clean:
        raise typer.Exit(EXIT_FAILED)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(
    context: typer.Context, name: Annotated[str, typer.Argument(help="Which comparison; list shows them.")]
) -> None:
    """Run one measured comparison; the last line of stdout is one JSON object. NAME -h has its options."""
    from bench.registry import run_bench
    from dialer.cli.console_log import log_to_stderr

    log_to_stderr("WARNING")
    raise typer.Exit(run_bench(name, context.args))
