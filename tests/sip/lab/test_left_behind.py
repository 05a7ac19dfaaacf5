"""A lab or a bench that is ended from outside leaves no process; one without the right to capture the wire reports
it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

CORNETTA = (sys.executable, "-m", "dialer.cli")
PATIENCE_S = 60.0
CAPSH = "/usr/sbin/capsh"


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """Sockets have short paths."""
    with tempfile.TemporaryDirectory(prefix="left") as name:
        yield Path(name)


def processes_of(directory: Path) -> list[str]:
    """Command lines of the processes started with files in `directory`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(directory) in command and "sip.engine.main" in command:
            found.append(f"{process.name} {command}")
    return found


async def until_none(directory: Path) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while processes_of(directory):  # noqa: ASYNC110  # processes of others have no event
            await asyncio.sleep(0.1)


async def started(directory: Path, engines: int, *arguments: str) -> asyncio.subprocess.Process:
    """A command whose engines are up."""
    process = await asyncio.create_subprocess_exec(
        *CORNETTA,
        *arguments,
        env={**os.environ, "TMPDIR": str(directory)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while len(processes_of(directory)) < engines:
                assert process.returncode is None, "it ended by itself"
                await asyncio.sleep(0.1)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return process


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_lab_that_is_ended_leaves_no_engine(short_dir: Path, number: signal.Signals) -> None:
    lab = await started(short_dir, 2, "lab", "--headless", "--agents", "2", "--directory", str(short_dir / "lab"))
    lab.send_signal(number)
    async with asyncio.timeout(PATIENCE_S):
        await lab.wait()
    await until_none(short_dir)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_lab_that_is_ended_leaves_no_asterisk(short_dir: Path, number: signal.Signals) -> None:
    arguments = ("lab", "--headless", "--via", "asterisk", "--agents", "2", "--directory", str(short_dir / "lab"))
    lab = await started(short_dir, 2, *arguments)
    try:
        pid = int((short_dir / "lab" / "asterisk" / "var" / "run" / "asterisk.pid").read_text())
        assert is_asterisk(pid)
    finally:
        lab.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            await lab.wait()
    async with asyncio.timeout(PATIENCE_S):
        while is_asterisk(pid):  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.1)
    await until_none(short_dir)


def is_asterisk(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "asterisk"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_bench_that_is_ended_leaves_no_engine(short_dir: Path, number: signal.Signals) -> None:
    bench = await started(short_dir, 1, "bench", "wire_round_trip", "--rounds", "1000000", "--runs", "50")
    bench.send_signal(number)
    async with asyncio.timeout(PATIENCE_S):
        await bench.wait()
    await until_none(short_dir)


async def test_a_lab_that_may_not_witness_the_wire_says_so_in_a_sentence(short_dir: Path) -> None:
    command = f"exec {' '.join(CORNETTA)} lab --headless --agents 2 --records 4 --directory {short_dir}/lab"
    lab = await asyncio.create_subprocess_exec(
        *(CAPSH, "--drop=cap_net_raw", "--", "-c", command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE_S):
        told, _ = await lab.communicate()
    text = told.decode()
    assert lab.returncode == 1, text
    assert "Cannot witness lo: Operation not permitted." in text
    assert "CAP_NET_RAW" in text
    assert "Traceback" not in text
    await until_none(short_dir)
