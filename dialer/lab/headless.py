"""`cornetta lab --headless`: a campaign to its end, or for a set time, and the proof of what happened."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from dialer.campaigns.campaign import Campaign
from dialer.campaigns.reason import NoCallsCode
from dialer.lab.autopilot import Habits
from dialer.lab.crew import until_home, until_ready
from dialer.lab.report import RunReport, judge
from dialer.lab.scenario import CAMPAIGN, Scenario
from dialer.lab.stage import Stage
from dialer.lab.utilisation import Span
from dialer.vocabulary import commands
from dialer.vocabulary.ids import CampaignName
from dialer.words import say

#: The time-out of a run to the list's end.
RUN_LIMIT_S = 1800.0
#: The time-out for all agents to be at their desks.
READY_LIMIT_S = 120.0
#: After a run for a set time conversations may go on for this long; then agents end them.
LAST_WORDS_S = 120.0
#: The time-out for the lab's legs to end after the last call.
SETTLE_S = 15.0
LOOK_S = 0.5
#: How often a run for a set time prints its progress.
TELL_S = 15.0

Progress = Callable[[str], None]


async def run_headless(
    scenario: Scenario, directory: Path, progress: Progress, habits: Habits | None = None
) -> RunReport:
    """Run the scenario's campaign until every record has its result, or for its minutes; raises TimeoutError if it
    does not end."""
    loop = asyncio.get_running_loop()
    async with Stage(scenario, directory, habits) as stage:
        begun = loop.time()
        stage.seat_agents()
        if scenario.minutes:
            async with asyncio.timeout(READY_LIMIT_S):
                await until_ready(stage.running, scenario)
        await stage.run_campaign()
        if scenario.minutes:
            await until_over(stage, progress)
        else:
            async with asyncio.timeout(RUN_LIMIT_S):
                await until_finished(stage, progress)
        seconds = loop.time() - begun
        began_at, now = stage.pacing.began_at, stage.running.clock.now().utc
        await send_home(stage)
        return await judge(stage, seconds, Span(now if began_at is None else began_at, now))


async def until_over(stage: Stage, progress: Progress) -> None:
    """Wait until the scenario's minutes have passed since the pacing's first decision."""
    clock, length_s = stage.running.clock, stage.scenario.minutes * 60
    told_at = 0.0
    while True:
        now = clock.now().utc
        began_at = stage.pacing.began_at
        if began_at is not None and now >= began_at + length_s:
            return
        if began_at is not None and now - told_at >= TELL_S:
            told_at = now
            line = _line(stage, stage.running.world.campaigns[CampaignName(CAMPAIGN)])
            progress(f"{(now - began_at) / 60:.1f} of {stage.scenario.minutes:g} min: {line}")
        left_s = length_s if began_at is None else began_at + length_s - now
        await asyncio.sleep(min(LOOK_S, left_s))


async def until_finished(stage: Stage, progress: Progress) -> None:
    """Wait until the list is finished and nothing is on a desk or a line."""
    told = ""
    while True:
        world = stage.running.world
        campaign = world.campaigns[CampaignName(CAMPAIGN)]
        if _is_finished(campaign) and not world.interactions:
            return
        line = _line(stage, campaign)
        if line != told:
            progress(line)
            told = line
        await asyncio.sleep(LOOK_S)


def _is_finished(campaign: Campaign) -> bool:
    reason = campaign.reason
    done = campaign.waiting.total > 0 and campaign.waiting.done == campaign.waiting.total
    return reason is not None and reason.code is NoCallsCode.LIST_FINISHED and done


def _line(stage: Stage, campaign: Campaign) -> str:
    world = stage.running.world
    states = [each.state for each in world.interactions.values()]
    why = f"; {say(campaign.reason.reason)}" if campaign.reason else ""
    talking, dialing = states.count("connected"), states.count("dialing")  # type: ignore[arg-type]  # StrEnum is str
    return f"{campaign.waiting.done}/{campaign.waiting.total} done, {dialing} dialing, {talking} talking{why}"


async def send_home(stage: Stage) -> None:
    """Stop the campaign, let conversations and after-call work end, log the agents out, and wait until no leg is
    left."""
    await stage.running.inbox.ask(commands.StopCampaign(CampaignName(CAMPAIGN), "lab"))
    for pilot in stage.pilots:
        pilot.working = False
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_S):
            await until_home(stage.running)
    for pilot in stage.pilots:
        pilot.hurried = True
    with contextlib.suppress(TimeoutError):  # the report lists the legs that are left
        async with asyncio.timeout(SETTLE_S):
            await until_home(stage.running)
    await stage.carrier.request({"do": "settled", "legs": 0, "timeout_s": SETTLE_S}, SETTLE_S + 5)
