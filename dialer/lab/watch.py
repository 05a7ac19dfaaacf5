"""`cornetta lab`: the demo that runs until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from dialer.cli.terminal import escaped
from dialer.lab import asterisk
from dialer.lab.asterisk import AsteriskFailed
from dialer.lab.autopilot import Habits
from dialer.lab.crew import until_ready
from dialer.lab.gauge import Gauge
from dialer.lab.scenario import CAMPAIGN, DEMO_PASSWORD, VIA_ASTERISK, VIA_AUTO, VIA_DIRECT, Scenario
from dialer.lab.screen import Screen
from dialer.lab.stage import Stage
from dialer.vocabulary.ids import CampaignName
from dialer.words import say

#: Whatever of a start takes longer than this is told.
PATIENCE_S = 2.0


async def run_demo(scenario: Scenario, habits: Habits, directory: Path, console: Console) -> None:
    """Run the demo campaign with its web side and a live view until SIGINT, SIGTERM or SIGHUP."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
    scenario = await chosen(scenario, console)
    console.print("Starting carrier, phones, engine and node ...")
    async with Stage(scenario, directory, habits) as stage:
        stage.seat_agents()
        await until_ready(stage.running, scenario)  # before the campaign is loaded, so that agents get both notices
        await stage.run_campaign()
        _announce(stage, console)
        screen = Screen(stage)
        show = screen.show(console) if console.is_terminal else _tell(stage, console)
        task = asyncio.create_task(show, name="screen")
        await over.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        console.print("Stopping ...")


async def chosen(scenario: Scenario, console: Console) -> Scenario:
    """With `auto`: through Asterisk where it can be had, else without, which is told with the reason."""
    if scenario.via != VIA_AUTO:
        return scenario
    making = asyncio.create_task(asterisk.make())
    if not (await asyncio.wait((making,), timeout=PATIENCE_S))[0]:
        console.print("Fetching Asterisk (about half a minute, once) ...")
    try:
        await making
    except AsteriskFailed as error:
        console.print(escaped(f"Without Asterisk, so that no browser can be a phone: {error}"), markup=False)
        return replace(scenario, via=VIA_DIRECT)
    return replace(scenario, via=VIA_ASTERISK)


def _announce(stage: Stage, console: Console) -> None:
    say: Callable[..., None] = console.print
    say(f"\n[bold]Cornetta is up:[/bold] {stage.settings.server.url}")
    scenario = stage.scenario
    say(f"Log-ins: supervisor, admin, agent1 to agent{scenario.agents}; password {DEMO_PASSWORD}")
    if scenario.people:
        phones = "their phones are your browser" if scenario.browsers else "their phones answer by themselves"
        say(f"Left to you: {', '.join(scenario.agent_names()[: scenario.people])}; {phones}.")
    say(f"Data and logs: {stage.directory}\n")


async def _tell(stage: Stage, console: Console) -> None:
    """Without a terminal: one line after a change, at most every 2 s."""
    told = ""
    gauge = Gauge(CampaignName(CAMPAIGN))
    while True:
        world, now = stage.running.world, stage.running.clock.now()
        campaign = world.campaigns[CampaignName(CAMPAIGN)]
        reading = gauge.look(world, now.monotonic, now.utc)
        states = [each.state.value for each in world.interactions.values()]
        why = f"; {say(campaign.reason.reason)}" if campaign.reason else ""
        talking, dialing = states.count("connected"), states.count("dialing")
        line = f"{campaign.waiting.done}/{campaign.waiting.total} done, {dialing} dialing, {talking} talking{why}"
        if line != told:
            ahead = f"; {reading.utilisation:.0f} % utilisation, {reading.level}, {reading.share_abandoned} abandoned"
            console.print(escaped(line + ahead if campaign.is_predictive else line), markup=False)
            told = line
        await asyncio.sleep(2.0)
