"""Carrier, engine and a node that can be killed, each in a process of its own, and clients of the node's API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from dialer.lab.autopilot import Habits
from dialer.lab.node_main import NodePlan
from dialer.lab.node_process import NodeProcess
from dialer.lab.ports import free_ports
from dialer.lab.scenario import Scenario, node_settings
from dialer.lab.stage import engine_keeper
from sip.wire import EngineProcess
from tests.crash.campaign import carrier
from tests.crash.databases import Database, SqliteFile
from tests.crash.desktops import Clients, clients

LOOK_S = 0.02
#: Time-outs, not measures.
PATIENCE_S = 90.0


class NodeStage:
    """The node is started and killed; the engine, the database and the lab stay."""

    def __init__(self, scenario: Scenario, directory: Path, habits: Habits, database: Database) -> None:
        self.ports = ports = free_ports()
        self.directory = directory
        self.scenario = scenario = replace(scenario, database_url=database.url)
        self.settings = node_settings(scenario, ports, directory)
        self.database = database
        self.carrier = carrier(scenario, ports, directory)
        self.keeper = engine_keeper(self.settings, directory)
        self.node = NodeProcess(NodePlan(scenario, ports.numbers(), str(directory), habits))
        self.clients: Clients

    @property
    def engine(self) -> EngineProcess:
        assert self.keeper.process is not None
        return self.keeper.process

    async def start_node(self, module: str = "") -> float:
        """Start it and wait until it has adopted the engine's legs; returns the seconds."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await self.node.start(module)
        await self.until_ready()
        return loop.time() - begun

    async def until_ready(self) -> None:
        """Wait until calls can be placed: the state is restored and compared with the engine's legs."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                assert self.node.is_running, self.node.log.read_text()[-3000:]
                with suppress(aiohttp.ClientError, TimeoutError):
                    if await self.clients.status("/readyz") == 200:
                        return
                await asyncio.sleep(LOOK_S)

    async def talking(self) -> dict[str, str]:
        """Call-IDs of the conversations in the database, with the interaction of each."""
        query = (
            "SELECT i.id, d.call_id FROM interactions i JOIN attempts a ON a.interaction = i.id AND a.ended_at IS NULL"
            " JOIN dials d ON d.attempt = a.id WHERE i.live IS NOT NULL AND i.state = 'connected'"
        )
        return {row["call_id"]: row["id"] for row in await self.database.rows(query)}

    async def live(self, side: str) -> set[str]:
        """Call-IDs of the lab's answered legs that are up."""
        told = await self.carrier.request({"do": "status"})
        return {leg["call_id"] for leg in told["live"] if leg["side"] == side and leg["answered"]}

    async def report(self) -> dict[str, Any]:
        return await self.carrier.request({"do": "report"})

    async def until_talking(self, at_least: int) -> None:
        """Wait until this many conversations are under way."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if len(await self.talking()) >= at_least:
                    return
                await asyncio.sleep(LOOK_S)

    async def until_found(self, query: str, times: int) -> None:
        """Wait until a query of the database finds this many rows."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if len(await self.database.rows(query)) == times:
                    return
                await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def node_stage(
    scenario: Scenario, directory: Path, habits: Habits, database: Database | None = None
) -> AsyncIterator[NodeStage]:
    """Carrier and engine are up; the test starts the node. `database` is a SQLite file by default."""
    stage = NodeStage(scenario, directory, habits, database or SqliteFile(directory / "cornetta.db"))
    try:
        await stage.carrier.start()
        await stage.keeper.start()
        async with clients(stage.settings.server.url) as them:
            stage.clients = them
            yield stage
    finally:
        if stage.node.starts and stage.node.is_running:
            await stage.node.kill()
        await stage.keeper.close(timeout_s=10.0)
        await stage.carrier.stop()
        stage.ports.release()
