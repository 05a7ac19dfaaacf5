"""A real Asterisk 22 for the lab and the tests: one instance with ports and files of its own, in a cached chroot."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from dialer.lab.asterisk_configuration import AsteriskSettings, write_configuration
from dialer.vocabulary.errors import CornettaError

#: The first start makes the chroot: packages are fetched.
MAKE_TIMEOUT_S = 600.0
BOOT_TIMEOUT_S = 30.0
COMMAND_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.02

SCRIPT = Path(__file__).parents[2] / "docker" / "asterisk" / "chroot.sh"


class AsteriskFailed(CornettaError):
    """Asterisk could not be made, started or asked."""

    code = "asterisk_failed"


class AsteriskPeer:
    """Starts one Asterisk, asks it, stops it. An asynchronous context manager; several may run at a time. Asterisk ends
    with this process, however that ends: its standard input is a pipe whose writing end goes with us.

    `folder` gets etc/, var/ (database, logs, control socket) and asterisk.log; `write(settings, etc, templates)` fills
    etc/, by default with the lab's configuration. Needs root or sudo.
    """

    def __init__(
        self,
        settings: AsteriskSettings,
        folder: Path,
        write: Callable[[AsteriskSettings, Path, Path], None] = write_configuration,
    ) -> None:
        self.settings = settings
        self._write = write
        self.folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def pid(self) -> int:
        """Process of Asterisk itself; 0 while it does not run."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / "var" / "run" / "asterisk.pid").read_text())
        return 0

    async def start(self) -> None:
        """Make the chroot if there is none, write the configuration, start, wait until fully booted. Raises
        AsteriskFailed with the end of the log."""
        await make()
        await asyncio.to_thread(self._write, self.settings, self.folder / "etc", SCRIPT.parent / "etc")
        await self._launch()

    async def _launch(self) -> None:
        (self.folder / "var" / "run").mkdir(parents=True, exist_ok=True)
        (self.folder / "var" / "run" / "asterisk.pid").unlink(missing_ok=True)
        (self.folder / "var" / "run" / "asterisk.ctl").unlink(missing_ok=True)
        with (self.folder / "asterisk.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(str(SCRIPT), "run", str(self.folder), "lifeline"),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        try:
            await self._until_booted(self._process)
        except BaseException:
            await self.stop()
            raise

    async def _until_booted(self, process: asyncio.subprocess.Process) -> None:
        socket = self.folder / "var" / "run" / "asterisk.ctl"
        try:
            async with asyncio.timeout(BOOT_TIMEOUT_S):
                while not socket.exists():
                    if process.returncode is not None:
                        raise AsteriskFailed(f"Asterisk ended with {process.returncode} at its start; {self._tail()}")
                    await asyncio.sleep(POLL_S)
                await _run("wait", str(self.folder), timeout_s=BOOT_TIMEOUT_S)
        except TimeoutError as error:
            raise AsteriskFailed(f"Asterisk was not up within {BOOT_TIMEOUT_S:g} s; {self._tail()}") from error

    async def cli(self, command: str) -> str:
        """The answer of its console to `command`. Raises AsteriskFailed."""
        return await _run("rx", str(self.folder), command, timeout_s=COMMAND_TIMEOUT_S)

    async def reload(self, settings: AsteriskSettings | None = None) -> None:
        """Read the configuration again, written anew where `settings` are given. Calls go on."""
        if settings is not None:
            self.settings = settings
            await asyncio.to_thread(self._write, settings, self.folder / "etc", SCRIPT.parent / "etc")
        await self.cli("core reload")

    async def kill(self) -> None:
        """SIGKILL, without a SIP message, as in a power cut. Returns when the process is gone."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """SIGKILL, then a start with the same files: registrations are remembered by its database."""
        await self.kill()
        await self._launch()

    async def stop(self) -> None:
        """End it. Safe to call twice."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        await self._signal(process, number)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            await self._signal(process, signal.SIGKILL)
            await process.wait()
        finally:
            if process.stdin is not None:
                process.stdin.close()

    async def _signal(self, process: asyncio.subprocess.Process, number: signal.Signals) -> None:
        """Signal Asterisk itself: with sudo it is not the process that was started."""
        if process.returncode is not None:
            return
        if os.geteuid() == 0:
            process.send_signal(number)
            return
        sudo = await asyncio.create_subprocess_exec("sudo", "-n", "kill", f"-{int(number)}", str(self.pid))
        await sudo.wait()

    def _tail(self) -> str:
        told = ""
        for log in (self.folder / "asterisk.log", self.folder / "var" / "log" / "messages"):
            with contextlib.suppress(OSError):
                told += log.read_text(errors="replace")[-1500:]
        return f"it said:\n{told}" if told else "it said nothing"


async def make() -> None:
    """Make the chroot if there is none. Raises AsteriskFailed with the reason."""
    if not await asyncio.to_thread(SCRIPT.is_file):
        raise AsteriskFailed(f"{SCRIPT} is not there; run the lab with Asterisk from a checkout of the sources.")
    await _run("make", timeout_s=MAKE_TIMEOUT_S)


async def _run(*arguments: str, timeout_s: float) -> str:
    """Run the chroot's script; its output. Raises AsteriskFailed with the output."""
    process = await asyncio.create_subprocess_exec(
        str(SCRIPT),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(timeout_s):
            out, errors = await process.communicate()
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise AsteriskFailed(f"{SCRIPT.name} {arguments[0]} took longer than {timeout_s:g} s") from error
    if process.returncode != 0:
        raise AsteriskFailed(f"{SCRIPT.name} {arguments[0]}: {errors.decode(errors='replace').strip()}")
    return out.decode(errors="replace")
