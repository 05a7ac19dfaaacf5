"""A WebSocket for SIP as an Asterisk has it, which says back what it hears. Of a real one see tests/browser."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

#: What it is told to do.
VANISH, FLOOD = "vanish", "flood"
FLOOD_MESSAGES = 2_000


class FakeAsterisk:
    """An async context manager. `heard` are all messages, `open` counts its connections."""

    def __init__(self, protocol: str = "sip") -> None:
        self.heard: list[str | bytes] = []
        self.open = 0
        self.sent = 0
        self._protocol = protocol
        app = web.Application()
        app.router.add_get("/ws", self._serve)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.close()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._server.port}/ws"

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(protocols=(self._protocol,))
        await ws.prepare(request)
        self.open += 1
        try:
            async for message in ws:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    break
                self.heard.append(message.data)
                if message.data == VANISH and request.transport is not None:
                    request.transport.abort()
                elif message.data == FLOOD:
                    await self._flood(ws)
                elif message.type is WSMsgType.TEXT:
                    await ws.send_str(message.data)
                else:
                    await ws.send_bytes(message.data)
        finally:
            self.open -= 1
        return ws

    async def _flood(self, ws: web.WebSocketResponse) -> None:
        """Send far more than buffers hold."""
        try:
            for _ in range(FLOOD_MESSAGES):
                await ws.send_str("x" * 50_000)
                self.sent += 1
        except ConnectionError:
            return
