"""A SIP peer of plain sockets: it sends given bytes, also those that no SIP library would send."""

from __future__ import annotations

import itertools
import re
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

CRLF = "\r\n"
WAIT_S = 10.0
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}
_branches = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Message:
    """A received message with its source. `text` has its bytes as Latin-1."""

    text: str
    source: tuple[str, int]

    @property
    def first_line(self) -> str:
        return self.text.split(CRLF, 1)[0]

    @property
    def code(self) -> int:
        """0 of a request."""
        return int(self.first_line.split()[1]) if self.first_line.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        return self.header("cseq").split()[-1] if self.code else self.first_line.split()[0]

    def header(self, name: str) -> str:
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> list[str]:
        head = self.text.split(CRLF + CRLF, 1)[0]
        pairs = (line.partition(":") for line in head.split(CRLF)[1:])
        named = ((_COMPACT.get(key.strip().lower(), key.strip().lower()), value.strip()) for key, _, value in pairs)
        return [value for key, value in named if key == name.lower()]

    @property
    def body(self) -> str:
        return self.text.partition(CRLF + CRLF)[2]

    @property
    def branch(self) -> str:
        return parameter(self.header("via"), "branch")


def parameter(value: str, name: str) -> str:
    found = re.search(rf";\s*{name}=([^;>\s,]+)", value)
    return found[1] if found else ""


def offer(port: int = 40000, payloads: str = "0 101", more: str = "") -> str:
    lines = ["v=0", "o=gw 77 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
    lines += [f"m=audio {port} RTP/AVP {payloads}", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000"]
    return CRLF.join(lines) + CRLF + more


class Peer:
    """One UDP socket of loopback. Use as a context."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self.address, self.port = self._socket.getsockname()
        self.tag = f"t{self.port}"
        self.heard: list[Message] = []

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, text: str | bytes, to: tuple[str, int]) -> None:
        self._socket.sendto(text if isinstance(text, bytes) else text.encode("latin-1"), to)

    def receive(self, timeout_s: float = WAIT_S) -> Message | None:
        """The next message, None if none comes."""
        if not select.select([self._socket], [], [], timeout_s)[0]:
            return None
        data, source = self._socket.recvfrom(65536)
        message = Message(data.decode("latin-1"), source)
        self.heard.append(message)
        return message

    def expect(self, where: Callable[[Message], bool], timeout_s: float = WAIT_S) -> Message:
        """The next message like this; others on the way are kept in `heard` alone."""
        until = time.monotonic() + timeout_s
        while (left := until - time.monotonic()) > 0:
            message = self.receive(left)
            if message is not None and where(message):
                return message
        raise AssertionError(f"nothing such came, but {[each.first_line for each in self.heard[-10:]]}")

    def request_of(self, method: str) -> Message:
        return self.expect(lambda each: not each.code and each.method == method)

    def answer_to(self, method: str) -> Message:
        return self.expect(lambda each: each.code >= 200 and each.method == method)

    def drain(self) -> None:
        """Take the messages that have come already."""
        while self.receive(0.0) is not None:
            pass

    def silence(self, seconds: float) -> None:
        """Check that no message comes for this long."""
        came = self.receive(seconds)
        assert came is None, came.text

    # -- as the called party

    def respond(
        self, request: Message, code: int, reason: str = "", *headers: str, body: str = "", sock: Peer | None = None
    ) -> None:
        """A response with our tag and Contact; from another socket if `sock` is given."""
        (sock or self).send(self.response(request, code, reason, *headers, body=body), request.source)

    def response(self, request: Message, code: int, reason: str = "", *headers: str, body: str = "") -> str:
        lines = [f"SIP/2.0 {code} {reason}", *(f"Via: {via}" for via in request.headers("via"))]
        to = request.header("to")
        lines += [f"From: {request.header('from')}", f"To: {to if ';tag=' in to else f'{to};tag={self.tag}'}"]
        lines += [f"Call-ID: {request.header('call-id')}", f"CSeq: {request.header('cseq')}"]
        return _message([*lines, f"Contact: <sip:peer@{self.address}:{self.port}>", *headers], body)

    def answer(self, invite: Message, body: str = "") -> Message:
        """200 with an SDP; the ACK."""
        self.respond(invite, 200, "OK", body=body or offer())
        return self.request_of("ACK")

    # -- requests

    def ask(
        self, method: str, dialog: Message, number: int, *headers: str, body: str = "", sock: Peer | None = None
    ) -> None:
        """A request inside of the dialog that an INVITE began, sent to its Contact."""
        target = re.search(r"<([^>]*)>", dialog.header("contact"))
        assert target is not None
        to = dialog.header("to")
        lines = [
            f"{method} {target[1]} SIP/2.0",
            self.via(),
            f"From: {to};tag={self.tag}",
            f"To: {dialog.header('from')}",
            f"Call-ID: {dialog.header('call-id')}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:peer@{self.address}:{self.port}>",
        ]
        (sock or self).send(_message([*lines, *headers], body), dialog.source)

    def ask_outside(self, method: str, to: tuple[str, int], *headers: str, body: str = "") -> str:
        """Send a request outside of dialogs; returns its text."""
        number = next(_branches)
        lines = [
            f"{method} sip:{to[0]}:{to[1]} SIP/2.0",
            self.via(),
            f"From: <sip:peer@{self.address}>;tag=p{number}",
            f"To: <sip:{to[0]}:{to[1]}>",
            f"Call-ID: outside-{self.port}-{number}",
            f"CSeq: 1 {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:peer@{self.address}:{self.port}>",
            *headers,
        ]
        text = _message(lines, body)
        self.send(text, to)
        return text

    def via(self) -> str:
        return f"Via: SIP/2.0/UDP {self.address}:{self.port};rport;branch=z9hG4bK-{self.port}-{next(_branches)}"


def _message(lines: list[str], body: str) -> str:
    if body and not any(line.lower().startswith("content-type:") for line in lines):
        lines = [*lines, "Content-Type: application/sdp"]
    return CRLF.join([*lines, f"Content-Length: {len(body.encode('latin-1'))}", "", body])
