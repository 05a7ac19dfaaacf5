"""Addresses of the hosts that accounts name: registrars and outbound proxies.

pjsip would ask DNS by itself, each time and on the owner thread. So their names are looked up beside it, before the
accounts are made and again from time to time, and pjsip sees addresses. TLS peers are the exception: they are
verified by the name in the URI.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from .loop import Loop, Timer
from .resolver import Resolver, is_literal

FIRST_ANSWER_S = 5.0
"""How long a configuration waits for names; what is not known by then is looked up again later."""
AGAIN_S = 30.0


class Names:
    """What is known of hosts. Owner thread only."""

    def __init__(self, loop: Loop, resolver: Resolver) -> None:
        self._loop = loop
        self._resolver = resolver
        self._hosts: frozenset[str] = frozenset()
        self._known: dict[str, str] = {}
        self._ready: Callable[[], None] | None = None
        self._again: Timer | None = None
        self.changed: Callable[[], None] = lambda: None
        """Called when an address became another one, or known at last."""

    def want(self, hosts: Iterable[str], ready: Callable[[], None]) -> None:
        """Look up these hosts from now on. `ready` is called once: when all are known, or after 5 s."""
        self._hosts = frozenset(host for host in hosts if not is_literal(host))
        self._ready = ready
        self._check()
        if self._ready is not None:
            self._loop.after(FIRST_ANSWER_S, lambda: self._go(ready))
            self._ask()
        if self._hosts and self._again is None:
            self._again = self._loop.after(AGAIN_S, self._repeat)

    def address(self, host: str) -> str:
        """An address, "" where none is known."""
        return host if is_literal(host) else self._known.get(host, "")

    def _ask(self) -> None:
        for host in self._hosts:
            self._resolver.resolve(host, partial(self._tell, host))

    def _tell(self, host: str, address: str) -> None:
        """From a thread of the resolver, or from our own when it knew at once."""
        self._loop.post(lambda: self._came(host, address))

    def _came(self, host: str, address: str) -> None:
        before = self._known.get(host, "")
        if address:
            self._known[host] = address
        self._check()
        if self._ready is None and address not in ("", before):
            self.changed()

    def _check(self) -> None:
        if self._ready is not None and self._hosts <= self._known.keys():
            self._go(self._ready)

    def _go(self, ready: Callable[[], None]) -> None:
        if self._ready is ready:
            self._ready = None
            ready()

    def _repeat(self) -> None:
        self._again = None
        if self._hosts:
            self._ask()
            self._again = self._loop.after(AGAIN_S, self._repeat)
