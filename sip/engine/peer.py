"""One connection at the engine's socket, the engine's end: bytes in, frames out, never blocking."""

from __future__ import annotations

import socket as sockets
from collections import deque
from collections.abc import Iterable
from typing import cast

from sip.wire import FrameReader, FrameWriter, Hello, Refusal, RefusalCode, ToEngine, Unread

_READ_BYTES = 256 * 1024
_FRAMES_A_WRITE = 64


class PeerLost(Exception):
    """The other side is gone."""


class Peer:
    """A node, or a connection that may become one by a Hello; `version` is the one of the wire that was agreed. Times
    are monotonic seconds; used by one thread."""

    def __init__(self, socket: sockets.socket, pending_max: int, now_s: float) -> None:
        """`pending_max` bounds the frames that wait because the other side does not read."""
        socket.setblocking(False)
        self.socket = socket
        self.hello: Hello | None = None
        self.version = 0
        self.heard_at_s = now_s
        self._pending_max = pending_max
        self._pending: deque[bytes] = deque()
        self._reader: FrameReader[ToEngine] = FrameReader(cast("type[ToEngine]", ToEngine))

    @property
    def waits_to_write(self) -> bool:
        return bool(self._pending)

    def read(self, now_s: float) -> list[ToEngine | Unread]:
        """The received frames. Raises PeerLost at the end of the connection, WireError for bytes that are no frame of
        ours."""
        try:
            data = self.socket.recv(_READ_BYTES)
        except BlockingIOError:
            return []
        except OSError as error:
            raise PeerLost(str(error)) from error
        if not data:
            raise PeerLost("the node closed the connection")
        self.heard_at_s = now_s
        return self._reader.feed(data)

    def replay(self, frames: list[bytes]) -> None:
        """Queue repeated frames. They do not count against the bound: the journal has one of its own."""
        self._pending_max += len(frames)
        self._pending.extend(frames)

    def queue(self, frames: Iterable[bytes]) -> bool:
        """Frames to be written by the next `write`. False when the other side does not read and the bound is hit."""
        self._pending.extend(frames)
        return len(self._pending) <= self._pending_max

    def write(self) -> None:
        """Write the waiting frames, as far as the socket takes them.

        A write error is ignored: a peer that has closed may have sent frames before, and `read` sees its end.
        """
        pending = self._pending
        try:
            while pending:
                count = min(len(pending), _FRAMES_A_WRITE)
                data = b"".join([pending[index] for index in range(count)]) if count > 1 else pending[0]
                sent = self.socket.send(data)
                for _ in range(count):
                    pending.popleft()
                if sent < len(data):
                    pending.appendleft(data[sent:])
                    return
        except BlockingIOError:
            return
        except OSError:
            pending.clear()

    def refuse(self, writer: FrameWriter, code: RefusalCode, message: str) -> None:
        """Send the reason and close. Waiting frames are lost unless the socket takes them now."""
        self.queue([writer.encode(Refusal(code, message))])
        self.write()
        self.close()

    def close(self) -> None:
        self.socket.close()
