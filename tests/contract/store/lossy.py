"""Stands between a store and PostgreSQL, and breaks connections at the worst moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.contract.store.cluster import SOCKET


class LossyLine:
    """Listens in `directory`. When told to, it lets a COMMIT through and breaks the line before the answer, or before
    the COMMIT itself."""

    def __init__(self, directory: Path, behind: Path) -> None:
        self.directory = directory
        self._behind = behind
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        #: "answer" loses the answer to the next COMMIT, "commit" the COMMIT itself.
        self.lose = ""
        self.lost = 0

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._accepted, self.directory / SOCKET)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        server, to_server = await asyncio.open_unix_connection(self._behind)
        back = asyncio.create_task(self._copy(server, writer))
        try:
            while part := await reader.read(65_536):
                if self.lose and b"COMMIT" in part:
                    await self._break(part, back, server, to_server)
                    break
                to_server.write(part)
                await to_server.drain()
        except ConnectionError:
            pass
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            to_server.close()
            writer.close()

    async def _break(
        self,
        part: bytes,
        back: asyncio.Task[None],
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        mode, self.lose = self.lose, ""
        self.lost += 1
        back.cancel()
        await asyncio.gather(back, return_exceptions=True)
        if mode == "answer":
            to_server.write(part)
            await to_server.drain()
            await server.read(65_536)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while part := await reader.read(65_536):
                writer.write(part)
                await writer.drain()
            writer.close()
        except ConnectionError:
            pass
