"""A lab in a process of its own, for `cornetta lab`, tests and benches."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from .lab import LabFailed
from .settings import LabSettings

START_TIMEOUT_S = 60.0
REQUEST_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
LINE_BYTES_MAX = 64 * 1024 * 1024
"""The report of 100,000 calls is below this."""


class LabProcess:
    """Starts a lab, asks it, stops it. An asynchronous context manager.

    `settings` describe the lab; `folder` gets the engine's log (None: a temporary folder that is removed).
    """

    def __init__(self, settings: LabSettings, folder: Path | None = None) -> None:
        self.settings = settings
        self._stack = contextlib.ExitStack()
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last = 0
        self.engine_pid = 0
        self.problem = ""

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the lab and wait until it is up. Raises LabFailed."""
        folder = self._folder or Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="cornetta-lab-")))
        settings = folder / "lab.json"
        settings.touch(mode=0o600)
        settings.write_bytes(msgspec.json.encode(self.settings))
        with (folder / "lab.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "sip.lab.main", "--folder", str(folder), "--settings", str(settings)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LINE_BYTES_MAX,
                start_new_session=True,  # Ctrl-C goes to the program that started the lab, which then stops it in order
            )
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                ready = await self._line()
        except TimeoutError as error:
            await self.stop()
            raise LabFailed(f"the lab was not up within {START_TIMEOUT_S:g} s") from error
        if not ready.get("ready"):
            tail = (folder / "lab.log").read_text(errors="replace")[-2000:]
            await self.stop()
            raise LabFailed(ready.get("problem") or f"the lab ended at its start: {tail}")
        self.engine_pid = int(ready["engine_pid"])
        self._reading = asyncio.create_task(self._read(), name="lab answers")

    async def request(self, request: dict[str, Any], timeout_s: float = REQUEST_TIMEOUT_S) -> dict[str, Any]:
        """Ask the lab (see `control`); returns the answer's fields. Raises LabFailed when it refuses or is gone."""
        process = self._process
        if process is None or process.stdin is None or self._reading is None or self._reading.done():
            raise LabFailed(self.problem or "the lab does not run")
        self._last += 1
        number = self._last
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            process.stdin.write(msgspec.json.encode({**request, "id": number}) + b"\n")
            async with asyncio.timeout(timeout_s):
                told = await answer
        except TimeoutError as error:
            raise LabFailed(f"the lab did not answer {request.get('do')!r} within {timeout_s:g} s") from error
        finally:
            self._waiting.pop(number, None)
        if not told.get("ok"):
            raise LabFailed(str(told.get("problem")))
        return told

    async def stop(self) -> None:
        """End the lab and its engine. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
            if process.returncode is not None and process.returncode < 0:  # it was killed, and its engine goes on
                self._kill_engine()
        if self._reading is not None:
            await self._reading
            self._reading = None
        self._stack.close()

    def kill(self) -> None:
        """SIGKILL to the lab and its engine: carrier and phones are gone without a message, as in a power cut."""
        self._kill_engine()
        if self._process is not None:
            self._process.kill()

    def _kill_engine(self) -> None:
        if self.engine_pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.engine_pid, signal.SIGKILL)

    async def _line(self) -> dict[str, Any]:
        if self._process is None or self._process.stdout is None:
            return {}
        line = await self._process.stdout.readline()
        told: dict[str, Any] = msgspec.json.decode(line) if line else {}
        return told

    async def _read(self) -> None:
        while told := await self._line():
            if told.get("failed"):
                self.problem = str(told.get("problem"))
            waiting = self._waiting.get(told.get("id", 0))
            if waiting is not None and not waiting.done():
                waiting.set_result(told)
        self.problem = self.problem or "the lab has ended"
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(LabFailed(self.problem))
