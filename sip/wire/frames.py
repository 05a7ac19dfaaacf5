"""Frames between node and engine, and how they become bytes.

A frame is four bytes of length (big endian, without themselves) and one msgpack value. Frames are arrays, to keep
them short; commands and events inside them are maps, so that a field with a default can be added without a new
version of the wire.

A conversation: the node connects and says Hello; the engine answers Welcome, or Refusal and closes. Then the engine
says every event that was not acknowledged, in order, and after these whatever happens; the node tells commands and
acknowledges. Either side may Ping; the other answers Pong.
"""

from __future__ import annotations

import enum
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import WireError

VERSION = 1
"""The version that this program speaks. Raise it when a frame, a tag or the meaning of a field changes."""

OLDEST_VERSION = max(1, VERSION - 1)
"""The oldest version that this program still speaks: the one before, so that either side may be upgraded first."""

MAX_FRAME_BYTES = 8 * 1024 * 1024
"""The largest frame. A snapshot of 2,000 legs is below 1 MiB; what claims to be larger is not ours."""

LENGTH_BYTES = 4


class Hello(Struct, frozen=True, array_like=True, tag="hello"):
    """First frame of a node.

    `node` is its configured name, `run` one start of it: a second connection of the same run replaces the first.
    `oldest` and `newest` bound the versions that it speaks. `acknowledged` is the last sequence that it has
    committed, 0 if it knows of none; `boot` the engine's boot that it knew, "" if none.
    """

    node: str
    run: str
    oldest: int
    newest: int
    acknowledged: int
    boot: str


class Welcome(Struct, frozen=True, array_like=True, tag="welcome"):
    """The engine takes the node. `version` is the one both speak; `first` the first sequence of this boot:
    events below it were said by earlier boots."""

    version: int
    first: int
    ready: telephony.EngineReady


class RefusalCode(enum.StrEnum):
    """Why a connection is refused or ended by the engine."""

    VERSION = "version"  # no common version of the wire
    TAKEN = "taken"  # another node is connected
    REPLACED = "replaced"  # the same node has connected anew
    PROTOCOL = "protocol"  # a frame that may not come here, or cannot be read
    SLOW = "slow"  # the node did not read what was said
    SILENT = "silent"  # the node did not answer
    STOPPING = "stopping"  # the engine is going down


class Refusal(Struct, frozen=True, array_like=True, tag="refusal"):
    """The engine ends the connection; `message` is for a person."""

    code: RefusalCode
    message: str


class Said(Struct, frozen=True, array_like=True, tag="said"):
    """An event. `sequence` grows, also from boot to boot, and may leave gaps; 0 for what is never said twice
    (EngineReady, EngineStatistics, SnapshotTaken) and is not acknowledged."""

    sequence: int
    event: telephony.Event


class Told(Struct, frozen=True, array_like=True, tag="told"):
    """A command. `number` counts the commands of one connection from 1; it is for logs."""

    number: int
    command: telephony.Command


class Ack(Struct, frozen=True, array_like=True, tag="ack"):
    """Everything up to and with `sequence` is committed by the node."""

    sequence: int


class Ping(Struct, frozen=True, array_like=True, tag="ping"):
    """Is somebody there?"""


class Pong(Struct, frozen=True, array_like=True, tag="pong"):
    """The answer to Ping."""


ToEngine = Hello | Told | Ack | Ping | Pong
ToNode = Welcome | Refusal | Said | Ping | Pong

FrameT = TypeVar("FrameT")


def agreed_version(oldest: int, newest: int, our_oldest: int = OLDEST_VERSION, our_newest: int = VERSION) -> int | None:
    """The newest version that both sides speak, or None."""
    best = min(newest, our_newest)
    return best if best >= max(oldest, our_oldest) else None


class FrameWriter:
    """Makes bytes of frames. Not for use by two threads at once."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder()

    def encode(self, frame: Struct) -> bytes:
        """Length and frame. Raises WireError for a frame beyond MAX_FRAME_BYTES."""
        body = self._encoder.encode(frame)
        if len(body) > MAX_FRAME_BYTES:
            raise WireError(f"a {type(frame).__name__} of {len(body)} bytes is above the {MAX_FRAME_BYTES} of a frame")
        return len(body).to_bytes(LENGTH_BYTES, "big") + body


class FrameReader(Generic[FrameT]):
    """Makes frames of bytes that arrive in pieces.

    `frames` is the union of frames that may come (ToEngine, ToNode). The bytes kept are at most one unfinished
    frame and what was fed last.
    """

    def __init__(self, frames: type[FrameT]) -> None:
        self._decoder: msgspec.msgpack.Decoder[FrameT] = msgspec.msgpack.Decoder(frames)
        self._rest = bytearray()

    @property
    def unfinished_bytes(self) -> int:
        """Bytes that were fed and are not a whole frame yet."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[FrameT]:
        """The frames that are whole now, in order.

        Raises WireError for a length beyond MAX_FRAME_BYTES and for bytes that are no frame of ours; the connection
        is of no use then.
        """
        rest = self._rest
        rest += data
        found: list[FrameT] = []
        start = 0
        view = memoryview(rest)
        try:
            while (end := self._end_of_frame(view, start)) is not None:
                found.append(self._decode(view[start + LENGTH_BYTES : end]))
                start = end
        finally:
            view.release()
        del rest[:start]
        return found

    def _end_of_frame(self, view: memoryview, start: int) -> int | None:
        body = start + LENGTH_BYTES
        if len(view) < body:
            return None
        length = int.from_bytes(view[start:body], "big")
        if length > MAX_FRAME_BYTES:
            raise WireError(f"a frame of {length} bytes is announced, above the {MAX_FRAME_BYTES} of the wire")
        return body + length if len(view) >= body + length else None

    def _decode(self, body: memoryview) -> FrameT:
        with body:
            try:
                return self._decoder.decode(body)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise WireError(f"a frame of {len(body)} bytes cannot be read: {error}") from error
