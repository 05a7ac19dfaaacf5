"""The crew of a lab's node: the calling list, simulated agents at every desk, the campaign."""

from __future__ import annotations

import asyncio

from dialer.agents.agent import AgentState
from dialer.campaigns.campaign import CampaignState
from dialer.lab.autopilot import Autopilot, Habits
from dialer.lab.contacts import contacts
from dialer.lab.scenario import CAMPAIGN, LIST, Scenario
from dialer.node import Node
from dialer.vocabulary import commands
from dialer.vocabulary.ids import AgentName, CampaignName, ListName

#: How often the lab looks whether all agents have gone home.
LOOK_S = 0.1


async def fill_list(node: Node, scenario: Scenario) -> None:
    """The calling list, if the store has none yet."""
    if not await node.store.lists.lists():
        now = node.clock.now().utc
        await node.store.lists.add_list(ListName(LIST), scenario.zone, "US", now)
        rows = contacts(scenario.records, scenario.seed, scenario.zone)
        await node.store.lists.add_records(ListName(LIST), rows, now)


def crew(node: Node, scenario: Scenario, habits: Habits) -> list[Autopilot]:
    """A simulated agent for every desk."""
    return [
        Autopilot(AgentName(name), lambda: node.world, node.inbox.ask, scenario.seed, habits)
        for name in scenario.simulated()
    ]


async def until_ready(node: Node, scenario: Scenario) -> None:
    """Wait until every agent has logged in and is ready. No time-out: the caller has one."""
    while _ready(node) < len(scenario.simulated()):  # noqa: ASYNC110  # nobody tells
        await asyncio.sleep(LOOK_S)


def _ready(node: Node) -> int:
    return sum(1 for agent in node.world.agents.values() if agent.state is AgentState.READY)


async def run_campaign(node: Node) -> None:
    """Load and start the campaign; it may run already, from before a restart."""
    name = CampaignName(CAMPAIGN)
    if node.world.campaign(name).state is CampaignState.INACTIVE:
        await node.inbox.ask(commands.LoadCampaign(name, "lab"))
    if node.world.campaign(name).state is CampaignState.LOADED:
        await node.inbox.ask(commands.StartCampaign(name, "lab"))


async def send_home(node: Node, pilots: list[Autopilot]) -> None:
    """Stop the campaign and wait until every agent has finished and logged out, and no leg is left. No time-out: the
    caller has one."""
    if node.world.campaign(CampaignName(CAMPAIGN)).is_running:
        await node.inbox.ask(commands.StopCampaign(CampaignName(CAMPAIGN), "lab"))
    for pilot in pilots:
        pilot.working = False
    await until_home(node)


async def until_home(node: Node) -> None:
    """Wait until every agent has logged out, and nothing is on a desk or a line. No time-out: the caller has one."""
    world = node.world
    while True:
        gone = all(each.state is AgentState.LOGGED_OUT for each in world.agents.values())
        if gone and not world.legs and not world.interactions:
            return
        await asyncio.sleep(LOOK_S)
