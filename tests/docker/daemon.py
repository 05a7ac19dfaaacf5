"""A Docker of the test's own: Debian's dockerd with data, socket and processes apart from any other on the machine."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shlex
import shutil
import signal
import socket
import threading
from collections.abc import Mapping
from pathlib import Path

DOCKERD = ("--bridge=none", "--iptables=false", "--ip6tables=false")
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
LOOK_S = 0.1
#: From sched.h.
CLONE_NEWNET = 0x4000_0000
HERE = Path(__file__).parent
#: The command of Debian's package, preferred as it builds without a plug-in.
DOCKER = "/usr/bin/docker"


class Failed(AssertionError):
    """A command ended with another code than 0."""


async def run(*command: str | Path, timeout_s: float = 300.0, environment: Mapping[str, str] | None = None) -> str:
    """Standard output of a command, with `environment` besides ours. Raises Failed with its output, TimeoutError."""
    words = [str(word) for word in command]
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    try:
        async with asyncio.timeout(timeout_s):
            out, errors = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        said = (out + errors).decode(errors="replace")[-4000:]
        raise Failed(f"{shlex.join(words)} ended with {process.returncode}:\n{said}")
    return out.decode(errors="replace")


class Daemon:
    """One dockerd, whose data stay in `folder` from one start to the next.

    It is the first process of a namespace of processes, so that no process of it outlives it; and its mounts are in a
    namespace of their own. `alone` gives it a network with a loopback only: containers on "the network of the host"
    reach neither the machine's services nor containers of another test.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "docker.sock"
        self._log = folder / "dockerd.log"
        self._group = f"cornetta-test-{os.getpid()}"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {"DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "1", "DOCKER_CONFIG": str(self.folder)}

    def socket_of_network(self, *kind: int) -> socket.socket:
        """A new socket, of `kind` as for socket.socket, in the network that containers have as that of the host."""
        made: list[socket.socket] = []

        def make() -> None:
            # For this thread alone, which ends afterwards.
            with open(f"/proc/{self._pid()}/ns/net") as network:
                if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET) == 0:
                    made.append(socket.socket(*kind))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if not made:
            raise Failed("the network of the containers could not be entered")
        return made[0]

    async def start(self, *, alone: bool) -> None:
        """Start it, and wait until it answers. Raises Failed with the end of its log."""
        await asyncio.to_thread(self._clear)
        daemon = ("dockerd", *DOCKERD, f"--host=unix://{self.socket}", f"--cgroup-parent=/{self._group}")
        folders = (f"--data-root={self.folder}/data", f"--exec-root={self.folder}/exec", f"--pidfile={self.folder}/pid")
        command = shlex.join((*daemon, *folders))
        network = ("unshare", "--net") if alone else ()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                # If this process is killed, dockerd ends, too.
                *("setpriv", "--pdeathsig", "KILL", *network),
                *("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"),
                *("sh", "-c", f"{HERE}/cgroups.sh && {'ip link set lo up &&' if alone else ''} exec {command}"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while not await self._answers():
                    if self._process.returncode is not None:
                        raise Failed(f"dockerd ended: {self._log.read_text(errors='replace')[-3000:]}")
                    await asyncio.sleep(LOOK_S)
        except BaseException:
            await self.stop()
            raise

    async def _answers(self) -> bool:
        try:
            await self.docker("version", timeout_s=10.0)
        except (Failed, TimeoutError):
            return False
        return True

    async def docker(self, *arguments: str | Path, timeout_s: float = 300.0) -> str:
        """Standard output of the docker command. Raises Failed."""
        return await run(DOCKER, *arguments, timeout_s=timeout_s, environment=self.environment)

    async def kill(self, container: str) -> None:
        """SIGKILL to the first process of a container, outside of Docker, so that it counts as a fault."""
        number = (await self.docker("inspect", "--format", "{{.State.Pid}}", container)).strip()
        await run("nsenter", f"--pid=/proc/{self._pid()}/ns/pid_for_children", "kill", "-KILL", number)

    def _pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the daemon does not run")
        return self._process.pid

    async def stop(self) -> None:
        """End dockerd and all its processes. Safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return
        children = _children(process.pid)
        for number in (signal.SIGTERM, signal.SIGKILL):
            for child in children:
                with contextlib.suppress(ProcessLookupError):  # the first of its namespace: the others end with it
                    os.kill(child, number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
                    break
        await asyncio.to_thread(self._forget_groups)

    def _clear(self) -> None:
        """Remove files of a running daemon that a dead one has left."""
        self.socket.unlink(missing_ok=True)
        (self.folder / "pid").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "exec", ignore_errors=True)

    def _forget_groups(self) -> None:
        """Remove the control groups of the containers, which are empty by now."""
        for root in Path("/sys/fs/cgroup").glob(f"**/{self._group}"):
            for folder, _, _ in os.walk(root, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)


def _children(process: int) -> list[int]:
    """Of the process's first thread; none where it has ended."""
    try:
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []
