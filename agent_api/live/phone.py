"""Phones in the page: their WebSockets, each passed on to the Asterisk at which it registers.

The browser needs one origin and one certificate, and no port of the Asterisk. Messages pass unread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import IntEnum

import msgspec
import structlog
from aiohttp import ClientWebSocketResponse, WSCloseCode, hdrs, web

from agent_api.frame.auth import Identity, Logins, Proof
from agent_api.frame.connection import connection_of
from agent_api.frame.dependencies import Dependencies
from agent_api.frame.endpoint import foreign_origin
from agent_api.frame.exchange import Exchange
from agent_api.frame.meter import Meter
from agent_api.frame.origin import is_allowed
from agent_api.frame.problems import ProblemRaised, problem, too_many
from agent_api.frame.route import AGENTS, Route
from agent_api.frame.section import Section
from agent_api.live.closing import CLOSE_TIMEOUT_S, close
from agent_api.live.exchange_socket import (
    MAX_MESSAGE_BYTES,
    SUBPROTOCOL,
    ExchangeUnreachable,
    exchange_socket,
    pass_on,
)
from config.model import BrowserPhone, Settings
from dialer.views.phone import PHONE_PATH, browser_phone
from dialer.vocabulary.errors import NotFound, StoreUnavailable
from dialer.vocabulary.ids import AgentName

#: A side counts as dead when it answers no ping for half of this.
HEARTBEAT_S = 10.0
#: How often it is checked that the log-in is still good, and the phone still the same.
RECHECK_S = 60.0
#: Bytes from one page: at a time, and for each second.
_BYTES, _BYTES_PER_S = 524_288, 32_768.0
#: Connections that one agent opens: at a time, and for each second.
OPENINGS, OPENINGS_PER_S = 20, 1.0
RETRY_AFTER_S = 2

_LOG = structlog.stdlib.get_logger("agent_api")


class PhoneClosed(IntEnum):
    """Our own reasons to close (RFC 6455 7.4.2: 4000 to 4999); where events have the same, the number is equal."""

    LOGGED_OUT = 4001
    BAD_MESSAGE = 4002
    TOO_SLOW = 4003
    REPLACED = 4005
    EXCHANGE_LOST = 4006


@dataclass(slots=True, eq=False)
class _Opened:
    """One page's connection; `over` gets the code to close with."""

    session: str
    over: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def end(self, code: int) -> None:
        if not self.over.done():
            self.over.set_result(code)


