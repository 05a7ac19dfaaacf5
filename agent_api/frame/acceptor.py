"""Takes connections to the API, within their bounds, also when the process has no file descriptor left.

asyncio's own server logs each connection that it cannot take, up to 128 times a second, and leaves the clients waiting.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress

import structlog
from aiohttp import web

from agent_api.frame.connection import GuardedConnection
from agent_api.frame.connections import Connections

_LOG = structlog.stdlib.get_logger("agent_api")
#: Connections accepted before the loop does other work. Each may make an older one give way: with fewer at a time, an
#: accepted connection more often has its turn before that.
_AT_ONCE = 8
#: Pause when there is no descriptor left.
_RETRY_S = 0.25
_WANT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Acceptor:
    """Serves `server` on `listener`, a socket that listens. `is_proxy` tells the addresses without a bound of their
    own."""

    def __init__(
        self, server: web.Server, listener: socket.socket, connections: Connections, is_proxy: Callable[[str], bool]
    ) -> None:
        self._server = server
        self._listener = listener
        self._connections = connections
        self._is_proxy = is_proxy
        self._loop = asyncio.get_running_loop()
        self._reserve = _reserve()
        self._retry: asyncio.TimerHandle | None = None
        self._begun: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._listener.setblocking(False)
        self._loop.add_reader(self._listener, self._take)

    async def stop(self) -> None:
        """Accept no more connections; the open ones go on."""
        if self._retry is not None:
            self._retry.cancel()
        self._loop.remove_reader(self._listener)
        if self._begun:
            await asyncio.wait(self._begun)
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None

    def _take(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._cannot(error)
                return
            self._begin(connection, str(peer[0]))

    def _begin(self, connection: socket.socket, address: str) -> None:
        counted = "" if self._is_proxy(address) else address
        if not self._connections.has_room(counted):
            _LOG.warning("connection_refused", address=address, connections=len(self._connections))
            connection.close()
            return
        connection.setblocking(False)
        protocol = GuardedConnection(self._server, self._connections, self._loop)
        self._connections.add(protocol, counted)
        task = self._loop.create_task(self._connect(protocol, connection))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def _connect(self, protocol: GuardedConnection, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: protocol, connection)
        except OSError:  # the connection is gone already
            self._connections.remove(protocol)
            connection.close()

    def _cannot(self, error: OSError) -> None:
        """Without descriptors: make room, turn the client away, and look again in a moment."""
        _LOG.warning("connection_not_taken", reason=os.strerror(error.errno or 0), connections=len(self._connections))
        if error.errno in _WANT:
            self._connections.make_room()
            self._turn_one_away()
        self._loop.remove_reader(self._listener)
        self._retry = self._loop.call_later(_RETRY_S, self._loop.add_reader, self._listener, self._take)

    def _turn_one_away(self) -> None:
        """Accept and close by the reserved descriptor: a closed client knows that it failed, one in the backlog would
        wait."""
        if self._reserve is None:
            self._reserve = _reserve()
            return
        os.close(self._reserve)
        with suppress(OSError):
            connection, _ = self._listener.accept()
            connection.close()
        self._reserve = _reserve()


def _reserve() -> int | None:
    try:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
