"""What raw SIP messages tell beside their status line: Reason, Q.850, Retry-After, SDP, headers."""

from __future__ import annotations

import re

from dialer.vocabulary.telephony import Header

_Q850 = re.compile(r"^\s*Q\.850\s*;.*?\bcause\s*=\s*\"?(\d{1,3})\"?", re.IGNORECASE)
_SECONDS = re.compile(r"^\s*(\d{1,9})")
_URI = re.compile(r"<([^>]*)>")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMPACT = {
    "i": "call-id",
    "m": "contact",
    "f": "from",
    "t": "to",
    "v": "via",
    "c": "content-type",
    "l": "content-length",
    "k": "supported",
    "s": "subject",
    "e": "content-encoding",
    "r": "refer-to",
    "b": "referred-by",
    "x": "session-expires",
}
_HEADERS_BOUND = 64


def headers_of(message: str) -> tuple[Header, ...]:
    """The headers of a raw SIP message in their order, folded lines joined (RFC 3261 7.3.1), at most 64."""
    head = message.split("\r\n\r\n", 1)[0].split("\n\n", 1)[0]
    lines = re.sub(r"\r?\n[ \t]+", " ", head).splitlines()[1:]
    found: list[Header] = []
    for line in lines[:_HEADERS_BOUND]:
        name, colon, value = line.partition(":")
        if colon:
            found.append(Header(name=name.strip(), value=value.strip()))
    return tuple(found)


def header(message: str, name: str) -> str:
    """The first header of that name, "" where there is none. Compact forms are known (RFC 3261 7.3.3)."""
    return next(iter(headers_named(message, name)), "")


def headers_named(message: str, name: str) -> list[str]:
    wanted = name.lower()
    return [
        found.value for found in headers_of(message) if _COMPACT.get(found.name.lower(), found.name.lower()) == wanted
    ]


def q850(message: str) -> int | None:
    """The Q.850 cause of the Reason headers (RFC 3326), None where there is none."""
    for value in headers_named(message, "Reason"):
        for part in value.split(","):
            match = _Q850.match(part)
            if match:
                return int(match.group(1))
    return None


def retry_after_s(message: str) -> float | None:
    """Seconds of Retry-After (RFC 3261 20.33), without comment and parameters."""
    match = _SECONDS.match(header(message, "Retry-After"))
    return float(match.group(1)) if match else None


def carries_sdp(message: str) -> bool:
    head, separator, body = message.partition("\r\n\r\n")
    return bool(separator and body.strip()) and "application/sdp" in header(head, "Content-Type").lower()


def status_of(message: str) -> tuple[int, str]:
    """Code and reason phrase of a response, (0, "") for a request."""
    words = message.split("\r\n", 1)[0].split(" ", 2)
    if len(words) < 2 or not words[0].startswith("SIP/") or not words[1].isdigit():
        return 0, ""
    return int(words[1]), words[2].strip() if len(words) > 2 else ""


def request_uri(message: str) -> str:
    """The URI of a request line, "" for a response."""
    words = message.split("\r\n", 1)[0].split(" ")
    return words[1] if len(words) == 3 and words[2].startswith("SIP/") else ""


def bare_uri(address: str) -> str:
    """The URI of a name-addr or addr-spec, without header parameters."""
    match = _URI.search(_QUOTED.sub("", address))
    return match.group(1) if match else address.split(";", 1)[0].strip()


def unsafe(text: str) -> bool:
    """Whether a text could end a header and begin another (header injection)."""
    return any(character in text for character in "\r\n\0")