class Phones:
    """All phones in pages of this node: one connection for each agent, of which the newest counts."""

    def __init__(
        self,
        dependencies: Dependencies,
        logins: Logins,
        *,
        recheck_s: float = RECHECK_S,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._dependencies = dependencies
        self._logins = logins
        self._recheck_s = recheck_s
        self._heartbeat_s = heartbeat_s
        self._open: dict[str, _Opened] = {}
        self._openings: dict[str, Meter] = {}

    def routes(self) -> tuple[Route, ...]:
        section = Section("agent", PHONE_PATH, AGENTS)
        words = "SIP of the phone in the page by WebSocket"
        return (section.get("", "phoneSocket", words, self.serve, status=101, refusals=(400, 404, 409, 429)),)

    async def serve(self, exchange: Exchange) -> web.StreamResponse:
        """Messages pass to and from the Asterisk of the agent's phone; subprotocol `sip` (RFC 7118). A newer connection
        of the agent replaces this one."""
        phone = self._phone(exchange)
        ws = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            heartbeat=self._heartbeat_s,
            timeout=CLOSE_TIMEOUT_S,
            max_msg_size=MAX_MESSAGE_BYTES,
            compress=False,
        )
        _check_handshake(ws, exchange.request)
        try:
            async with exchange_socket(phone, self._heartbeat_s) as asterisk:
                return await self._serve(exchange, phone, ws, asterisk)
        except ExchangeUnreachable as error:
            _LOG.warning("phone_exchange_unreachable", phone=phone.name, reason=str(error))
            raise _unreachable(phone, str(error)) from None

    def _phone(self, exchange: Exchange) -> BrowserPhone:
        """The agent's phone. Raises ProblemRaised for a page that may not open it."""
        origin, who = exchange.request.headers.get(hdrs.ORIGIN), exchange.who
        if not is_allowed(exchange.settings, origin) and (origin is not None or who.proof is Proof.COOKIE):
            raise foreign_origin(origin or "none")
        phone = browser_phone(exchange.settings, exchange.agent)
        if phone is None:
            detail = "The agent's phone is no browser."
            remedy = "Use the phone that the status bar names, or ask an administrator for a phone of kind browser."
            raise ProblemRaised(problem(409, "phone_is_no_browser", detail, remedy))
        now = self._monotonic()
        if not self._openings.setdefault(who.user.name, Meter(OPENINGS, OPENINGS_PER_S, now)).take(now):
            raise too_many(f"The phone of {who.user.name} was opened too often.", RETRY_AFTER_S)
        return phone

    async def _serve(
        self, exchange: Exchange, phone: BrowserPhone, ws: web.WebSocketResponse, asterisk: ClientWebSocketResponse
    ) -> web.WebSocketResponse:
        name = exchange.who.user.name
        await ws.prepare(exchange.request)
        guarded = connection_of(exchange.request)
        if guarded is not None:
            guarded.limit_bytes(Meter(_BYTES, _BYTES_PER_S, asyncio.get_running_loop().time()))
        opened = _Opened(exchange.who.session.token_hash)
        before = self._open.get(name)
        self._open[name] = opened
        if before is not None:
            before.end(PhoneClosed.REPLACED)
        try:
            code = await self._until_over(ws, asterisk, opened, self._watch(exchange.who, phone))
        finally:
            if self._open.get(name) is opened:
                del self._open[name]
        # First towards the Asterisk, which forgets the registration with its connection.
        await asterisk.close(code=WSCloseCode.GOING_AWAY)
        await close(ws, exchange.request, code)
        return ws

    async def _until_over(
        self, ws: web.WebSocketResponse, asterisk: ClientWebSocketResponse, opened: _Opened, watch: Awaitable[int]
    ) -> int:
        """Pass messages on until one side ends; the code to close the page's with."""
        tasks = (
            asyncio.create_task(_code(lambda: pass_on(ws, asterisk), WSCloseCode.OK, PhoneClosed.EXCHANGE_LOST)),
            asyncio.create_task(_code(lambda: pass_on(asterisk, ws), PhoneClosed.EXCHANGE_LOST, PhoneClosed.TOO_SLOW)),
            asyncio.create_task(_result(watch)),
            asyncio.create_task(_result(opened.over)),
        )
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        return max(int(task.result()) for task in done)

    async def _watch(self, identity: Identity, phone: BrowserPhone) -> int:
        """Ends when the log-in does, or when the agent has another phone."""
        while True:
            await asyncio.sleep(self._recheck_s)
            settings = self._dependencies.settings()
            try:
                known = await self._logins.recall(identity.session.token_hash, settings, identity.proof)
            except StoreUnavailable:
                continue  # Phones stay connected while the database is unavailable, as conversations go on.
            if known is None or self._phone_now(identity, settings) != phone:
                return PhoneClosed.LOGGED_OUT

    def _phone_now(self, identity: Identity, settings: Settings) -> BrowserPhone | None:
        agent = self._dependencies.world().agents.get(AgentName(identity.user.name))
        try:
            return None if agent is None else browser_phone(settings, agent)
        except NotFound:
            return None

    def end_session(self, session: str) -> None:
        """A log-in ended: its phone is closed."""
        for opened in self._open.values():
            if opened.session == session:
                opened.end(PhoneClosed.LOGGED_OUT)

    def close(self) -> None:
        """Close all phones because the node goes down; they connect to this node or another."""
        for opened in self._open.values():
            opened.end(WSCloseCode.GOING_AWAY)

    def _monotonic(self) -> float:
        return self._dependencies.clock.now().monotonic


def _check_handshake(ws: web.WebSocketResponse, request: web.Request) -> None:
    """Raises ProblemRaised for a request that asks for no WebSocket, or not for SIP in it."""
    asked = ws.can_prepare(request)
    if not asked or asked.protocol != SUBPROTOCOL:
        detail = "The request does not ask for a WebSocket with the subprotocol sip."
        remedy = "Connect as RFC 7118 says: Upgrade: websocket, Sec-WebSocket-Protocol: sip."
        raise ProblemRaised(problem(400, "no_sip_socket", detail, remedy))


def _unreachable(phone: BrowserPhone, reason: str) -> ProblemRaised:
    detail = f"The Asterisk of the phones {phone.name} does not accept the connection: {reason}."
    remedy = "Ask an administrator whether it runs, and whether ws_url of the phones is right."
    document = problem(503, ExchangeUnreachable.code, detail, remedy)
    return ProblemRaised(msgspec.structs.replace(document, retry_after_s=RETRY_AFTER_S))


async def _code(work: Callable[[], Awaitable[bool]], ended: int, stuck: int) -> int:
    """The code for an end of `work`: `ended` for an orderly one, `stuck` where the other side took nothing more."""
    try:
        return ended if await work() else PhoneClosed.BAD_MESSAGE
    except (TimeoutError, ConnectionError):
        return stuck


async def _result(work: Awaitable[int]) -> int:
    return await work
