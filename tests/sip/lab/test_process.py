"""The lab as a process: its errors at the start, and the cleanup after it."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

import pytest

from sip.lab.lab import LabFailed
from sip.lab.process import LabProcess
from sip.lab.settings import LabSettings
from tests.sip.lab.rig import free_port


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_lab_answers_and_leaves_nothing(tmp_path: Path) -> None:
    lab = LabProcess(LabSettings(free_port(), free_port(), agents=2), tmp_path)
    async with lab:
        engine = lab.engine_pid
        status = await lab.request({"do": "status"})
        assert (status["live"], status["phones"], status["calls"]) == ([], 2, {})
        assert is_alive(engine)
    assert not is_alive(engine)
    with pytest.raises(LabFailed, match="has ended"):
        await lab.request({"do": "status"})


async def test_requests_that_cannot_be_done_are_refused(tmp_path: Path) -> None:
    async with LabProcess(LabSettings(free_port(), free_port(), agents=1), tmp_path) as lab:
        for request, problem in (
            ({"do": "dance"}, "dance"),
            ({"do": "phone", "phone": "1001", "action": "hold"}, "live_phone"),
            ({"do": "manner", "phone": "1999", "manner": {}}, "phone '1999'"),
            ({"do": "wire"}, "capture ports"),
        ):
            with pytest.raises(LabFailed, match=problem):
                await lab.request(request)
        assert (await lab.request({"do": "status"}))["ok"]


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(LabFailed, match=str(port)):
            await LabProcess(LabSettings(port, free_port()), tmp_path).start()


async def test_a_lab_without_its_engine_says_so(tmp_path: Path) -> None:
    lab = LabProcess(LabSettings(free_port(), free_port()), tmp_path)
    async with lab:
        lab.kill()
        with pytest.raises(LabFailed):
            await lab.request({"do": "settled", "legs": -1})
    async with asyncio.timeout(10.0):
        while is_alive(lab.engine_pid):  # noqa: ASYNC110  # the kernel ends it: it is no child of ours
            await asyncio.sleep(0.02)


async def test_a_lab_as_a_service_needs_no_input_and_ends_in_order_when_it_is_told_to(tmp_path: Path) -> None:
    ports = ("--carrier-port", str(free_port()), "--phones-port", str(free_port()), "--first-phone", "101")
    lab = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sip.lab.main", "--service", "--folder", str(tmp_path), *ports),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    assert lab.stdout is not None
    told = json.loads(await lab.stdout.readline())
    assert told["ready"]
    assert is_alive(told["engine_pid"])
    lab.terminate()
    assert await lab.wait() == 0
    assert not is_alive(told["engine_pid"])
