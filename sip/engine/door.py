"""The engine's listening Unix socket. Without a free file descriptor a new connection waits, and accepting it is tried
again."""

from __future__ import annotations

import os
import selectors
import socket as sockets
from pathlib import Path

AGAIN_S = 1.0


class Door:
    """Listens at `path`, and is in the `selector` while connections can be accepted. Used by one thread."""

    def __init__(self, path: Path, selector: selectors.BaseSelector) -> None:
        self._path = path
        self._selector = selector
        self._listener: sockets.socket | None = None
        self._shut_until_s: float | None = None

    def open(self) -> None:
        """The caller holds the lock of the path. Raises OSError."""
        self._listener = listen(self._path)
        self._selector.register(self._listener, selectors.EVENT_READ)

    def is_it(self, what: object) -> bool:
        return what is not None and what is self._listener

    def let_in(self, now_s: float) -> sockets.socket | None:
        """Accept a connection. OSError where that is impossible for now, mostly because no descriptor is free."""
        if self._listener is None:
            return None
        try:
            return self._listener.accept()[0]
        except BlockingIOError:
            return None
        except OSError:
            # The selector would report it again at once, and the thread would do nothing else.
            self._selector.unregister(self._listener)
            self._shut_until_s = now_s + AGAIN_S
            raise

    def look(self, now_s: float) -> None:
        if self._listener is not None and self._shut_until_s is not None and now_s >= self._shut_until_s:
            self._selector.register(self._listener, selectors.EVENT_READ)
            self._shut_until_s = None

    def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            self._path.unlink(missing_ok=True)


def listen(path: Path, backlog: int = 16) -> sockets.socket:
    """A listening Unix socket at `path` that only its own user may connect to. A file left there is removed: call
    it under the lock of `path`. Raises OSError."""
    path.unlink(missing_ok=True)
    listener = sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.setblocking(False)
    listener.listen(backlog)
    return listener
