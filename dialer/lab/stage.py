"""The stage of a lab run: carrier and phones, engine, node and simulated agents, up and down in order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from config.model import Settings
from dialer.lab import crew
from dialer.lab.asterisk import AsteriskPeer
from dialer.lab.autopilot import Autopilot, Habits
from dialer.lab.pacing_watch import PacingWatch
from dialer.lab.ports import free_ports
from dialer.lab.scenario import Scenario, asterisk_settings, lab_settings, node_settings
from dialer.node import Node
from dialer.vocabulary.errors import CornettaError
from dialer.vocabulary.ids import EngineId
from sip.lab.process import LabProcess
from sip.wire import EngineCommandLine, EngineKeeper, EngineProcess, KeeperLimits

#: An engine under trial dies often and is restarted at once.
KEEPING = KeeperLimits(retry_last_s=0.5, settled_after_s=1.0)
#: No real people talk in a lab: at its end all legs get a BYE at once.
DRAIN_TIMEOUT_S = 0.3


def engine_keeper(settings: Settings, directory: Path) -> EngineKeeper:
    """The keeper that restarts the first engine of `settings`, as a service manager does."""
    engine = settings.engines[0]
    socket = Path(settings.engine_socket(engine))
    line = EngineCommandLine(
        socket,
        EngineId(engine.name),
        directory / "engine.log",
        directory / "engine",
        arguments=("--drain-timeout-s", f"{DRAIN_TIMEOUT_S:g}"),
        ends_with_us=True,
    )
    return EngineKeeper(line, KEEPING)


async def _both(first: Coroutine[Any, Any, None], second: Coroutine[Any, Any, None]) -> None:
    """Run both at the same time. Raises the first of our own errors unwrapped, as its text is for people."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(first)
            group.create_task(second)
    except BaseExceptionGroup as errors:
        ours = [each for each in errors.exceptions if isinstance(each, CornettaError)]
        if len(ours) < len(errors.exceptions):
            raise
        raise ours[0] from None


class Stage:
    """An asynchronous context manager: all parts are up inside it and gone after it."""

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
        self.keeper = engine_keeper(self.settings, directory)
        self.node: Node | None = None
        self.pacing = PacingWatch()
        self.pilots: list[Autopilot] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.api = not scenario.headless

    async def __aenter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            if self.asterisk is not None:
                await self.asterisk.start()  # before the phones, which register there
            await _both(self.carrier.start(), self.keeper.start())
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

    @property
    def engine(self) -> EngineProcess | None:
        """The engine under trial: the running one, or the last one."""
        return self.keeper.process

    async def open_node(self) -> None:
        """Open the node, with the calling list if it is new, and simulated agents."""
        node = await Node.open(self.settings)
        node.world.make_pacer = self.pacing.governor
        self.node = node
        await crew.fill_list(node, self.scenario)
        await node.start(api=self.api)

    def seat_agents(self) -> None:
        """Put a simulated agent at every desk."""
        self.pilots = crew.crew(self.running, self.scenario, self._habits)
        self._tasks += [asyncio.create_task(pilot.work(), name="autopilot") for pilot in self.pilots]

    async def run_campaign(self) -> None:
        """Load and start the campaign."""
        await crew.run_campaign(self.running)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self.node is not None:
            await self.node.stop()
            self.node = None
        await self.keeper.close(timeout_s=10.0)
        with contextlib.suppress(ProcessLookupError):
            await self.carrier.stop()
        if self.asterisk is not None:
            await self.asterisk.stop()
        self.ports.release()
