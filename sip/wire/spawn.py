"""Start and stop an engine as a detached process, for `make run`, tests, benches and the lab.

In production a service manager does this; a node never owns its engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket as sockets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from dialer.vocabulary.errors import EngineUnavailable
from dialer.vocabulary.ids import EngineId
from sip.wire import lifeline

_LOG_TAIL_CHARACTERS = 2000
_POLL_INTERVAL_S = 0.02
_STDERR = 2


class EngineProcess:
    """One engine that was started here: a session of its own, so that it outlives its parent and its terminal."""

    def __init__(self, pid: int, socket: Path, log: Path, lifeline: int | None = None) -> None:
        """For a running engine; `spawn` starts one. `lifeline` is our end of it."""
        self.pid = pid
        self._lifeline = lifeline
        self.socket = socket
        self.log = log
        self._exit_code: int | None = None

    @classmethod
    async def spawn(
        cls,
        socket: Path,
        engine: EngineId,
        log: Path,
        state_dir: Path,
        *,
        arguments: Sequence[str] = (),
        module: str = "sip.engine.main",
        start_timeout_s: float = 20.0,
        ends_with_us: bool = False,
    ) -> Self:
        """Start an engine and wait until its socket answers.

        `log` gets its output, appended; `arguments` are added to its command line; `module` is what Python runs.
        With `ends_with_us` the engine ends when this process ends in any way (see `lifeline`).
        Raises EngineUnavailable with the end of the log when it ends before, or does not answer in time.
        """
        command = [sys.executable, "-m", module, "--socket", str(socket), "--id", engine]
        command += ["--state-dir", str(state_dir), *arguments]
        ours: int | None = None
        if ends_with_us:
            theirs, ours = os.pipe()
            command += ["--lifeline", str(lifeline.DESCRIPTOR)]
            try:
                pid = await asyncio.to_thread(_launch, command, log, theirs)
            finally:
                os.close(theirs)
        else:
            pid = await asyncio.to_thread(_launch, command, log, None)
        process = cls(pid, socket, log, ours)
        try:
            await process._until_it_answers(start_timeout_s)
        except BaseException:
            process.kill()
            await process.wait()
            raise
        return process

    @property
    def is_running(self) -> bool:
        return self._reap() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it. 0 for an engine that is no child of ours."""
        return self._reap()

    def kill(self) -> None:
        """SIGKILL. Returns at once; `wait` waits."""
        self._signal(signal.SIGKILL)

    async def stop(self, timeout_s: float = 40.0) -> int:
        """SIGTERM, and SIGKILL after `timeout_s`; returns the exit code."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(timeout_s):
                return await self.wait()
        except TimeoutError:
            self.kill()
            return await self.wait()

    async def wait(self) -> int:
        """Wait until the process has ended; returns its exit code."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return self._reap() or 0
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(descriptor, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
        return self._reap() or 0

    def _signal(self, number: signal.Signals) -> None:
        if self._reap() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _reap(self) -> int | None:
        if self._exit_code is not None:
            return self._exit_code
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:  # started by another process, or reaped already
            return None if Path(f"/proc/{self.pid}").exists() else self._ended(0)
        return None if pid == 0 else self._ended(os.waitstatus_to_exitcode(status))

    def _ended(self, code: int) -> int:
        self._exit_code = code
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        return code

    async def _until_it_answers(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                while not self._answers():
                    if not self.is_running:
                        raise EngineUnavailable(
                            f"the engine ended with {self.exit_code} at its start; {await self._tail()}"
                        )
                    await asyncio.sleep(_POLL_INTERVAL_S)
        except TimeoutError as error:
            raise EngineUnavailable(
                f"the engine did not open {self.socket} within {timeout_s:g} s; {await self._tail()}"
            ) from error

    def _answers(self) -> bool:
        with sockets.socket(sockets.AF_UNIX) as probe:
            probe.setblocking(False)
            return probe.connect_ex(str(self.socket)) == 0

    async def _tail(self) -> str:
        try:
            text = await asyncio.to_thread(self.log.read_text, errors="replace")
            return f"{self.log} ends with:\n{text[-_LOG_TAIL_CHARACTERS:]}"
        except OSError as error:
            return f"no log at {self.log}: {error.strerror}"


def _launch(command: list[str], log: Path, line: int | None) -> int:
    """Start a detached process with its output appended to `log`; returns its pid. `line` becomes its lifeline."""
    log.parent.mkdir(parents=True, exist_ok=True)
    return os.posix_spawn(
        command[0],
        command,
        {**os.environ, "PYTHONUNBUFFERED": "1"},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
            *((os.POSIX_SPAWN_CLOSE, descriptor) for descriptor in _inheritable()),
            *(() if line is None else ((os.POSIX_SPAWN_DUP2, line, lifeline.DESCRIPTOR),)),
        ],
        setsid=True,
    )


def _inheritable() -> Iterator[int]:
    """Descriptors inherited from our parent, as a pipe or a lock of a shell. An engine that outlives us must not keep
    them open."""
    for name in os.listdir("/proc/self/fd"):
        descriptor = int(name)
        with contextlib.suppress(OSError):  # that of the listing is closed by now
            if descriptor > _STDERR and os.get_inheritable(descriptor):
                yield descriptor
