"""A PostgreSQL cluster of the tests' own: on a Unix socket in a directory of its own, gone with the tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # asyncpg ships no types

#: Name of the socket in its directory, by PostgreSQL's convention for the default port.
SOCKET = ".s.PGSQL.5432"

_SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB", "listen_addresses=")

#: The time-out of start and stop.
LIMIT_S = 60


def _programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not versions:
        raise RuntimeError("PostgreSQL is missing: install Debian's package postgresql")
    return versions[-1].parent


class Cluster:
    """Started by the constructor, stopped and removed by `stop`."""

    def __init__(self) -> None:
        # Not below pytest's directory: the path of a Unix socket is at most 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="cornetta-pg-", dir="/tmp"))
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(self.directory, "postgres", "postgres")
        self._programs = _programs()
        self._data = self.directory / "data"
        try:
            self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
            self._start()
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._programs / program), *arguments]
        done = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    @property
    def socket(self) -> Path:
        return self.directory / SOCKET

    def url(self, database: str, directory: Path | None = None) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={directory or self.directory}"

    async def execute(self, statement: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(host=str(self.directory), user="postgres", database=database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def connect(self, database: str, application: str) -> Any:
        """A connection of asyncpg under this application name."""
        named = {"application_name": application}
        return await asyncpg.connect(
            host=str(self.directory), user="postgres", database=database, server_settings=named
        )

    def restart(self) -> None:
        """Restart the server, which breaks every connection."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")
        self._start()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """In this context the server's processes stand still and keep their connections."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        pids = [postmaster, *map(int, children)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _start(self) -> None:
        options = " ".join(f"-c {setting}" for setting in _SETTINGS) + f" -k {self.directory}"
        log = str(self.directory / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", "-t", "30", "-o", options, "start")

    def stop(self) -> None:
        try:
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
