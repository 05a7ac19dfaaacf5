"""One connection of a node to an engine, the node's end, in asyncio. The lab uses it too."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, Self, cast

from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import EngineUnavailable, WireError
from dialer.vocabulary.ids import EngineId
from sip.wire.frames import (
    OLDEST_VERSION,
    VERSION,
    Ack,
    FrameReader,
    FrameWriter,
    Hello,
    Ping,
    Pong,
    Refusal,
    RefusalCode,
    Said,
    Told,
    ToNode,
    Unread,
    Welcome,
)

SaidCallback = Callable[[int, telephony.Event], None]
WelcomeCallback = Callable[["Connection", Welcome], None]
LostCallback = Callable[[str], None]
UnreadCallback = Callable[[Unread], None]


class ConnectionLimits(Struct, frozen=True):
    """Bounds of one connection. `unsent_bytes_max`: the most bytes that may wait because the engine does not read."""

    connect_timeout_s: float = 2.0
    ping_interval_s: float = 2.0
    silence_timeout_s: float = 10.0
    unsent_bytes_max: int = 4 * 1024 * 1024


def _nothing(*_: object) -> None:
    """For callers without a callback."""


def skipped(unread: Unread) -> telephony.EngineFault:
    """The event in place of one of a newer engine that this program cannot read."""
    problem = f"the engine said {unread.tag!r}, which this program cannot read: it was skipped. Upgrade this program."
    return telephony.EngineFault(where="unknown_event", problem=problem, at=time.monotonic(), leg=unread.leg)


class Connection(asyncio.Protocol):
    """A connection whose Hello was answered by Welcome.

    Guarantees: `on_welcome(connection, welcome)` is called first, then `on_said(0, EngineReady)`, then `on_said` for
    each event in the order of the engine, all on the loop and never within `send`. A callback that raises ends the
    connection; its event was not acknowledged and comes again on the next one. An event that only a newer program can
    read goes to `on_unread`; without one, `on_said` gets an EngineFault in its place. `on_lost(reason)` is the last
    callback, called once for a welcomed connection. Commands arrive in order; when the connection is lost, the last
    ones do not arrive; they are never sent twice.
    """

    def __init__(
        self,
        engine: EngineId | None,
        on_said: SaidCallback,
        on_welcome: WelcomeCallback,
        on_lost: LostCallback,
        on_unread: UnreadCallback | None,
        limits: ConnectionLimits,
    ) -> None:
        """Not for callers: `open` makes connections."""
        loop = asyncio.get_running_loop()
        self._loop: Final = loop
        self._engine = engine
        self._on_said = on_said
        self._on_welcome = on_welcome
        self._on_lost = on_lost
        self._on_unread = on_unread
        self._limits = limits
        self._reader: FrameReader[ToNode] = FrameReader(cast("type[ToNode]", ToNode))
        self._writer = FrameWriter()
        self._transport: asyncio.Transport | None = None
        self._welcome: asyncio.Future[Welcome] = loop.create_future()
        self._gone: asyncio.Future[None] = loop.create_future()
        self._reason = ""
        self._last_heard = loop.time()
        self._pulse: asyncio.TimerHandle | None = None
        self._number = 0
        self._committed = 0
        self._ack_due: asyncio.Handle | None = None
        self._held = False

    @classmethod
    async def open(
        cls,
        socket: str,
        node: str,
        run: str,
        on_said: SaidCallback,
        *,
        engine: EngineId | None = None,
        on_welcome: WelcomeCallback = _nothing,
        on_lost: LostCallback = _nothing,
        on_unread: UnreadCallback | None = None,
        acknowledged: int = 0,
        boot: str = "",
        limits: ConnectionLimits | None = None,
    ) -> Self:
        """Connect to the engine at the Unix socket `socket`; `engine` is the name it must have, None for any.

        Raises EngineUnavailable when no engine answers there or the engine has another node, WireError when the other
        side does not speak our protocol.
        """
        limits = limits or ConnectionLimits()
        hello = Hello(node, run, OLDEST_VERSION, VERSION, acknowledged, boot)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(limits.connect_timeout_s):
                _, connection = await loop.create_unix_connection(
                    lambda: cls(engine, on_said, on_welcome, on_lost, on_unread, limits), socket
                )
                await connection._greet(hello)
        except TimeoutError as error:
            raise EngineUnavailable(f"no answer at {socket} within {limits.connect_timeout_s:g} s") from error
        except OSError as error:
            raise EngineUnavailable(f"no engine at {socket}: {error.strerror or error}") from error
        return connection

    async def _greet(self, hello: Hello) -> None:
        assert self._transport is not None
        self._transport.write(self._writer.encode(hello))
        try:
            await self._welcome
        except BaseException:
            self._abandon("the engine did not welcome us")
            await self._gone
            raise

    @property
    def welcome(self) -> Welcome:
        return self._welcome.result()

    @property
    def is_up(self) -> bool:
        return self._transport is not None and not self._reason

    async def closed(self) -> str:
        """Wait until the connection is gone; returns the reason in words."""
        await asyncio.shield(self._gone)
        return self._reason

    def send(self, command: telephony.Command) -> int:
        """Send the engine a command; returns its number on this connection. Never blocks.

        Raises EngineUnavailable when the connection is lost or the engine does not read.
        """
        transport = self._transport
        if transport is None or self._reason:
            raise EngineUnavailable(f"the connection to the engine is lost: {self._reason or 'not connected'}")
        if transport.get_write_buffer_size() > self._limits.unsent_bytes_max:
            raise EngineUnavailable("the engine does not read its commands")
        frame = self._writer.encode(Told(self._number + 1, command))
        self._number += 1
        transport.write(frame)
        return self._number

    def ack(self, sequence: int) -> None:
        """All events up to `sequence` are committed. Several acknowledgements in one turn of the loop leave as one."""
        if sequence <= self._committed or not self.is_up:
            return
        self._committed = sequence
        if self._ack_due is None:
            self._ack_due = self._loop.call_soon(self._send_ack)

    def hold(self, on: bool) -> None:
        """While `on` the socket is not read, so that the engine has to wait; its silence then does not count."""
        if on is self._held:
            return
        self._held = on
        self._last_heard = self._loop.time()
        if self._transport is not None and not self._reason:
            if on:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    async def close(self) -> None:
        """Send the waiting frames, close, and wait until the connection is gone. `on_lost` is called."""
        if self._ack_due is not None:
            self._send_ack()
        if self._transport is not None and not self._reason:
            self._reason = "closed by us"
            self._transport.close()
        await asyncio.shield(self._gone)

    def _send_ack(self) -> None:
        if self._ack_due is not None:
            self._ack_due.cancel()
            self._ack_due = None
        if self._transport is not None and not self._reason:
            self._transport.write(self._writer.encode(Ack(self._committed)))

    def _abandon(self, reason: str) -> None:
        """Drop the connection at once, without sending the waiting frames."""
        if not self._reason:
            self._reason = reason
        if self._transport is not None:
            self._transport.abort()

    # -- asyncio.Protocol ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._beat()

    def data_received(self, data: bytes) -> None:
        self._last_heard = self._loop.time()
        try:
            for frame in self._reader.feed(data):
                if self._reason:
                    return
                self._take(frame)
        except WireError as error:
            self._refuse(error)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._reason:
            self._reason = f"the engine closed the connection{f': {exc}' if exc else ''}"
        self._transport = None
        for handle in (self._pulse, self._ack_due):
            if handle is not None:
                handle.cancel()
        self._pulse = self._ack_due = None
        welcomed = self._welcome.done() and not self._welcome.cancelled() and self._welcome.exception() is None
        if not self._welcome.done():
            self._welcome.set_exception(EngineUnavailable(self._reason))
        self._gone.set_result(None)
        if welcomed:
            self._on_lost(self._reason)

    # -- input ------------------------------------------------------------------------------------------------

    def _take(self, frame: ToNode | Unread) -> None:
        if isinstance(frame, Said | Unread) and not self._welcome.done():
            raise WireError("the engine said an event before Welcome")
        if isinstance(frame, Said):
            self._on_said(frame.sequence, frame.event)
        elif isinstance(frame, Unread):
            if self._on_unread is None:
                self._on_said(frame.number, skipped(frame))
            else:
                self._on_unread(frame)
        elif isinstance(frame, Ping):
            if self._transport is not None:
                self._transport.write(self._writer.encode(Pong()))
        elif isinstance(frame, Welcome):
            self._take_welcome(frame)
        elif isinstance(frame, Refusal):
            self._take_refusal(frame)

    def _take_welcome(self, welcome: Welcome) -> None:
        if self._welcome.done():
            raise WireError("the engine said Welcome twice")
        if not OLDEST_VERSION <= welcome.version <= VERSION:
            raise WireError(f"the engine chose version {welcome.version} of the wire, which we do not speak")
        if self._engine not in (None, welcome.ready.engine):
            raise WireError(f"this is engine {welcome.ready.engine}, not {self._engine}: check the configured sockets")
        self._welcome.set_result(welcome)
        self._on_welcome(self, welcome)
        self._on_said(0, welcome.ready)

    def _take_refusal(self, refusal: Refusal) -> None:
        if refusal.code in (RefusalCode.VERSION, RefusalCode.PROTOCOL):
            self._refuse(WireError(refusal.message))
        else:
            self._refuse(EngineUnavailable(refusal.message))

    def _refuse(self, error: WireError | EngineUnavailable) -> None:
        if not self._welcome.done():
            self._welcome.set_exception(error)
        self._abandon(str(error))

    def _beat(self) -> None:
        """Ping, and drop an engine that sends nothing: a stopped process keeps its socket open."""
        silent_s = self._loop.time() - self._last_heard
        if not self._held and silent_s > self._limits.silence_timeout_s:
            self._abandon(f"nothing was heard from the engine for {silent_s:.0f} s")
            return
        if self._transport is not None and self._welcome.done() and not self._reason:
            self._transport.write(self._writer.encode(Ping()))
        self._pulse = self._loop.call_later(self._limits.ping_interval_s, self._beat)
