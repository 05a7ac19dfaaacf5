"""A carrier of our own for measurements: it answers or refuses at once, and sees when audio arrives.

Times are those of the wire: the clock is read just before a 200 is handed to the kernel, and RTP carries the kernel's
time of receipt (SO_TIMESTAMPNS), so that a busy Python delays neither.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Self, cast

from msgspec import Struct

from bench.sip_text import Request

SEED = 1
SO_TIMESTAMPNS = 35
_TIME = struct.Struct("qq")
_RTP_HEADER_BYTES = 12
_DATAGRAM_BYTES = 65535
_BUFFER_BYTES = 4 * 1024 * 1024
#: By RTP payload type, the bytes of soft samples: exponents 0 to 3 of PCMU (0) and of PCMA (8), as ITU-T G.711 inverts
#: them; that is below about -30 dBFS.
QUIET = {
    0: bytes(byte for byte in range(256) if (~byte >> 4) & 7 < 4),
    8: bytes(byte for byte in range(256) if ((byte ^ 0x55) >> 4) & 7 < 4),
}
#: A packet with this many louder samples (2 ms) holds audio.
LOUD_SAMPLES = 16


class Habits(Struct, frozen=True):
    """The carrier's habits: one INVITE of `answers_one_in` is answered, the others are busy at once.

    The answer comes at once, or up to `spread_s` later by chance: calls in step with the packets of the agents would
    all meet the same phase of them. An answered call is ended `talk_s` after the agent was heard, or `patience_s` after
    the answer if no agent is heard. `listens`: whether the carrier waits for audio; without, `talk_s` counts from the
    answer. `rings`: whether 180 comes before the 200."""

    answers_one_in: int = 1
    talk_s: float = 0.2
    spread_s: float = 0.0
    patience_s: float = 5.0
    listens: bool = True
    rings: bool = False


@dataclass(slots=True)
class _Call:
    invite: Request
    tag: str
    response: bytes
    rtp: socket.socket | None = None
    answered_ns: int = 0
    heard: bool = False
    over: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class Seen:
    """The carrier's counts since their last reset. `audio_ms` from each 200 to the first audio."""

    invites: int = 0
    answered: int = 0
    refused: int = 0
    ended: int = 0
    silent: int = 0
    repeated: int = 0
    audio_ms: list[float] = field(default_factory=list)
    heard_at_s: list[float] = field(default_factory=list)  # CLOCK_MONOTONIC of each first audio


