"""The end of a WebSocket: by the protocol where the other side takes part, else by cutting it off."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web

#: How long a client has to answer our close.
CLOSE_TIMEOUT_S = 2.0


async def close(ws: web.WebSocketResponse, request: web.Request, code: int) -> None:
    """Close by the protocol; a client that reads nothing any more is cut off."""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(CLOSE_TIMEOUT_S * 2):
            await ws.close(code=code)
            return
    if request.transport is not None:
        request.transport.abort()
