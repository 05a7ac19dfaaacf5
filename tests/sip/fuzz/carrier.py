"""The trunk's side of a fuzz: it takes the engine's INVITEs, gives the necessary answers, and makes the messages to
mutate."""

from __future__ import annotations

import asyncio
import itertools
import re
from random import Random
from typing import cast

from tests.sip.engine.plain import CRLF, Message, offer

from .mutations import HERE, sdp

_CODES = (
    100, 180, 181, 183, 183, 200, 200, 300, 302, 401, 403, 404, 407, 408, 421, 422, 480, 486, 488, 491, 500, 503, 603,
    699,
)  # fmt: skip
_INSIDE = (
    "INVITE", "INVITE", "UPDATE", "INFO", "OPTIONS", "NOTIFY", "MESSAGE", "REFER", "PRACK", "ACK", "CANCEL", "BYE",
    "SUBSCRIBE",
)  # fmt: skip
_OUTSIDE = (
    "INVITE", "INVITE", "OPTIONS", "SUBSCRIBE", "NOTIFY", "REGISTER", "MESSAGE", "PUBLISH", "CANCEL", "ACK", "BYE",
    "X",
)  # fmt: skip
_EXTRAS = (
    'Reason: Q.850;cause=17;text="User busy"',
    "Retry-After: 120",
    'WWW-Authenticate: Digest realm="example.com", nonce="7a1f", algorithm=MD5, qop="auth"',
    'Proxy-Authenticate: Digest realm="example.com", nonce="7a1f", algorithm=SHA-256',
    "Record-Route: <sip:127.0.0.1;lr>",
    "Require: 100rel",
    "RSeq: 1",
    "Session-Expires: 90;refresher=uas",
    "Supported: timer, 100rel",
    "P-Asserted-Identity: <sip:+442079460001@127.0.0.1>",
)
_PORT = 40000


class Carrier(asyncio.DatagramProtocol):
    """One UDP socket of loopback. `open` makes it."""

    def __init__(self, engine: tuple[str, int], chance: Random) -> None:
        self._engine = engine
        self._chance = chance
        self._transport: asyncio.DatagramTransport | None = None
        self._invites: dict[str, Message] = {}
        self._came = asyncio.Event()
        self._numbers = itertools.count(1)
        self.port = 0

    @classmethod
    async def open(cls, engine: tuple[str, int], chance: Random) -> Carrier:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_datagram_endpoint(lambda: cls(engine, chance), local_addr=(HERE, 0))
        return made

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        message = Message(data.decode("latin-1"), (HERE, addr[1]))
        if message.code or not message.text.strip():
            return
        call_id = message.header("call-id")
        if message.method == "INVITE" and ";tag=" not in message.header("to"):
            self._invites[call_id] = message
            self._came.set()
        elif message.method == "INVITE":
            self._reply(message, 200, body=offer(_PORT))
        elif message.method != "ACK":
            self._reply(message, 200)
        if message.method == "CANCEL" and call_id in self._invites:
            self._reply(self._invites[call_id], 487)

    def _reply(self, request: Message, code: int, body: str = "") -> None:
        self.send(self._answer(request, code, (), body).encode("latin-1", "replace"))

    async def invite_of(self, call_id: str, timeout_s: float) -> Message | None:
        try:
            async with asyncio.timeout(timeout_s):
                while call_id not in self._invites:
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            return None
        return self._invites[call_id]

    def forget(self, call_id: str) -> None:
        self._invites.pop(call_id, None)

    def accept(self, invite: Message) -> None:
        """Answer correctly. By now the INVITE may be a second one, with credentials."""
        invite = self._invites.get(invite.header("call-id"), invite)
        self._reply(invite, 200, body=offer(_PORT))

    def refuse(self, invite: Message) -> None:
        """Refuse correctly an INVITE that was given up."""
        self._reply(self._invites.get(invite.header("call-id"), invite), 487)

    def send(self, data: bytes) -> None:
        if self._transport is not None and data:
            self._transport.sendto(data, self._engine)

    # -- messages to mutate

    def some_answer(self, invite: Message) -> str:
        code = self._chance.choice(_CODES)
        body = sdp(_PORT, self._chance) if code in (183, 200) or self._chance.random() < 0.1 else ""
        return self._answer(invite, code, self._extras(), body)

    def some_request(self, invite: Message, number: int) -> str:
        """Inside of the dialog of our 200."""
        method = self._chance.choice(_INSIDE)
        target = re.search(r"<([^>]*)>", invite.header("contact"))
        body, kind = self._body(method)
        lines = [
            f"{method} {target[1] if target else 'sip:127.0.0.1'} SIP/2.0",
            self._via(),
            f"From: {invite.header('to')};tag=carrier",
            f"To: {invite.header('from')}",
            f"Call-ID: {invite.header('call-id')}",
            f"CSeq: {number} {method}",
        ]
        return self._message(lines, body, kind)

    def some_request_outside(self) -> str:
        method = self._chance.choice(_OUTSIDE)
        number = next(self._numbers)
        body, kind = self._body(method)
        lines = [
            f"{method} sip:{HERE}:{self._engine[1]} SIP/2.0",
            self._via(),
            f"From: <sip:peer@{HERE}>;tag=p{number}",
            f"To: <sip:{HERE}:{self._engine[1]}>",
            f"Call-ID: out{number}",
            f"CSeq: 1 {method}",
        ]
        return self._message(lines, body, kind)

    def _body(self, method: str) -> tuple[str, str]:
        if method in ("INVITE", "UPDATE", "ACK"):
            return (sdp(_PORT, self._chance) if self._chance.random() < 0.9 else ""), "application/sdp"
        if method == "INFO":
            return f"Signal={self._chance.randrange(10)}{CRLF}Duration=160{CRLF}", "application/dtmf-relay"
        return "", ""

    def _via(self) -> str:
        return f"Via: SIP/2.0/UDP {HERE}:{self.port};rport;branch=z9hG4bK-f{next(self._numbers)}"

    def _extras(self) -> tuple[str, ...]:
        return tuple(self._chance.sample(_EXTRAS, self._chance.choice((0, 0, 1, 1, 2, 4))))

    def _answer(self, request: Message, code: int, extras: tuple[str, ...], body: str) -> str:
        to = request.header("to")
        lines = [f"SIP/2.0 {code} Words", *(f"Via: {via}" for via in request.headers("via"))]
        lines += [f"From: {request.header('from')}", f"To: {to if ';tag=' in to else to + ';tag=carrier'}"]
        lines += [f"Call-ID: {request.header('call-id')}", f"CSeq: {request.header('cseq')}"]
        lines += [f"Contact: <sip:gw@{HERE}:{self.port}>", *extras]
        return _joined(lines, body, "application/sdp")

    def _message(self, lines: list[str], body: str, kind: str) -> str:
        lines = [*lines, "Max-Forwards: 70", f"Contact: <sip:gw@{HERE}:{self.port}>", *self._extras()]
        return _joined([*lines, "Event: presence", f"Refer-To: <sip:x@{HERE}>", "RAck: 1 1 INVITE"], body, kind)


def _joined(lines: list[str], body: str, kind: str) -> str:
    if body:
        lines = [*lines, f"Content-Type: {kind}"]
    return CRLF.join([*lines, f"Content-Length: {len(body)}", "", body])
