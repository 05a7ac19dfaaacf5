"""Names to addresses, off the owner thread.

pjsip would ask the system and block every call for as long as DNS is silent (pjproject 3952). So a host that is no IP
literal is asked for on a thread of its own; answers are kept for a while, and longer when DNS fails.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_URI = re.compile(
    r"^(?P<scheme>sips?):(?:(?P<user>[^@]*)@)?(?P<host>\[[^\]]+\]|[^:;?>]+)(?::(?P<port>\d+))?(?P<rest>.*)$"
)


class Resolver:
    """Resolves hosts with a cache. `resolve` may be called from any thread."""

    def __init__(self, fresh_s: float = 60.0, stale_s: float = 3600.0, waiting_bound: int = 1000) -> None:
        """`fresh_s`: how long an answer is used without asking; `stale_s`: how long when DNS does not answer."""
        self._fresh_s = fresh_s
        self._stale_s = stale_s
        self._waiting_bound = waiting_bound
        self._waiting = 0
        self._known: dict[str, tuple[float, str]] = {}
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="resolver")

    def resolve(self, host: str, done: Callable[[str], None]) -> None:
        """Call `done` with an address, "" when there is none: at once from the cache, else on another thread."""
        known = self._known.get(host)
        if known is not None and time.monotonic() - known[0] < self._fresh_s:
            done(known[1])
        elif self._waiting >= self._waiting_bound:
            done("")
        else:
            self._waiting += 1
            self._threads.submit(self._ask, host, done)

    def resolve_now(self, host: str) -> str:
        """Blocking; for tests of the cache and for use outside of the owner thread."""
        return self._lookup(host)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, host: str, done: Callable[[str], None]) -> None:
        try:
            address = self._lookup(host)
        finally:
            self._waiting -= 1
        done(address)

    def _lookup(self, host: str) -> str:
        try:
            answers = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        except OSError:
            known = self._known.get(host)
            return known[1] if known is not None and time.monotonic() - known[0] < self._stale_s else ""
        addresses = sorted(answers, key=lambda answer: answer[0] != socket.AF_INET)
        address = str(addresses[0][4][0])
        self._known[host] = (time.monotonic(), address)
        return address


def host_of(uri: str) -> str:
    """The host of a SIP URI without brackets, "" where it cannot be read."""
    match = _URI.match(uri.strip().removeprefix("<"))
    return match.group("host").strip("[]") if match else ""


def port_of(uri: str) -> int:
    """The port of a SIP URI, 0 where it names none."""
    match = _URI.match(uri.strip().removeprefix("<"))
    return int(match.group("port") or 0) if match else 0


def with_host(uri: str, address: str) -> str:
    """The URI with another host; an IPv6 address gets its brackets."""
    match = _URI.match(uri)
    if match is None:
        return uri
    user = f"{match.group('user')}@" if match.group("user") is not None else ""
    port = f":{match.group('port')}" if match.group("port") else ""
    host = f"[{address}]" if ":" in address else address
    return f"{match.group('scheme')}:{user}{host}{port}{match.group('rest')}"


def is_literal(host: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return False
