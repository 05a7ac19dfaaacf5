"""The WebSocket of desktops: a snapshot or the missed events first, then numbered events.

The messages of both sides are in `messages.py`. A desktop that knows an epoch sends it in the query
(`?epoch=...&seq=...`) and gets no snapshot.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Struct

from agent_api.frame.auth import Identity, Logins, Proof
from agent_api.frame.connection import connection_of
from agent_api.frame.dependencies import Dependencies
from agent_api.frame.endpoint import foreign_origin
from agent_api.frame.exchange import Exchange
from agent_api.frame.meter import Meter
from agent_api.frame.origin import is_allowed
from agent_api.frame.problems import too_many
from agent_api.live.closing import CLOSE_TIMEOUT_S, close
from agent_api.live.feed import Connection, Feed
from agent_api.live.messages import FromDesktop, Heartbeat, Resumed, Snapshot
from config.model import Role, Settings
from dialer.views.desk import desk_view
from dialer.views.overview import overview
from dialer.vocabulary.errors import StoreUnavailable
from dialer.vocabulary.events import DesktopConnected, DesktopDisconnected
from dialer.vocabulary.ids import AgentName, TeamName
from dialer.words import spoken

#: A desktop gets a message at least this often; it counts as dead when it answers no ping for half of that.
HEARTBEAT_S = 10.0
#: A desktop that does not take an event within this time is disconnected.
SEND_TIMEOUT_S = 10.0
#: How often it is checked that the log-in is still good.
RECHECK_S = 60.0
#: The most connections of one user at a time: desktops, and lost ones that are not noticed yet.
MAX_DESKTOPS = 16
_MAX_MESSAGE_BYTES = 4096
#: Messages from one desktop, and from all desktops of one user: at a time, and for each second. A desktop only sends a
#: message to resume, which is rare.
MESSAGES, MESSAGES_PER_S = 20, 2.0
MESSAGES_OF_USER, MESSAGES_OF_USER_PER_S = 60, 6.0
#: Connections that a user opens: at a time, and for each second.
OPENINGS, OPENINGS_PER_S = 40, 2.0
#: Bytes from one desktop, pings and the remains of messages included.
_BYTES, _BYTES_PER_S = 65_536, 4_096.0

_ENCODER = msgspec.json.Encoder(enc_hook=spoken)


class CloseCode(IntEnum):
    """Our own reasons to close (RFC 6455 7.4.2: 4000 to 4999)."""

    LOGGED_OUT = 4001
    BAD_MESSAGE = 4002
    TOO_SLOW = 4003
    TOO_MANY = 4004


class EventsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """The last event that a desktop has, sent while it connects; both parts or none."""

    epoch: str = ""
    seq: int = -1


_DECODER = msgspec.json.Decoder(FromDesktop)


class Sockets:
    """All desktops of this node."""

    def __init__(
        self,
        dependencies: Dependencies,
        feed: Feed,
        logins: Logins,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        send_timeout_s: float = SEND_TIMEOUT_S,
        recheck_s: float = RECHECK_S,
    ) -> None:
        self._dependencies = dependencies
        self._feed = feed
        self._logins = logins
        self._heartbeat_s = heartbeat_s
        self._send_timeout_s = send_timeout_s
        self._recheck_s = recheck_s
        self._open: set[web.WebSocketResponse] = set()
        self._users: dict[str, _Budget] = {}

    async def serve(self, exchange: Exchange) -> web.WebSocketResponse:
        """One desktop, from its handshake to its end."""
        settings, identity = exchange.settings, exchange.who
        origin = exchange.request.headers.get("Origin")
        if not is_allowed(settings, origin) and (origin is not None or identity.proof is Proof.COOKIE):
            raise foreign_origin(origin or "none")
        name, feed = identity.user.name, self._feed
        budget = self._users.setdefault(name, _Budget(self._monotonic()))
        if not budget.openings.take(self._monotonic()):
            raise too_many(f"Too many desktops of {name} were opened.", math.ceil(1 / OPENINGS_PER_S))
        if feed.desktops_of(name) + budget.opening >= MAX_DESKTOPS:
            raise too_many(f"There are {MAX_DESKTOPS} desktops of {name} already.", int(HEARTBEAT_S))
        ws = web.WebSocketResponse(
            heartbeat=self._heartbeat_s,
            timeout=CLOSE_TIMEOUT_S,
            max_msg_size=_MAX_MESSAGE_BYTES,
            compress=False,
        )
        with budget.one_more():
            await ws.prepare(exchange.request)
        guarded = connection_of(exchange.request)
        if guarded is not None:
            guarded.limit_bytes(Meter(_BYTES, _BYTES_PER_S, asyncio.get_running_loop().time()))
        floor = identity.role is not Role.AGENT
        teams = self._teams(identity, settings)
        connection, first = feed.connect(name, identity.session.token_hash, floor=floor, teams=teams)
        self._open.add(ws)
        if first and not floor:
            self._dependencies.announcer.announce(DesktopConnected(AgentName(name)))
        try:
            code = await self._converse(ws, connection, exchange, budget)
            await close(ws, exchange.request, code)
        finally:
            self._open.discard(ws)
            if feed.disconnect(connection) and not floor:
                self._dependencies.announcer.announce(DesktopDisconnected(AgentName(name)))
        return ws

    async def _converse(
        self, ws: web.WebSocketResponse, connection: Connection, exchange: Exchange, budget: _Budget
    ) -> int:
        """Send and receive until either ends; the code to close with."""
        own = Meter(MESSAGES, MESSAGES_PER_S, self._monotonic())

        def may() -> bool:
            now = self._monotonic()
            return own.take(now) and budget.messages.take(now)

        snapshot = self._snapshot(exchange.who, connection)
        desktop = _Desktop(ws, connection, snapshot, self._clock_utc, self._send_timeout_s)
        tasks = (
            asyncio.create_task(desktop.send_all(exchange.query_as(EventsQuery), self._heartbeat_s)),
            asyncio.create_task(desktop.receive_all(may)),
            asyncio.create_task(self._watch(exchange.who)),
        )
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        return max(int(task.result()) for task in done)

    async def _watch(self, identity: Identity) -> int:
        """Ends when the log-in does. An open desktop counts as use of the log-in."""
        while True:
            await asyncio.sleep(self._recheck_s)
            settings = self._dependencies.settings()
            try:
                known = await self._logins.recall(identity.session.token_hash, settings, identity.proof)
            except StoreUnavailable:
                continue  # Desktops stay connected while the database is unavailable, as conversations go on.
            if known is None:
                return CloseCode.LOGGED_OUT
            self._feed.look_after(known.user.name, self._teams(known, settings))

    def _teams(self, identity: Identity, settings: Settings) -> frozenset[TeamName] | None:
        """The teams of a supervisor; None stands for all, as for an administrator and for a supervisor without a
        team."""
        user = identity.user
        own = settings.teams_of(user.name, user.teams) if identity.role is Role.SUPERVISOR else frozenset()
        return frozenset(TeamName(each) for each in own) or None

    def _snapshot(self, identity: Identity, connection: Connection) -> Callable[[], object]:
        """The snapshot with which this user's desktop starts."""

        def render() -> object:
            world, now = self._dependencies.world(), self._dependencies.clock.now()
            if identity.role is not Role.AGENT:
                return overview(world, now, teams=connection.teams)
            agent = world.agents.get(AgentName(identity.user.name))
            return None if agent is None else desk_view(world, agent, now)

        return render

    def _clock_utc(self) -> float:
        return self._dependencies.clock.now().utc

    def _monotonic(self) -> float:
        return self._dependencies.clock.now().monotonic

    async def close(self) -> None:
        """Close all desktops because the node goes down; they reconnect to this node or another."""
        closing = [ws.close(code=WSCloseCode.GOING_AWAY, message=b"the node is going down") for ws in set(self._open)]
        await asyncio.gather(*closing, return_exceptions=True)


