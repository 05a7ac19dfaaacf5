"""One engine and one agent's phone for the whole folder; each test closes its own parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dialer.lab.ports import free_ports
from dialer.lab.scenario import lab_settings
from dialer.vocabulary.ids import EngineId
from sip.lab.process import LabProcess
from sip.wire import EngineProcess

from .booth import SCENARIO, Booths, House


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The engine under trial, and a lab that plays the agent's phone."""
    folder = tmp_path_factory.mktemp("house")
    ports = free_ports()
    socket = folder / "engine.sock"
    phones = LabProcess(lab_settings(SCENARIO, ports), tmp_path_factory.mktemp("phones"))
    log = ("--log-file", str(folder / "pjsip.log"), "--log-level", "5", "--drain-timeout-s", "2")
    spawning = EngineProcess.spawn(
        socket, EngineId("engine-1"), folder / "engine.log", folder / "engine", arguments=log
    )
    engine, _ = await asyncio.gather(spawning, phones.start())
    yield House(ports, socket, phones)
    await phones.stop()
    await engine.stop()
    ports.release()


@pytest.fixture
def booths(house: House, tmp_path: Path) -> Booths:
    """Opens a booth: a node, an agent who is engaged, carriers."""
    return Booths(house, tmp_path)
