"""The part of SIP's text (RFC 3261) for a user agent that answers calls and hangs up."""

from __future__ import annotations

import re
from typing import Self

from msgspec import Struct

_AUDIO = re.compile(r"^m=audio \d+ \S+ ([\d ]+)", re.MULTILINE)
#: Static payload types (RFC 3551 table 4).
_CODECS = {"0": "PCMU", "8": "PCMA"}
_URI = re.compile(r"<(sips?:[^>]+)>")


class Request(Struct, frozen=True):
    """A request of a peer. `headers` are name (lower case, never the compact form: our peers do not use it) and
    value, in their order."""

    method: str
    uri: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The request in a datagram; None for a response and for other data."""
        head, _, body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or words[2] != "SIP/2.0":
            return None
        pairs = (line.partition(":") for line in lines[1:])
        return cls(words[0], words[1], tuple((name.strip().lower(), value.strip()) for name, _, value in pairs), body)

    def header(self, name: str) -> str:
        """The first value, "" where there is none."""
        return next((value for known, value in self.headers if known == name), "")

    @property
    def call_id(self) -> str:
        return self.header("call-id")

    def answer(self, port: int) -> str:
        """SDP (RFC 8866): the first of PCMU and PCMA that this INVITE offers, at this port of loopback; PCMU where it
        offers neither."""
        offered = _AUDIO.search(self.body)
        payload = next((each for each in (offered[1].split() if offered else ()) if each in _CODECS), "0")
        lines = (
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=-",
            "c=IN IP4 127.0.0.1",
            "t=0 0",
            f"m=audio {port} RTP/AVP {payload}",
            f"a=rtpmap:{payload} {_CODECS[payload]}/8000",
            "a=sendrecv",
            "",
        )
        return "\r\n".join(lines)

    def response(self, code: int, phrase: str, tag: str, extra: tuple[str, ...] = (), body: str = "") -> bytes:
        """A response to this request, with `tag` in To where the request has none there."""
        lines = [f"SIP/2.0 {code} {phrase}"]
        for name, value in self.headers:
            if name in ("via", "record-route", "from", "call-id", "cseq"):
                lines.append(f"{name.title()}: {value}")
            elif name == "to":
                lines.append(f"To: {value}" if ";tag=" in value or code == 100 else f"To: {value};tag={tag}")
        lines.extend(extra)
        lines += [f"Content-Length: {len(body)}", "", body]
        return "\r\n".join(lines).encode()

    def bye(self, tag: str, port: int, branch: str) -> bytes:
        """A BYE by the callee of this INVITE, who answered with `tag` and is at `port` of loopback."""
        contact = _URI.search(self.header("contact"))
        target = contact[1] if contact else self.uri
        lines = [
            f"BYE {target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{branch};rport",
            "Max-Forwards: 70",
            f"From: {self.header('to')};tag={tag}",
            f"To: {self.header('from')}",
            f"Call-ID: {self.call_id}",
            "CSeq: 1 BYE",
            "Content-Length: 0",
            "",
            "",
        ]
        return "\r\n".join(lines).encode()
