"""The stage of a lab run: carrier and phones, engine, node and simulated agents, up and down in order."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

from dialer.lab.asterisk import AsteriskPeer
from dialer.lab.autopilot import Autopilot, Habits
from dialer.lab.contacts import contacts
from dialer.lab.ports import free_ports
from dialer.lab.scenario import CAMPAIGN, LIST, Scenario, asterisk_settings, lab_settings, node_settings
from dialer.node import Node
from dialer.vocabulary import commands
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, ListName
from sip.lab.process import LabProcess
from sip.wire import EngineProcess

#: The engine under trial is started again this long after it died.
RESTART_S = 0.3


class Stage:
    """An asynchronous context manager: everything is up inside it, nothing is left after it."""

    def __init__(self, scenario: Scenario, directory: Path, habits: Habits | None = None) -> None:
        self.scenario = scenario
        self.directory = directory
        self.ports = free_ports()
        self.settings = node_settings(scenario, self.ports, directory)
        self._habits = habits or Habits()
        self.carrier = LabProcess(lab_settings(scenario, self.ports), directory)
        self.asterisk: AsteriskPeer | None = None
        if scenario.via_asterisk:
            self.asterisk = AsteriskPeer(asterisk_settings(scenario, self.ports), directory / "asterisk")
        self.engine: EngineProcess | None = None
        self.node: Node | None = None
        self.pilots: list[Autopilot] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.engine_starts = 0
        self.api = not scenario.headless

    async def __aenter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            if self.asterisk is not None:
                await self.asterisk.start()  # before the phones, which register there
            await self.carrier.start()
            await self._spawn_engine()
            self._tasks.append(asyncio.create_task(self._guard_engine(), name="engine guard"))
            await self.open_node()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def running(self) -> Node:
        """The node; RuntimeError before it is open."""
        if self.node is None:
            raise RuntimeError("the node of this lab is not open")
        return self.node

    async def _spawn_engine(self) -> None:
        engine = self.settings.engines[0]
        self.engine = await EngineProcess.spawn(
            Path(self.settings.engine_socket(engine)),
            EngineId(engine.name),
            self.directory / "engine.log",
            self.directory / "engine",
        )
        self.engine_starts += 1

    async def _guard_engine(self) -> None:
        """What a service manager does: start the engine again when it has died."""
        while True:
            await asyncio.sleep(RESTART_S)
            if self.engine is not None and not self.engine.is_running:
                await self._spawn_engine()

    async def open_node(self) -> None:
        """Open the node, with the calling list if it is new, and simulated agents."""
        node = await Node.open(self.settings)
        self.node = node
        lists = await node.store.lists.lists()
        if not lists:
            now = node.clock.now().utc
            await node.store.lists.add_list(ListName(LIST), "UTC", "US", now)
            records = contacts(self.scenario.records, self.scenario.seed)
            await node.store.lists.add_records(ListName(LIST), records, now)
        await node.start(api=self.api)

    def seat_agents(self) -> None:
        """Put a simulated agent at every desk."""
        node = self.running
        for name in self.scenario.agent_names():
            pilot = Autopilot(
                AgentName(name), lambda: self.running.world, node.inbox.ask, self.scenario.seed, self._habits
            )
            self.pilots.append(pilot)
            self._tasks.append(asyncio.create_task(pilot.work(), name=f"autopilot {name}"))

    async def run_campaign(self) -> None:
        """Load and start the campaign."""
        node = self.running
        name = CampaignName(CAMPAIGN)
        await node.inbox.ask(commands.LoadCampaign(name, "lab"))
        await node.inbox.ask(commands.StartCampaign(name, "lab"))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self.node is not None:
            await self.node.stop()
            self.node = None
        if self.engine is not None:
            await self.engine.stop(timeout_s=10.0)
        with contextlib.suppress(ProcessLookupError):
            await self.carrier.stop()
        if self.asterisk is not None:
            await self.asterisk.stop()
        self.ports.release()
