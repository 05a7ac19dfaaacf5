"""The wire between node and engine: frames, the node's end of a connection, and how an engine is started and kept."""

from __future__ import annotations

from sip.wire.connection import Connection, ConnectionLimits
from sip.wire.frames import (
    LENGTH_BYTES,
    MAX_FRAME_BYTES,
    OLDEST_VERSION,
    VERSION,
    Ack,
    FrameReader,
    FrameWriter,
    Hello,
    Ping,
    Pong,
    Refusal,
    RefusalCode,
    Said,
    ToEngine,
    Told,
    ToNode,
    Unread,
    Welcome,
    agreed_version,
    since,
    unread_frame,
)
from sip.wire.keeper import EngineCommandLine, EngineKeeper, KeeperLimits
from sip.wire.spawn import EngineProcess

__all__ = [
    "LENGTH_BYTES",
    "MAX_FRAME_BYTES",
    "OLDEST_VERSION",
    "VERSION",
    "Ack",
    "Connection",
    "ConnectionLimits",
    "EngineCommandLine",
    "EngineKeeper",
    "EngineProcess",
    "FrameReader",
    "FrameWriter",
    "Hello",
    "KeeperLimits",
    "Ping",
    "Pong",
    "Refusal",
    "RefusalCode",
    "Said",
    "ToEngine",
    "ToNode",
    "Told",
    "Unread",
    "Welcome",
    "agreed_version",
    "since",
    "unread_frame",
]
