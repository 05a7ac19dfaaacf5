"""A node that cannot start reports the fault and the remedy, and disturbs no other program."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from tests.crash.campaign import free_port

#: A time-out, not a measure.
PATIENCE_S = 60.0
LOOK_S = 0.05


def configure(directory: Path, node: str, data: Path, port: int) -> Path:
    directory.mkdir()
    data.mkdir(exist_ok=True)
    (directory / "server.yaml").write_text(
        f"server:\n  node: {node}\n  listen_port: {port}\n  data_directory: {data}\n"
        "engines:\n  - name: engine-1\n    sip_port_low: 5480\n    sip_port_high: 5490\n"
    )
    return directory


async def spawn(config: Path) -> asyncio.subprocess.Process:
    """`cornetta run`."""
    cornetta = Path(sys.executable).with_name("cornetta")
    return await asyncio.create_subprocess_exec(
        *(str(cornetta), "run", "--config", str(config)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def fails(config: Path) -> str:
    """The output of `cornetta run` when it ends with an exit code other than 0."""
    process = await spawn(config)
    async with asyncio.timeout(PATIENCE_S):
        _, said = await process.communicate()
    assert process.returncode not in (0, None)
    told = said.decode()
    assert "Traceback" not in told
    return told.strip().splitlines()[-1]


@asynccontextmanager
async def running(config: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A node that answers, for the length of a test."""
    process = await spawn(config)
    try:
        async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as http:
            while not await alive(http, port):
                assert process.returncode is None
                await asyncio.sleep(LOOK_S)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        async with asyncio.timeout(PATIENCE_S):
            await process.communicate()


async def alive(http: aiohttp.ClientSession, port: int) -> bool:
    with suppress(aiohttp.ClientError):
        async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
            return answer.status == 200
    return False


async def test_a_second_node_on_the_same_database_is_refused(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "data"
    first = configure(tmp_path / "first", "berlin", data, port)
    second = configure(tmp_path / "second", "paris", data, free_port())
    async with running(first, port) as node:
        said = await fails(second)
        assert f"{data}/cornetta.db" in said
        assert f"process {node.pid}" in said
        assert "berlin" in said
        async with aiohttp.ClientSession() as http:
            assert await alive(http, port), "the first one goes on"


async def test_a_port_in_use_is_named_with_the_remedy(tmp_path: Path) -> None:
    port = free_port()
    first = configure(tmp_path / "first", "berlin", tmp_path / "one", port)
    second = configure(tmp_path / "second", "paris", tmp_path / "two", port)
    async with running(first, port):
        said = await fails(second)
        assert f"127.0.0.1 port {port}" in said
        assert "server.listen_port" in said
    # The refused node has left its database as it was, free for another start.
    async with running(second, port):
        pass


async def test_a_database_that_cannot_be_written_is_named_with_the_remedy(tmp_path: Path) -> None:
    data = tmp_path / "data"
    config = configure(tmp_path / "config", "berlin", data, free_port())
    (data / "cornetta.db").mkdir()
    assert "cornetta.db is a directory: name a file" in await fails(config)
