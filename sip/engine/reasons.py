"""Data in raw SIP messages beside their status line: Reason, Q.850, Retry-After, SDP, headers."""

from __future__ import annotations

import re

from dialer.vocabulary.telephony import Header

_PROTOCOLS = frozenset({"q.850", "q850"})
"""RFC 3326 says Q.850; some gateways leave out the point."""
_CAUSES = range(1, 128)
"""Seven bits (Q.850 2.2.5)."""
_PARTS = {mark: re.compile(rf'(?:[^{mark}"]|"(?:[^"\\]|\\.)*"?)+') for mark in ",;"}
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
    # Not splitlines: it takes a NEL or a line separator inside of a value for the end of a line.
    lines = re.split(r"\r\n|\n", re.sub(r"\r?\n[ \t]+", " ", head))[1:]
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
    """The Q.850 cause of the Reason headers (RFC 3326), None where there is none that Q.850 knows."""
    for value in headers_named(message, "Reason"):
        for reason in _PARTS[","].findall(value):
            parts = _PARTS[";"].findall(reason)
            if parts and parts[0].strip().lower() in _PROTOCOLS:
                cause = _cause(parts[1:])
                if cause is not None:
                    return cause
    return None


def _cause(parameters: list[str]) -> int | None:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        digits = value.strip().strip('"').strip()
        if name.strip().lower() == "cause" and digits.isascii() and digits.isdecimal() and len(digits) <= 3:
            return int(digits) if int(digits) in _CAUSES else None
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


def asserted_user(message: str) -> str:
    """The asserted user at the peer's end: P-Asserted-Identity (RFC 3325), or Remote-Party-ID of older switches.
    "" where there is neither."""
    lowered = message.lower()
    if "p-asserted-identity" not in lowered and "remote-party-id" not in lowered:
        return ""
    for name in ("P-Asserted-Identity", "Remote-Party-ID"):
        user, at, _ = bare_uri(header(message, name)).partition("@")
        if at:
            return user.partition(":")[2].partition(";")[0]
    return ""


def unsafe(text: str) -> bool:
    """Whether a text could end a header and begin another (header injection)."""
    return any(character in text for character in "\r\n\0")
