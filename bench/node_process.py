"""A node in a process of its own, with agents at its desks, for measurements: `python -m bench.node_process FILE`.

FILE is a pickled NodePlan, made a moment ago by the program that started us. Requests come on stdin and answers go to
stdout, one JSON object a line: `start` the campaign, `engaged` (the number of engaged agents, and of those who wait for
a contact), `begin` to measure anew, `figures`. The process ends when stdin does. All agents are played by one task, by
the same commands as people.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from config.model import Mode, Settings
from dialer.agents.agent import Agent, AgentState
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.cli.console_log import log_to_stderr
from dialer.interactions.interaction import InteractionState
from dialer.interactions.party import PartyState
from dialer.lab.contacts import contacts
from dialer.lab.ports import LabPorts
from dialer.lab.scenario import CAMPAIGN, LIST, Scenario, node_settings
from dialer.node import Node
from dialer.vocabulary import commands, events
from dialer.vocabulary.errors import Refused, StoreUnavailable
from dialer.vocabulary.ids import CampaignName, ListName
from dialer.vocabulary.interpreter import share_interpreter
from sip.lab.profile import PROMPT

#: How often the agents look at their desktops.
LOOK_S = 0.03
SEED = 1
LINE_BYTES_MAX = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class NodePlan:
    """The plan of a run: a node with these settings, and a calling list of this many records."""

    settings: Settings
    records: int

    @property
    def agents(self) -> int:
        return len(self.settings.users)


class Figures(Struct, frozen=True):
    """Since `begin`: `event_ms` from an event's receipt in the engine until its handler was done and its immediate
    outputs had left, `waited_ms` of each message in the inbox; `handled` messages of all kinds, `commits`, `faults`."""

    event_ms: list[float]
    waited_ms: list[float]
    handled: int
    commits: int
    faults: int


class Watch:
    """Sees each message leave the inbox."""

    def __init__(self, node: Node) -> None:
        self._node = node
        node.inbox.watch_handled(self._handled)
        self.begin()

    def begin(self) -> None:
        self.event_ms: list[float] = []
        self.waited_ms: list[float] = []
        self._handled_before, self._commits_before = self._node.inbox.handled, self._node.writer.commits

    def _handled(self, message: object, waited_s: float) -> None:
        self.waited_ms.append(waited_s * 1000)
        if isinstance(message, events.EngineSaid):
            self.event_ms.append((time.monotonic() - message.event.at) * 1000)

    def figures(self) -> Figures:
        return Figures(
            event_ms=self.event_ms,
            waited_ms=self.waited_ms,
            handled=self._node.inbox.handled - self._handled_before,
            commits=self._node.writer.commits - self._commits_before,
            faults=self._node.inbox.faults,
        )


class Desks:
    """All agents. They log in, acknowledge, go ready, and set the outcome at once after each conversation."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def sit(self) -> None:
        """Until cancelled."""
        while True:
            for notice in tuple(self._node.world.notices.values()):
                await self._ask(commands.AcknowledgeNotice(notice.agent, notice.id))
            for agent in tuple(self._node.world.agents.values()):
                await self._work(agent)
            await asyncio.sleep(LOOK_S)

    async def _work(self, agent: Agent) -> None:
        if agent.state is AgentState.LOGGED_OUT:
            await self._ask(commands.LogIn(agent.name))
        elif agent.state is AgentState.NOT_READY and agent.interaction is None:
            await self._ask(commands.GoReady(agent.name))
        elif agent.interaction is not None:
            interaction = self._node.world.interactions.get(agent.interaction)
            if interaction is None or interaction.state is not InteractionState.CLEARED:
                return
            if interaction.owner is not None and interaction.owner.state is PartyState.AFTER_CALL:
                await self._ask(SetOutcome(agent.name, interaction.id, disposition="sale"))
                await self._ask(Done(agent.name, interaction.id, "ready"))

    async def _ask(self, command: commands.Command) -> None:
        try:
            await self._node.inbox.ask(command)
        except (Refused, StoreUnavailable) as error:
            structlog.get_logger(__name__).info("refused", command=type(command).__name__, error=str(error))


def plan_node(mode: Mode, agents: int, records: int, rate_per_s: float, ports: LabPorts, directory: Path) -> NodePlan:
    """The lab's configuration, whose trunk takes at most `rate_per_s` new calls a second."""
    scenario = Scenario(mode, agents, records, SEED, PROMPT, headless=True)
    settings = node_settings(scenario, ports, directory)
    trunk = settings.trunks[0].model_copy(update={"max_calls_per_s": rate_per_s})
    at_desks = tuple(user for user in settings.users if user.phone)
    return NodePlan(settings.model_copy(update={"trunks": (trunk,), "users": at_desks}), records)


async def serve(plan: NodePlan) -> None:
    """Run until stdin ends."""
    node = await Node.open(plan.settings)
    now = node.clock.now().utc
    await node.store.lists.add_list(ListName(LIST), "UTC", "US", now)
    await node.store.lists.add_records(ListName(LIST), contacts(plan.records, SEED), now)
    watch = Watch(node)
    await node.start(api=False)
    desks = asyncio.create_task(Desks(node).sit(), name="desks")
    try:
        await _answer_requests(node, watch)
    finally:
        desks.cancel()
        await asyncio.gather(desks, return_exceptions=True)
        await node.stop()


async def _answer_requests(node: Node, watch: Watch) -> None:
    reader = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say({"ready": True})
    while line := await reader.readline():
        _say(await _answer(msgspec.json.decode(line)["do"], node, watch))


async def _answer(request: str, node: Node, watch: Watch) -> Any:
    match request:
        case "start":
            name = CampaignName(CAMPAIGN)
            await node.inbox.ask(commands.LoadCampaign(name, "bench"))
            await node.inbox.ask(commands.StartCampaign(name, "bench"))
        case "engaged":
            legs = node.world.legs
            up = [each for each in node.world.agents.values() if each.engaged and legs[each.engaged].is_connected]
            return {"engaged": len(up), "ready": sum(1 for each in node.world.agents.values() if each.is_idle)}
        case "begin":
            watch.begin()
        case "figures":
            return watch.figures()
    return {}


def _say(answer: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


def main() -> int:
    log_to_stderr("WARNING")
    share_interpreter()
    plan: NodePlan = pickle.loads(Path(sys.argv[1]).read_bytes())
    asyncio.run(serve(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