class Carrier(asyncio.DatagramProtocol):
    """One UDP port of loopback. `on_change` is called after each change of `Seen`."""

    def __init__(self, port: int, habits: Habits, on_change: Callable[[], None] = lambda: None) -> None:
        self.habits = habits
        self.seen = Seen()
        self._port = port
        self._on_change = on_change
        self._random = Random(SEED)
        self._calls: dict[str, _Call] = {}
        self._numbers = itertools.count(1)
        self._transport: asyncio.DatagramTransport | None = None
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def open(cls, port: int, habits: Habits, on_change: Callable[[], None] = lambda: None) -> Self:
        """Raises OSError when the port is taken."""
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            opened.bind(("127.0.0.1", port))
        except OSError:
            opened.close()
            raise
        loop = asyncio.get_running_loop()
        _, carrier = await loop.create_datagram_endpoint(lambda: cls(port, habits, on_change), sock=opened)
        return carrier

    def close(self) -> None:
        for call in self._calls.values():
            self._release(call)
        self._calls.clear()
        if self._transport is not None:
            self._transport.close()

    def begin_anew(self) -> None:
        """Count from here."""
        self.seen = Seen()

    @property
    def live(self) -> int:
        return sum(1 for call in self._calls.values() if call.answered_ns and not call.over)

    # -- SIP ---------------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = Request.parse(data.decode(errors="replace"))
        if request is None or self._transport is None:
            return
        if request.method == "INVITE":
            self._invited(request, addr)
        elif request.method == "BYE":
            self._send(request.response(200, "OK", ""), addr)
            self._over(request.call_id)
        elif request.method == "CANCEL":
            self._send(request.response(200, "OK", "c"), addr)
            self._cancelled(request.call_id, addr)
        elif request.method == "OPTIONS":
            self._send(request.response(200, "OK", "o"), addr)

    def _send(self, data: bytes, to: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(data, to)

    def _invited(self, invite: Request, source: tuple[str, int]) -> None:
        known = self._calls.get(invite.call_id)
        if known is not None:
            self.seen.repeated += 1
            if known.response:
                self._send(known.response, source)
            return
        self.seen.invites += 1
        number = next(self._numbers)
        call = _Call(invite, f"bench{number}", b"")
        self._calls[invite.call_id] = call
        if number % self.habits.answers_one_in == 0:
            wait_s = self._random.uniform(0.0, self.habits.spread_s)
            call.timer = self._loop.call_later(wait_s, self._answer, call, source)
        else:
            self.seen.refused += 1
            call.over = True
            call.response = invite.response(486, "Busy Here", call.tag)
            self._send(call.response, source)
        self._on_change()

    def _answer(self, call: _Call, source: tuple[str, int]) -> None:
        self.seen.answered += 1
        rtp = call.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        rtp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        rtp.bind(("127.0.0.1", 0))
        contact = (f"Contact: <sip:contact@127.0.0.1:{self._port}>", "Content-Type: application/sdp")
        call.response = call.invite.response(200, "OK", call.tag, contact, call.invite.answer(rtp.getsockname()[1]))
        if self.habits.listens:
            self._loop.add_reader(rtp.fileno(), self._listen, call, source)
        wait_s = self.habits.patience_s if self.habits.listens else self.habits.talk_s
        call.timer = self._loop.call_later(wait_s, self._hang_up, call, source)
        if self.habits.rings:
            self._send(call.invite.response(180, "Ringing", call.tag, contact[:1]), source)
        call.answered_ns = time.time_ns()
        self._send(call.response, source)

    def _cancelled(self, call_id: str, source: tuple[str, int]) -> None:
        """Before the answer it ends the call (RFC 3261 9.2)."""
        call = self._calls.get(call_id)
        if call is not None and not call.response:
            call.response = call.invite.response(487, "Request Terminated", call.tag)
            self._send(call.response, source)
            self._over(call_id)

    def _hang_up(self, call: _Call, peer: tuple[str, int]) -> None:
        if call.over:
            return
        if self.habits.listens and not call.heard:
            self.seen.silent += 1
        self._send(call.invite.bye(call.tag, self._port, call.tag), peer)
        self._over(call.invite.call_id)

    def _over(self, call_id: str) -> None:
        call = self._calls.get(call_id)
        if call is not None and not call.over:
            call.over = True
            self.seen.ended += 1
            self._release(call)
            self._on_change()

    def _release(self, call: _Call) -> None:
        if call.timer is not None:
            call.timer.cancel()
        if call.rtp is not None:
            self._loop.remove_reader(call.rtp.fileno())
            call.rtp.close()
            call.rtp = None

    # -- RTP ---------------------------------------------------------------------------------------------------------

    def _listen(self, call: _Call, peer: tuple[str, int]) -> None:
        while call.rtp is not None:
            try:
                data, extra, _, _ = call.rtp.recvmsg(_DATAGRAM_BYTES, socket.CMSG_SPACE(_TIME.size))
            except BlockingIOError:
                return
            quiet = QUIET.get(data[1] & 0x7F)
            if quiet is not None and len(data[_RTP_HEADER_BYTES:].translate(None, quiet)) >= LOUD_SAMPLES:
                seconds, nanoseconds = _TIME.unpack(extra[0][2])
                self._heard(call, seconds * 1_000_000_000 + nanoseconds, peer)
                return

    def _heard(self, call: _Call, received_ns: int, peer: tuple[str, int]) -> None:
        if call.rtp is None:
            return
        self._loop.remove_reader(call.rtp.fileno())
        call.heard = True
        self.seen.audio_ms.append((received_ns - call.answered_ns) / 1e6)
        self.seen.heard_at_s.append(time.monotonic() - (time.time_ns() - received_ns) / 1e9)
        if call.timer is not None:
            call.timer.cancel()
        call.timer = self._loop.call_later(self.habits.talk_s, self._hang_up, call, peer)
        self._on_change()
