"""One engine and one agent's phone for the whole folder; what each test opens is gone after it."""

from __future__ import annotations

import asyncio
import os
import threading
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

CLEAR_S = 5.0


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


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def leaves_nothing(house: House) -> AsyncIterator[None]:
    """Descriptors, threads, tasks and child processes are after a test as before it."""
    before = _census()
    yield
    loop = asyncio.get_running_loop()
    until = loop.time() + CLEAR_S
    while any(now > then for now, then in zip(_census(), before, strict=True)):
        assert loop.time() < until, f"descriptors, threads, tasks, children: {before}, now {_census()}"
        await asyncio.sleep(0.02)


def _census() -> tuple[int, ...]:
    """Open descriptors, threads (the loop's own pool apart), tasks, children."""
    threads = [each for each in threading.enumerate() if not each.name.startswith("asyncio_")]
    children = [path.read_text().split() for path in Path("/proc/self/task").glob("*/children")]
    return (
        len(os.listdir("/proc/self/fd")),
        len(threads),
        len(asyncio.all_tasks()),
        sum(len(pids) for pids in children),
    )


@pytest.fixture
def booths(house: House, tmp_path: Path) -> Booths:
    """Opens a booth: a node, an agent who is engaged, carriers."""
    return Booths(house, tmp_path)
