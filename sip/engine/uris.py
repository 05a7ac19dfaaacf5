"""Parts of SIP URIs that the engine reads."""

from __future__ import annotations

import contextlib
import ipaddress
import re

_URI = re.compile(
    r"^(?P<scheme>sips?):(?:(?P<user>[^@]*)@)?(?P<host>\[[^\]]+\]|[^:;?>]+)(?::(?P<port>\d+))?(?P<rest>.*)$"
)


def host_of(uri: str) -> str:
    """The host of a SIP URI without brackets, "" where it cannot be read."""
    match = _URI.match(uri.strip().removeprefix("<"))
    return match.group("host").strip("[]") if match else ""


def port_of(uri: str) -> int:
    """The port of a SIP URI, 0 where it names none."""
    match = _URI.match(uri.strip().removeprefix("<"))
    return int(match.group("port") or 0) if match else 0


def is_literal(host: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return False
