"""`cornetta lab`: the demo that runs until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from dialer.cli.terminal import escaped
from dialer.lab.autopilot import Habits
from dialer.lab.crew import until_ready
from dialer.lab.gauge import Gauge
from dialer.lab.scenario import CAMPAIGN, DEMO_PASSWORD, Scenario
from dialer.lab.screen import Screen
from dialer.lab.stage import Stage
from dialer.vocabulary.ids import CampaignName
from dialer.words import say


async def run_demo(scenario: Scenario, habits: Habits, directory: Path, console: Console) -> None:
    """Run the demo campaign with its web side and a live view until SIGINT, SIGTERM or SIGHUP."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
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


def _announce(stage: Stage, console: Console) -> None:
    say: Callable[..., None] = console.print
    say(f"\n[bold]Cornetta is up:[/bold] {stage.settings.server.url}")
    scenario = stage.scenario
    say(f"Log-ins: supervisor, admin, agent1 to agent{scenario.agents}; password {DEMO_PASSWORD}")
    if scenario.people:
        say(f"Left to you: {', '.join(scenario.agent_names()[: scenario.people])}; their phones answer by themselves.")
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
