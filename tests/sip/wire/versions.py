"""Bytes of other versions of the wire, and peers that send them.

`golden/version_1.json` and `version_2.json` were written by programs of these versions, with every field of every
message. `version_3.json` is an invented later one: commands, events, fields, members and elements that do not exist
yet. All are hexadecimal. A new version has a file of its own; the content of a file never changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Union, cast, get_args

import msgspec
from msgspec import Struct

from dialer.vocabulary import telephony
from sip.wire import LENGTH_BYTES, Ack, FrameReader, Ping, Pong, Refusal, ToEngine, Told, Unread, Welcome
from tests.sip.wire.heard import WAIT_S

_GOLDEN = Path(__file__).with_name("golden")
#: Commands of version 1 that this program no longer knows. No node has ever sent one.
GONE = frozenset({"Record", "PauseRecording", "StopRecording"})


def of_version(version: int, group: str) -> dict[str, bytes]:
    """`group` is "frames", "commands" or "events"; the bytes by the name of their struct."""
    return {name: bytes.fromhex(text) for name, text in _read(f"version_{version}.json")[group].items()}


def version_1(group: str) -> dict[str, bytes]:
    return of_version(1, group)


def version_3() -> dict[str, bytes]:
    return {name: bytes.fromhex(text) for name, text in _read("version_3.json").items()}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_GOLDEN / name).read_text())
    return found


def tags_of_version_1(group: str) -> set[str]:
    """The tags of the commands or events that version 1 knows."""
    return {msgspec.msgpack.decode(data[LENGTH_BYTES:])[2]["type"] for data in version_1(group).values()}


def _events_of_version_1() -> type:
    kinds = tuple(kind for kind in get_args(telephony.Event) if kind.__name__ in version_1("events"))
    return cast("type", Union[kinds])  # noqa: UP007 - made of a tuple


class OldSaid(Struct, frozen=True, array_like=True, tag="said"):
    sequence: int
    event: _events_of_version_1()  # type: ignore[valid-type]  # a type that is made as the file says


class OldNode:
    """A node of version 1, as strict as it was: an unknown event ends its connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder = msgspec.msgpack.Decoder(Welcome | Refusal | OldSaid | Ping | Pong)

    @classmethod
    async def connect(cls, socket: Path) -> OldNode:
        node = cls(*await asyncio.open_unix_connection(str(socket)))
        node.write(version_1("frames")["Hello"])
        return node

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def hear(self) -> Welcome | Refusal | OldSaid | Ping | Pong:
        async with asyncio.timeout(WAIT_S):
            length = int.from_bytes(await self._reader.readexactly(LENGTH_BYTES), "big")
            frame: Welcome | Refusal | OldSaid | Ping | Pong
            frame = self._decoder.decode(await self._reader.readexactly(length))
            return frame

    async def until(self, event: Callable[[Any], bool]) -> Any:
        """The next event like this."""
        while True:
            frame = await self.hear()
            assert not isinstance(frame, Refusal), frame
            if isinstance(frame, OldSaid) and event(frame.event):
                return frame.event

    def close(self) -> None:
        self._writer.close()


class ScriptedEngine:
    """Sends given bytes, and keeps the frames that it gets. An asynchronous context."""

    def __init__(self, socket: Path, *greeting: bytes) -> None:
        self._socket = socket
        self._greeting = greeting
        self._writer: asyncio.StreamWriter | None = None
        self._changed = asyncio.Event()
        self.told: list[ToEngine | Unread] = []
        self.connections = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[ScriptedEngine]:
        server = await asyncio.start_unix_server(self._serve, str(self._socket))
        try:
            yield self
        finally:
            server.close()
            if self._writer is not None:
                self._writer.close()

    def say(self, *frames: bytes) -> None:
        assert self._writer is not None
        self._writer.write(b"".join(frames))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def commands(self, kind: type[telephony.Command]) -> list[telephony.Command]:
        told = [frame.command for frame in self.told if isinstance(frame, Told)]
        return [command for command in told if isinstance(command, kind)]

    @property
    def acknowledged(self) -> int:
        return max((frame.sequence for frame in self.told if isinstance(frame, Ack)), default=0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writer = writer
        frames: FrameReader[ToEngine] = FrameReader(cast("type[ToEngine]", ToEngine))
        writer.write(b"".join(self._greeting))
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                self.told += frames.feed(data)
                self._changed.set()
        writer.close()
