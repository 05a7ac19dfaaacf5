"""The units: accepted by systemd unchanged, started, and started again after a kill of their program."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from .daemon import Daemon, Failed

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

REPOSITORY = Path(__file__).parents[2]
ENGINE, NODE = "cornetta-engine@engine-1.service", "cornetta.service"
PASSWORDS = "CORNETTA_LAB_PASSWORD=cornetta-demo\nCORNETTA_LAB_PBX_PASSWORD=change-me\n"
BOX = "cornetta-systemd"
PATIENCE_S = 60.0
LOOK_S = 0.2


class Machine:
    """A container whose first process is systemd."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def run(self, *command: str) -> str:
        """Standard output of a command inside. Raises Failed."""
        return await self._daemon.docker("exec", BOX, *command)

    async def show(self, unit: str, what: str) -> str:
        return (await self.run("systemctl", "show", "--property", what, "--value", unit)).strip()

    async def until(self, *command: str) -> None:
        """Wait until a command inside succeeds."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    try:
                        await self.run(*command)
                        return
                    except Failed:
                        await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise Failed(f"{command}: {await self._daemon.docker('logs', '--tail', '40', BOX)}") from None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def machine(images: Daemon, folder: Path) -> AsyncIterator[Machine]:
    """The lab's configuration in /etc/cornetta, before any start."""
    configuration = folder / "machine"
    await asyncio.to_thread(_configure, configuration)
    await images.stop()
    await images.start(alone=True)
    try:
        mounts = ("--tmpfs", "/run:exec", "--tmpfs", "/tmp", "--volume", f"{_groups()}:{_groups()}")
        mine = ("--volume", f"{configuration}:/etc/cornetta:ro")
        # Without --privileged, which needs every capability, as a machine may withhold some.
        rights = ("--cap-add", "SYS_ADMIN", "--cap-add", "SYS_NICE", "--security-opt", "seccomp=unconfined")
        privileges = (*rights, "--security-opt", "apparmor=unconfined", "--cgroupns", "host", "--network", "host")
        await images.docker("run", "--detach", "--name", BOX, *privileges, *mounts, *mine, BOX)
        yield Machine(images)
    finally:
        await images.docker("rm", "--force", "--volumes", BOX)
        await images.stop()


def _groups() -> Path:
    """The tree of control groups in which systemd keeps its units. Of the first version it gets only that one: it would
    set up the others anew for the whole machine."""
    root = Path("/sys/fs/cgroup")
    return root / "systemd" if (root / "systemd").is_dir() else root


def _configure(folder: Path) -> None:
    shutil.copytree(REPOSITORY / "config" / "lab", folder, dirs_exist_ok=True)
    for program in ("engine", "node"):
        (folder / f"{program}.env").write_text(PASSWORDS)


async def test_systemd_takes_the_units_as_they_are(machine: Machine) -> None:
    await machine.run("systemd-analyze", "verify", "--man=no", f"/etc/systemd/system/{ENGINE}", NODE)


async def test_killed_programs_are_started_again_and_one_leaves_the_other_alone(machine: Machine) -> None:
    await machine.until("systemctl", "start", ENGINE, NODE)
    alive = ("python", "/opt/cornetta/docker/health.py")
    await machine.until(*alive)
    engine = await machine.show(ENGINE, "MainPID")
    await machine.run("systemctl", "kill", "--signal", "KILL", NODE)
    await machine.until("sh", "-c", f"test $(systemctl show -P NRestarts {NODE}) = 1 && systemctl is-active {NODE}")
    assert await machine.show(ENGINE, "MainPID") == engine

    node = await machine.show(NODE, "MainPID")
    await machine.run("systemctl", "kill", "--signal", "KILL", ENGINE)
    await machine.until("sh", "-c", f"test $(systemctl show -P NRestarts {ENGINE}) = 1 && systemctl is-active {ENGINE}")
    await machine.until(*alive)
    assert await machine.show(NODE, "MainPID") == node
