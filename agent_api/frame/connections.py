"""Bounds on the API's connections: in all, and for each address on connections without a proven log-in.

Beyond a bound a connection that waits for its client gives way to the new one, suspects first and then the oldest: a
flooding client loses its own connections, and an honest request has time to be answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Bounds on connections. An office behind one address has many agents, whose connections prove their log-in with
    their first request: `unproven_per_address` bounds the others."""

    in_all: int = 4_096
    unproven_per_address: int = 1_024
    #: The time-out of request line and headers, from the first byte or the begin of the connection.
    headers_s: float = 15.0
    #: A connection without a request is closed after this: longer than the usual minute of reverse proxies.
    keep_alive_s: float = 75.0
    #: A client that reads nothing of its answer for this long is cut off.
    stalled_s: float = 30.0


class Held(Protocol):
    """A connection under the bounds. `working`: its request is being answered, as opposed to awaited; `suspect`: it has
    failed to log in while many others did."""

    @property
    def working(self) -> bool: ...

    @property
    def suspect(self) -> bool: ...

    def cut_off(self) -> None:
        """Close at once. `Connections.remove` follows from it, at once or later."""


class Connections:
    """All connections of the API's port. Belongs to one loop."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._addresses: dict[Held, str] = {}
        self._unproven: dict[str, dict[Held, None]] = {}

    def __len__(self) -> int:
        return len(self._addresses)

    def has_room(self, address: str) -> bool:
        """Whether one more may be taken from `address`; an empty one has no bound of its own (a trusted proxy). Another
        connection may have given way for it."""
        of_address = self._unproven.get(address, {})
        if address and len(of_address) >= self.limits.unproven_per_address and not self._give_way(of_address):
            return False
        return len(self) < self.limits.in_all or self.make_room()

    def make_room(self) -> bool:
        """Close a connection that waits for its client, of the address with the most connections; returns whether there
        was one."""
        crowds = sorted(self._unproven.values(), key=len, reverse=True)
        return any(self._give_way(crowd) for crowd in crowds)

    def add(self, connection: Held, address: str) -> None:
        self._addresses[connection] = address
        self._unproven.setdefault(address, {})[connection] = None

    def proven(self, connection: Held) -> None:
        """A request of the connection has proven a valid log-in."""
        address = self._addresses.get(connection)
        if address is not None:
            self._forget(connection, address)

    def remove(self, connection: Held) -> None:
        address = self._addresses.pop(connection, None)
        if address is not None:
            self._forget(connection, address)

    def _give_way(self, crowd: dict[Held, None]) -> bool:
        idle = [each for each in crowd if not each.working]
        oldest = next((each for each in idle if each.suspect), idle[0] if idle else None)
        if oldest is None:
            return False
        self.remove(oldest)
        oldest.cut_off()
        return True

    def _forget(self, connection: Held, address: str) -> None:
        crowd = self._unproven.get(address)
        if crowd is not None:
            crowd.pop(connection, None)
            if not crowd:
                del self._unproven[address]
