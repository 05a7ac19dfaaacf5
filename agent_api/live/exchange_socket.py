"""The node's own connection to the WebSocket of an Asterisk (RFC 7118), and the messages between it and a page."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType, web

from config.model import BrowserPhone, TrunkTls
from dialer.vocabulary.errors import CornettaError

#: RFC 7118 section 4.
SUBPROTOCOL = "sip"
#: The Asterisk has this long to accept the connection.
CONNECT_TIMEOUT_S = 5.0
#: A side that does not take a message within this time is disconnected.
SEND_TIMEOUT_S = 10.0
#: The most bytes of a SIP message. One with the SDP of a browser has some 4 kB.
MAX_MESSAGE_BYTES = 65_536

Side: TypeAlias = web.WebSocketResponse | ClientWebSocketResponse


class ExchangeUnreachable(CornettaError):
    """The Asterisk does not accept a WebSocket; the text is the reason."""

    code = "exchange_unreachable"


@asynccontextmanager
async def exchange_socket(phone: BrowserPhone, heartbeat_s: float) -> AsyncIterator[ClientWebSocketResponse]:
    """A connection for one page. Raises ExchangeUnreachable."""
    async with ClientSession() as http:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                context = await asyncio.to_thread(_context, phone.tls) if phone.ws_url.startswith("wss:") else None
                ws = await http.ws_connect(
                    phone.ws_url,
                    protocols=(SUBPROTOCOL,),
                    heartbeat=heartbeat_s,
                    max_msg_size=MAX_MESSAGE_BYTES,
                    timeout=ClientWSTimeout(ws_close=1.0),
                    ssl=True if context is None else context,
                )
        except TimeoutError:
            raise ExchangeUnreachable(f"it did not answer within {CONNECT_TIMEOUT_S:g} s") from None
        except (ClientError, OSError) as error:
            raise ExchangeUnreachable(_fault(error)) from None
        async with ws:
            if ws.protocol != SUBPROTOCOL:
                raise ExchangeUnreachable("it does not speak SIP there")
            yield ws


def _context(tls: TrunkTls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca_file or None)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.certificate_file:
        context.load_cert_chain(tls.certificate_file, tls.key_file or None)
    return context


def _fault(error: ClientError | OSError) -> str:
    """The fault in words, without the text of the exception."""
    cause: BaseException = getattr(error, "os_error", None) or error
    if isinstance(getattr(error, "certificate_error", None), Exception) or isinstance(cause, ssl.SSLError):
        return "its certificate, or ours, is not accepted"
    status = getattr(error, "status", 0)
    if status:
        return f"it answered {status}"
    number = cause.errno if isinstance(cause, OSError) else None
    return os.strerror(number).lower() if number else "the connection was lost"


async def pass_on(source: Side, target: Side) -> bool:
    """Pass messages on until the source closes; False where it sent something that is no message of SIP, or too long
    a one. Reads no faster than the target takes. Raises TimeoutError or ConnectionError where that does not."""
    async for message in source:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            if message.type is WSMsgType.TEXT:
                await target.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await target.send_bytes(message.data)
            else:
                return False
    return True
