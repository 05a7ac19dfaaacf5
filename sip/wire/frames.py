"""Frames between node and engine, and how they become bytes.

A frame is four bytes of length (big endian, without themselves) and one msgpack value. Frames are arrays, to keep
them short; commands and events inside them are maps, so that a field with a default can be added without a new
version of the wire.

A tag may be added within a version: an older peer refuses an unknown command, and skips an unknown event, each with an
answer (`Unread`). A peer of version 1 ends the connection instead: it gets no newer events (`since`), and an engine
that names no abilities gets no newer commands (`telephony.ability_for`).

A conversation: the node connects and says Hello; the engine answers Welcome, or Refusal and closes. Then the engine
sends every unacknowledged event in order, and after these new ones; the node sends commands and acknowledges. Either
side may Ping; the other answers Pong.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Generic, TypeVar, get_args

import msgspec
from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import WireError
from dialer.vocabulary.ids import LegId

VERSION = 2
"""The version that this program speaks. Raise it when a frame or the meaning of a tag or a field changes.

2: a peer reads on after a command or an event that it does not know."""

OLDEST_VERSION = max(1, VERSION - 1)
"""The oldest version that this program still speaks, so that either side may be upgraded first."""

MAX_FRAME_BYTES = 8 * 1024 * 1024
"""The largest frame. A snapshot of 2,000 legs is below 1 MiB; a larger length is not of our protocol."""

LENGTH_BYTES = 4


class Hello(Struct, frozen=True, array_like=True, tag="hello"):
    """First frame of a node.

    `node` is its configured name, `run` one start of it: a second connection of the same run replaces the first.
    `oldest` and `newest` bound the versions that it speaks. `acknowledged` is the last sequence that it has committed,
    0 for none; `boot` the last boot of the engine that it knew, "" for none.
    """

    node: str
    run: str
    oldest: int
    newest: int
    acknowledged: int
    boot: str


class Welcome(Struct, frozen=True, array_like=True, tag="welcome"):
    """The engine takes the node. `version` is the one both speak; `first` the first sequence of this boot: events below
    it are of earlier boots."""

    version: int
    first: int
    ready: telephony.EngineReady


class RefusalCode(enum.StrEnum):
    """The reason why a connection is refused or ended by the engine."""

    VERSION = "version"  # no common version of the wire
    TAKEN = "taken"  # another node is connected
    REPLACED = "replaced"  # the same node has connected anew
    PROTOCOL = "protocol"  # a frame that may not come here, or cannot be read
    SLOW = "slow"  # the node did not read its events
    SILENT = "silent"  # the node did not answer
    STOPPING = "stopping"  # the engine is going down


class Refusal(Struct, frozen=True, array_like=True, tag="refusal"):
    """The engine ends the connection; `message` is for a person."""

    code: RefusalCode
    message: str


class Said(Struct, frozen=True, array_like=True, tag="said"):
    """An event. `sequence` grows, also from boot to boot, and may leave gaps; 0 for events that are never repeated nor
    acknowledged (EngineReady, EngineStatistics, SnapshotTaken)."""

    sequence: int
    event: telephony.Event


class Told(Struct, frozen=True, array_like=True, tag="told"):
    """A command. `number` counts the commands of one connection from 1; it is for logs."""

    number: int
    command: telephony.Command


class Ack(Struct, frozen=True, array_like=True, tag="ack"):
    """The node has committed all events up to and with `sequence`."""

    sequence: int


class Ping(Struct, frozen=True, array_like=True, tag="ping"):
    """A sign of life that asks for one."""


class Pong(Struct, frozen=True, array_like=True, tag="pong"):
    """The answer to Ping."""


class Unread(Struct, frozen=True):
    """The placeholder of a Told or a Said with a command or event of a newer peer: of an unknown tag, or of a known one
    (`is_known`) in an unreadable form. `number` is that of the Told, or the sequence of the Said."""

    number: int
    tag: str
    is_known: bool
    problem: str
    leg: LegId | None = None


ToEngine = Hello | Told | Ack | Ping | Pong
ToNode = Welcome | Refusal | Said | Ping | Pong

FrameT = TypeVar("FrameT")


_SINCE: Mapping[type[telephony.Event], int] = {
    telephony.CommandRefused: 2,
    telephony.RecordingStarted: 2,
    telephony.RecordingPaused: 2,
    telephony.RecordingResumed: 2,
}


def since(event: telephony.Event) -> int:
    """The first version of the wire with this event."""
    return _SINCE.get(type(event), 1)


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

    `frames` is the union of frames that may come (ToEngine, ToNode). It keeps at most one unfinished frame and the last
    bytes fed.
    """

    def __init__(self, frames: type[FrameT]) -> None:
        self._decoder: msgspec.msgpack.Decoder[FrameT] = msgspec.msgpack.Decoder(frames)
        self._to_engine = Told in get_args(frames)
        self._rest = bytearray()

    @property
    def unfinished_bytes(self) -> int:
        """The number of bytes of an unfinished frame."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[FrameT | Unread]:
        """The frames that are whole now, in order; an Unread for each that only a newer program can read.

        Raises WireError for a length beyond MAX_FRAME_BYTES and for bytes that are no frame of ours; the connection
        is of no use then.
        """
        rest = self._rest
        rest += data
        found: list[FrameT | Unread] = []
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

    def _decode(self, body: memoryview) -> FrameT | Unread:
        with body:
            try:
                return self._decoder.decode(body)
            except (msgspec.MsgspecError, UnicodeError) as error:
                unread = unread_frame(bytes(body), error, to_engine=self._to_engine)
                if unread is None:
                    raise WireError(f"a frame of {len(body)} bytes cannot be read: {error}") from error
                return unread


class _AnyTold(Struct, array_like=True, tag="told"):
    number: int
    content: msgspec.Raw


class _AnySaid(Struct, array_like=True, tag="said"):
    number: int
    content: msgspec.Raw


class _AnyContent(Struct):
    """The common fields of commands and events of all versions: a tag, and mostly a leg."""

    type: str
    leg: str | None = None


_ANY_TOLD: msgspec.msgpack.Decoder[_AnyTold] = msgspec.msgpack.Decoder(_AnyTold)
_ANY_SAID: msgspec.msgpack.Decoder[_AnySaid] = msgspec.msgpack.Decoder(_AnySaid)
_ANY_CONTENT: msgspec.msgpack.Decoder[_AnyContent] = msgspec.msgpack.Decoder(_AnyContent)
_COMMAND_TAGS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(telephony.Command))
_EVENT_TAGS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(telephony.Event))


def unread_frame(body: bytes, error: Exception, *, to_engine: bool) -> Unread | None:
    """A frame that could not be read for `error`, as far as it can be; None where it is no Told (`to_engine`) or Said
    with a tag."""
    try:
        frame = (_ANY_TOLD if to_engine else _ANY_SAID).decode(body)
        content = _ANY_CONTENT.decode(frame.content)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    known = content.type in (_COMMAND_TAGS if to_engine else _EVENT_TAGS)
    leg = LegId(content.leg) if content.leg is not None else None
    return Unread(frame.number, content.type, known, str(error), leg)