class _Budget:
    """The limits of one user over all desktops."""

    def __init__(self, now: float) -> None:
        self.openings = Meter(OPENINGS, OPENINGS_PER_S, now)
        self.messages = Meter(MESSAGES_OF_USER, MESSAGES_OF_USER_PER_S, now)
        self.opening = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """In this context a desktop is connecting that the feed does not count yet."""
        self.opening += 1
        try:
            yield
        finally:
            self.opening -= 1


class _Desktop:
    """One connection's two directions."""

    def __init__(
        self,
        ws: web.WebSocketResponse,
        connection: Connection,
        snapshot: Callable[[], object],
        utc: Callable[[], float],
        send_timeout_s: float,
    ) -> None:
        self._ws = ws
        self._connection = connection
        self._snapshot = snapshot
        self._utc = utc
        self._send_timeout_s = send_timeout_s
        self._greeting: Callable[[], bytes] | None = None

    async def send_all(self, query: EventsQuery, heartbeat_s: float) -> int:
        """Send events as they come, and heartbeats in between; the code to close with."""
        connection = self._connection
        if query.epoch:
            self._resume(query.epoch, query.seq)
        else:
            self._greet(self._snapshot_now)
        try:
            while not connection.ended:
                if connection.too_slow:
                    return CloseCode.TOO_SLOW
                for message in self._due():
                    await self._send(message)
                await self._wait(heartbeat_s)
        except TimeoutError:
            return CloseCode.TOO_SLOW
        except ConnectionError:
            return WSCloseCode.GOING_AWAY
        return CloseCode.LOGGED_OUT

    def _due(self) -> list[bytes]:
        if self._connection.outdated:
            self._greeting = self._snapshot_now
        greeting, self._greeting = self._greeting, None
        first = [] if greeting is None else [greeting()]
        return [*first, *self._connection.take()]

    async def _wait(self, heartbeat_s: float) -> None:
        """Wait until there are events to send; after a while send a heartbeat."""
        try:
            async with asyncio.timeout(heartbeat_s):
                await self._connection.wake.wait()
        except TimeoutError:
            ring = self._connection.ring
            await self._send(_ENCODER.encode(Heartbeat(ring.epoch, self._connection.sent, self._utc())))

    async def _send(self, message: bytes) -> None:
        async with asyncio.timeout(self._send_timeout_s):
            await self._ws.send_frame(message, WSMsgType.TEXT)

    async def receive_all(self, may: Callable[[], bool]) -> int:
        """Receive the desktop's messages while its budget (`may`) lasts; the code to close with."""
        async for message in self._ws:
            if not may():
                return CloseCode.TOO_MANY
            if message.type is not WSMsgType.TEXT:
                return CloseCode.BAD_MESSAGE
            try:
                said = _DECODER.decode(message.data)
            except (msgspec.DecodeError, UnicodeDecodeError):
                return CloseCode.BAD_MESSAGE
            self._resume(said.resume.epoch, said.resume.seq)
        return WSCloseCode.OK

    def _resume(self, epoch: str, number: int) -> None:
        """Continue after event `number`, or start over with a snapshot."""
        if self._connection.resume(epoch, number):
            self._greet(lambda: _ENCODER.encode(Resumed(epoch, number)))
        else:
            self._greet(self._snapshot_now)

    def _snapshot_now(self) -> bytes:
        self._connection.start_over()
        ring, body = self._connection.ring, self._snapshot()
        return _ENCODER.encode(Snapshot(ring.epoch, self._connection.sent, self._utc(), body))

    def _greet(self, greeting: Callable[[], bytes]) -> None:
        """Queue a greeting, which is made when it leaves, before any further event. A later greeting replaces one that
        has not left."""
        self._greeting = greeting
        self._connection.wake.set()
