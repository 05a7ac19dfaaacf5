"""Start, kill and stop a lab's node as a process of its own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from dialer.lab.node_main import NodePlan
from dialer.vocabulary.errors import CornettaError

#: How long a node has from SIGTERM to SIGKILL.
STOP_TIMEOUT_S = 60.0


class NodeProcess:
    """A node with the simulated agents of its plan. `module` is what Python runs."""

    def __init__(self, plan: NodePlan, module: str = "dialer.lab.node_main") -> None:
        self.plan = plan
        self.log = Path(plan.directory) / "node.log"
        self._module = module
        self._process: asyncio.subprocess.Process | None = None
        self.starts = 0

    @property
    def pid(self) -> int:
        """Raises CornettaError before the first start."""
        return self._running().pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise CornettaError("the lab's node was not started")
        return self._process

    async def start(self, module: str = "") -> None:
        """Start it, or start it again. It is not up yet when this returns: ask its API."""
        plan = self._write_plan()
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", module or self._module, "--plan", str(plan)),
                stdin=asyncio.subprocess.PIPE,  # the pipe closes with the lab, so that a killed lab leaves no node
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.starts += 1

    def _write_plan(self) -> Path:
        directory = Path(self.plan.directory)
        directory.mkdir(parents=True, exist_ok=True)
        plan = directory / "plan.json"
        plan.write_bytes(msgspec.json.encode(self.plan))
        return plan

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        process = self._running()
        if process.returncode is None:
            process.kill()
        await process.wait()

    async def wait(self) -> int:
        """Wait until it has ended by itself; returns its exit code."""
        return await self._running().wait()

    async def stop(self) -> int:
        """SIGTERM, and SIGKILL after `STOP_TIMEOUT_S`; returns the exit code."""
        process = self._running()
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                return await process.wait()
        except TimeoutError:
            await self.kill()
            return await process.wait()
