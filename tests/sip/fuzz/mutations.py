"""Valid SIP messages and SDP bodies, and their random mutations: seeded, so that a run can be repeated."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

CRLF = "\r\n"
HERE = "127.0.0.1"
"""Never cut: half an address is that of another host, and no message may leave this machine."""
HOSTS = (
    HERE, "127.0.0.2", "0.0.0.0", "256.1.1.1", "[::1]", "::", "", "127.0.0.1.", "name.invalid",
    "a" * 300 + ".invalid", "localhost", "127.1", "%00", "\xe9.invalid", "127.0.0.1\x00.invalid",
)  # fmt: skip
NUMBERS = (
    "0", "-1", "1", "65535", "65536", "99999", "2147483647", "2147483648", "4294967295", "4294967296",
    "18446744073709551616", "9" * 60, "1e9", "0x10", " ", "", "\u0663".encode().decode("latin-1"),
    "00000000000000000001",
)  # fmt: skip
RUBBISH = (
    "\x00", "\xff", "\xc3", "\xed\xa0\x80", "\x1b]0;x\x07", "\x9b31m", "\r", "\n", CRLF, CRLF + CRLF, "\t", " ", ";",
    ",", '"', "<", ">", ":", "@", "%", "%zz", "\\", "\\" * 50, "(" * 50, "<" * 50, '"' * 51, "a" * 300, "a" * 4000,
    "\xe9" * 200, ";x=y" * 200, ",<sip:a@127.0.0.1>" * 100, "%s%n%x", "../../..", "\xe2\x80\xae",
)  # fmt: skip
HEADERS = (
    "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Record-Route", "Route", "Require", "Supported", "Allow",
    "Reason", "Retry-After", "Expires", "Session-Expires", "Min-SE", "RSeq", "RAck", "Event", "Subscription-State",
    "Replaces", "Refer-To", "Referred-By", "Content-Type", "Content-Length", "Content-Encoding",
    "Content-Disposition", "Accept", "WWW-Authenticate", "Proxy-Authenticate", "Authorization", "Max-Forwards",
    "P-Asserted-Identity", "Identity", "Warning", "Server", "Subject", "MIME-Version", "Join", "Security-Server",
    "Path", "Service-Route", "X-Any", "v", "f", "t", "i", "m", "l", "c", "k", "s", "x", "",
)  # fmt: skip
VALUES = (
    "", "100rel", "timer", "x" * 3000, 'Digest realm="a", nonce="b", qop="auth-int"',
    'Digest realm="a", algorithm=MD5-sess', "Digest", "Basic x", 'Q.850;cause=16;text="a', "90;refresher=uas",
    "1;refresher=none", "refer;id=x", "active;expires=-1", "multipart/mixed;boundary=x", "multipart/mixed",
    "application/sdp;x", "text/plain", "1 1 INVITE", "<sip:127.0.0.1;lr>",
    "<sip:127.0.0.1;lr;maddr=127.0.0.1;ttl=256>", "sip:%00@127.0.0.1", "tel:+12025550123", "<sips:127.0.0.1>",
    "urn:x:y", "*", '"\\', '"x" <sip:a@127.0.0.1>;tag=', ";tag=;tag=", "a@b;to-tag=1;from-tag=2", "gzip",
    "session;handling=required",
)  # fmt: skip
SDP_LINES = (
    "m=audio 40000 RTP/AVP 0", "m=audio 0 RTP/AVP 0", "m=audio 40000 RTP/AVP", "m=audio 40000/2 RTP/AVP 0",
    "m=audio 40000 RTP/SAVP 0", "m=video 40000 RTP/AVP 96", "m=image 40000 udptl t38",
    "m=audio 40000 RTP/AVP " + " ".join(str(n) for n in range(128)), "m=", "c=IN IP4 127.0.0.1/127/3", "c=IN IP6 ::1",
    "c=IN", "c=", "o=", "o=a b c IN IP4 127.0.0.1", "s=", "t=", "t=9 8 7", "b=AS:0", "b=TIAS:99999999999",
    "a=rtpmap:0", "a=rtpmap:200 PCMU/8000", "a=rtpmap:0 PCMU/0", "a=rtpmap:0 /", "a=rtpmap:96 opus/48000/2",
    "a=fmtp:101 0-15", "a=fmtp:101 " + "0-" * 500, "a=ptime:0", "a=ptime:-20", "a=ptime:99999", "a=maxptime:1",
    "a=sendonly", "a=inactive", "a=rtcp:1 IN IP4 127.0.0.1", "a=rtcp:x", "a=rtcp-mux",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 40, "a=crypto:x", "a=setup:actpass",
    "a=fingerprint:sha-256 00", "a=candidate:1 1 UDP 1 127.0.0.1 9 typ host", "a=ice-ufrag:x", "a=ssrc:1 cname:x",
    "a=group:BUNDLE 0", "a=mid:0", "a=" + "x" * 2000, "z=0", "k=clear:x", "r=7d", "e=x", "p=x", "u=x", "v=1", "y",
    "=",
)  # fmt: skip


def sdp(port: int, chance: Random) -> str:
    """A body as carriers send it."""
    payloads = chance.choice(("0 101", "8 0 101", "0", "8", "18 0 101", "9 0 8 101", "96 0"))
    lines = ["v=0", f"o=gw {chance.randrange(9999)} 1 IN IP4 {HERE}", "s=-", f"c=IN IP4 {HERE}", "t=0 0"]
    lines += [f"m=audio {port} RTP/AVP {payloads}", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=ptime:20"]
    lines += [
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        f"a={chance.choice(('sendrecv', 'sendonly', 'inactive'))}",
    ]
    return CRLF.join(lines) + CRLF


class Mutations:
    """Changes a message in one to six ways."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._ways: tuple[Callable[[str], str], ...] = (
            self._flip, self._insert, self._delete, self._cut, self._double_line, self._drop_line, self._swap_lines,
            self._long_line, self._number, self._host, self._header, self._headers, self._value,
            self._body_line, self._body_line, self._length, self._case, self._fold, self._line_ends, self._splice,
        )  # fmt: skip

    def mutate(self, message: str) -> bytes:
        """As bytes; a tenth stays as it is."""
        if self._chance.random() >= 0.1:
            for _ in range(self._chance.choice((1, 1, 1, 2, 2, 3, 6))):
                message = self._chance.choice(self._ways)(message)
        return message.encode("latin-1", "replace")[:60_000]

    def _place(self, message: str) -> int:
        """A random place outside of addresses."""
        at = self._chance.randrange(len(message) + 1)
        begin = message.rfind(HERE, max(0, at - len(HERE) + 1), at + len(HERE) - 1)
        return at if begin < 0 or at <= begin else begin + len(HERE)

    def _flip(self, message: str) -> str:
        at = self._place(message)
        if at >= len(message) or message.startswith(HERE, at):
            return message
        return message[:at] + chr(ord(message[at]) ^ 1 << self._chance.randrange(8)) + message[at + 1 :]

    def _insert(self, message: str) -> str:
        at = self._place(message)
        return message[:at] + self._chance.choice(RUBBISH) + message[at:]

    def _delete(self, message: str) -> str:
        at = self._place(message)
        end = at + self._chance.choice((1, 3, 20, 200))
        return message if HERE in message[at : end + len(HERE)] else message[:at] + message[end:]

    def _cut(self, message: str) -> str:
        return message[: self._place(message)]

    def _lines(self, message: str) -> list[str]:
        return message.split(CRLF)

    def _double_line(self, message: str) -> str:
        lines = self._lines(message)
        at = self._chance.randrange(len(lines))
        return CRLF.join(lines[:at] + [lines[at]] * self._chance.choice((2, 2, 3, 40)) + lines[at + 1 :])

    def _drop_line(self, message: str) -> str:
        lines = self._lines(message)
        del lines[self._chance.randrange(len(lines))]
        return CRLF.join(lines)

    def _swap_lines(self, message: str) -> str:
        lines = self._lines(message)
        one, other = self._chance.randrange(len(lines)), self._chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        return CRLF.join(lines)

    def _long_line(self, message: str) -> str:
        lines = self._lines(message)
        lines[self._chance.randrange(len(lines))] += self._chance.choice(RUBBISH) * self._chance.choice((1, 10, 100))
        return CRLF.join(lines)

    def _number(self, message: str) -> str:
        """A number of the text becomes another one; addresses stay."""
        parts = message.split(HERE)
        which = self._chance.randrange(len(parts))
        digits = [at for at, letter in enumerate(parts[which]) if letter.isascii() and letter.isdigit()]
        if digits:
            begin = end = self._chance.choice(digits)
            while end < len(parts[which]) and parts[which][end].isdigit():
                end += 1
            parts[which] = parts[which][:begin] + self._chance.choice(NUMBERS) + parts[which][end:]
        return HERE.join(parts)

    def _host(self, message: str) -> str:
        parts = message.split(HERE)
        if len(parts) < 2:
            return message
        at = self._chance.randrange(1, len(parts))
        return HERE.join(parts[:at]) + self._chance.choice(HOSTS) + HERE.join(parts[at:])

    def _header(self, message: str) -> str:
        first, _, rest = message.partition(CRLF)
        return f"{first}{CRLF}{self._chance.choice(HEADERS)}: {self._chance.choice(VALUES)}{CRLF}{rest}"

    def _headers(self, message: str) -> str:
        for _ in range(self._chance.choice((5, 30, 80))):
            message = self._header(message)
        return message

    def _value(self, message: str) -> str:
        """A header's value becomes another one."""
        lines = self._lines(message)
        at = self._chance.randrange(len(lines))
        name, colon, _ = lines[at].partition(":")
        if colon:
            lines[at] = f"{name}: {self._chance.choice(VALUES + RUBBISH)}"
        return CRLF.join(lines)

    def _body_line(self, message: str) -> str:
        head, separator, body = message.partition(CRLF + CRLF)
        lines = body.split(CRLF) if body else []
        lines.insert(self._chance.randrange(len(lines) + 1), self._chance.choice(SDP_LINES))
        body = CRLF.join(lines)
        if self._chance.random() < 0.8:
            kept = [line for line in head.split(CRLF) if not line.lower().startswith("content-length")]
            head = CRLF.join([*kept, f"Content-Length: {len(body)}"])
        return head + (separator or CRLF + CRLF) + body

    def _length(self, message: str) -> str:
        lines = self._lines(message)
        return CRLF.join(
            f"Content-Length: {self._chance.choice(NUMBERS)}" if line.lower().startswith("content-length") else line
            for line in lines
        )

    def _case(self, message: str) -> str:
        return message.swapcase()

    def _fold(self, message: str) -> str:
        at = self._place(message)
        return message[:at] + CRLF + " " + message[at:]

    def _line_ends(self, message: str) -> str:
        return message.replace(CRLF, self._chance.choice(("\n", "\r", "\r\r\n", "\n\r", CRLF + " ")))

    def _splice(self, message: str) -> str:
        """Begins as one message and goes on as another."""
        return message[: self._place(message)] + message[self._place(message) :]
