"""Keeps a spawned engine running, as a service manager does in production: for `make run`, the lab and tests."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import structlog
from msgspec import Struct

from dialer.vocabulary.errors import EngineUnavailable
from dialer.vocabulary.ids import EngineId
from sip.wire.spawn import EngineProcess

_log = structlog.get_logger(__name__)


class EngineCommandLine(Struct, frozen=True):
    """The command line of an engine: see `EngineProcess.spawn`."""

    socket: Path
    engine: EngineId
    log: Path
    state_dir: Path
    arguments: tuple[str, ...] = ()
    module: str = "sip.engine.main"
    ends_with_us: bool = False


class KeeperLimits(Struct, frozen=True):
    """The pause before an engine is started again doubles from the first to the last, and begins anew with an engine
    that lived for `settled_after_s`."""

    retry_first_s: float = 0.05
    retry_last_s: float = 5.0
    settled_after_s: float = 10.0


class EngineKeeper:
    """Starts an engine, and again when it dies. An engine that ended with 0 has followed an order, and is not started
    again."""

    def __init__(self, command_line: EngineCommandLine, limits: KeeperLimits | None = None) -> None:
        self._command_line = command_line
        self._limits = limits or KeeperLimits()
        self._process: EngineProcess | None = None
        self._started = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def process(self) -> EngineProcess | None:
        """The running engine, or the last one."""
        return self._process

    async def running(self) -> EngineProcess:
        """Wait until an engine runs and answers. No time-out: the caller has one."""
        while self._process is None or not self._process.is_running:
            self._started.clear()
            await self._started.wait()
        return self._process

    async def start(self) -> None:
        """Start the engine and wait until it answers. Raises EngineUnavailable."""
        self._process = await self._spawn()
        self._task = asyncio.create_task(self._keep(self._process), name=f"keeper of {self._command_line.engine}")

    async def close(self, timeout_s: float = 40.0) -> None:
        """Stop the engine and do not start it again."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._process is not None:
            await self._process.stop(timeout_s)

    async def _spawn(self) -> EngineProcess:
        line = self._command_line
        return await EngineProcess.spawn(
            line.socket,
            line.engine,
            line.log,
            line.state_dir,
            arguments=line.arguments,
            module=line.module,
            ends_with_us=line.ends_with_us,
        )

    async def _keep(self, process: EngineProcess) -> None:
        loop = asyncio.get_running_loop()
        pause_s = self._limits.retry_first_s
        while True:
            begun_s = loop.time()
            code = await process.wait()
            if code == 0:
                return
            if loop.time() - begun_s > self._limits.settled_after_s:
                pause_s = self._limits.retry_first_s
            _log.error("engine_died", engine=self._command_line.engine, code=code, pause_s=pause_s)
            started = None
            while started is None:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, self._limits.retry_last_s)
                try:
                    started = await self._spawn()
                except EngineUnavailable as error:
                    _log.error("engine_not_started", engine=self._command_line.engine, reason=str(error))
            self._process = process = started
            self._started.set()
