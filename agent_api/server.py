"""The API on its port: application, bounded connections, and the end of both in order."""

from __future__ import annotations

import resource
import socket

from aiohttp import web

from agent_api.frame.acceptor import Acceptor
from agent_api.frame.client_address import is_proxy
from agent_api.frame.connections import ConnectionLimits, Connections
from agent_api.keys import DEPENDENCIES

#: Descriptors reserved for engines, database, files and timers.
_RESERVED = 128
_LEAST = 8
#: The time for open requests when the node goes down.
_SHUTDOWN_S = 60.0


class ApiServer:
    """Serves an application on a socket that listens; `start` and `stop` once each."""

    def __init__(self, app: web.Application, listener: socket.socket, limits: ConnectionLimits | None = None) -> None:
        self._app = app
        self._listener = listener
        self._runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        self._acceptor: Acceptor | None = None
        self.connections = Connections(limits or ConnectionLimits(in_all=_most_connections()))

    async def start(self) -> None:
        await self._runner.setup()
        server = self._runner.server
        if server is None:
            raise TypeError("a runner that was set up has a server")
        self._acceptor = Acceptor(server, self._listener, self.connections, self._is_proxy)
        self._acceptor.start()

    async def stop(self) -> None:
        if self._acceptor is not None:
            await self._acceptor.stop()
        await self._runner.cleanup()

    def _is_proxy(self, address: str) -> bool:
        return is_proxy(address, self._app[DEPENDENCIES].settings().server.trusted_proxies)


def _most_connections() -> int:
    """The limit on connections, or fewer where the process may not have as many descriptors."""
    may, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    usual = ConnectionLimits().in_all
    return usual if may == resource.RLIM_INFINITY else max(_LEAST, min(usual, may - _RESERVED))
