"""One connection of the API: aiohttp's own, with time-outs for slow clients.

Input that is not HTTP is answered with a problem document and logged at debug, as any client may send it in any number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from agent_api.frame import problems
from agent_api.frame.connections import Connections
from agent_api.frame.meter import Meter
from agent_api.frame.problems import ProblemRaised, problem

_LOG = structlog.stdlib.get_logger("agent_api")
#: The rest of an unread body is read for at most this long, so that the client sees the answer.
_LINGERING_S = 2.0
_MAX_HEADERS = 100


class GuardedConnection(web.RequestHandler):
    """Closed when the headers of a request, or the client's taking of an answer, take too long."""

    __slots__ = (
        "_connections",
        "_gives_way",
        "_headers_timer",
        "_in_request",
        "_lost",
        "_meter",
        "_stall_timer",
        "suspect",
    )

    def __init__(self, server: web.Server, connections: Connections, loop: asyncio.AbstractEventLoop) -> None:
        limits = connections.limits
        super().__init__(
            server,
            loop=loop,
            keepalive_timeout=limits.keep_alive_s,
            lingering_time=_LINGERING_S,
            max_headers=_MAX_HEADERS,
            access_log=None,  # type: ignore[arg-type]  # None is none, as of AppRunner(access_log=None)
        )
        self._connections = connections
        self._headers_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._in_request = False
        self._gives_way = False
        self._meter: Meter | None = None
        self._lost: asyncio.Future[None] = loop.create_future()
        self.suspect = False

    # ------------------------------------------------------------------ for the bounds

    @property
    def working(self) -> bool:
        return self._in_request and not self._gives_way

    def cut_off(self) -> None:
        transport = self.transport
        self.force_close()
        if transport is not None:
            transport.abort()

    # ------------------------------------------------------------------ calls of the application

    @contextmanager
    def request(self) -> Iterator[None]:
        """A request was read and is answered."""
        self._stop(self._headers_timer)
        self._headers_timer = None
        self._in_request = True
        try:
            yield
        finally:
            self._in_request = False

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """In this context the connection may be closed in favour of another one: its client makes us wait or has proven
        no log-in."""
        self._gives_way = True
        try:
            yield
        finally:
            self._gives_way = False

    async def make_wait(self, seconds: float) -> None:
        """Delay a client that has failed to log in, until it disconnects at the latest."""
        self.suspect = True
        with self.giving_way():
            await asyncio.wait((self._lost,), timeout=seconds)

    def prove(self) -> None:
        """The request has proven a valid log-in."""
        self._connections.proven(self)

    def limit_bytes(self, meter: Meter) -> None:
        """From now on the connection is cut off when the client sends more than `meter` has room for."""
        self._meter = meter

    # ------------------------------------------------------------------ calls of the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._await_headers()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop(self._headers_timer)
        self._stop(self._stall_timer)
        self._connections.remove(self)
        if not self._lost.done():
            self._lost.set_result(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._meter is not None and not self._meter.take(self._loop.time(), len(data)):
            _LOG.debug("client_floods")
            self.cut_off()
            return
        if not self._in_request and self._headers_timer is None:
            self._await_headers()
        super().data_received(data)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = self._loop.call_later(self._connections.limits.stalled_s, self.cut_off)

    def resume_writing(self) -> None:
        self._stop(self._stall_timer)
        super().resume_writing()

    def _await_headers(self) -> None:
        self._headers_timer = self._loop.call_later(self._connections.limits.headers_s, self._headers_are_late)

    def _headers_are_late(self) -> None:
        self._headers_timer = None
        if not self._in_request:
            self.cut_off()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()

    # ------------------------------------------------------------------ input that is no request

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer input that aiohttp could not read with a problem, and close the connection."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return super().handle_error(request, status, exc, message)
        _LOG.debug("request_malformed", reason=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer has left already")
        detail = "What was sent is no HTTP request that can be read."
        refused = ProblemRaised(problem(status, "malformed_request", detail, "Send HTTP/1.1 (RFC 9112), without TLS."))
        answer = problems.response(refused)
        answer.headers["Server"] = "cornetta"
        answer.force_close()
        return answer

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Faults of ours are logged; faults of the client at debug, as a client may cause any number."""
        error = kw.get("exc_info")
        if isinstance(error, HttpProcessingError | RequestPayloadError | ConnectionError):
            _LOG.debug("client_failed", reason=type(error).__name__)
        else:
            _LOG.error("connection_failed", exc_info=error)


def connection_of(request: web.BaseRequest) -> GuardedConnection | None:
    """The connection of a request; None for one of another server, as in tests."""
    protocol = request.protocol
    return protocol if isinstance(protocol, GuardedConnection) else None


def giving_way(request: web.BaseRequest) -> AbstractContextManager[None]:
    """`GuardedConnection.giving_way` of the connection of a request."""
    connection = connection_of(request)
    return nullcontext() if connection is None else connection.giving_way()
