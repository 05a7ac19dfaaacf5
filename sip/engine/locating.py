"""The location of a SIP URI's host: NAPTR, SRV and addresses in the order in which to try them (RFC 3263).

Pure: takes DNS data as an `Answer` and returns an order of `Target`s.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from dialer.vocabulary.telephony import Transport

from .uris import host_of, is_literal, port_of

ANY = "any"
"""No transport: a query for plain addresses of a host, as for SDP and lists of peers."""


class Query(NamedTuple):
    """A host as a URI names it; `port` 0 where it names none, so that SRV is looked up (RFC 3263 4.2)."""

    transport: str
    host: str
    port: int

    @property
    def text(self) -> str:
        """The query in the form of the C side."""
        return f"{self.transport} {self.host} {self.port}"

    @property
    def is_literal(self) -> bool:
        return is_literal(self.host)


class Target(NamedTuple):
    """One address to send to; `port` 0 is the transport's own."""

    address: str
    port: int

    @property
    def text(self) -> str:
        return f"{self.address} {self.port}"


class Server(NamedTuple):
    """One SRV record with the addresses of its host (RFC 2782); a host without SRV is one server."""

    priority: int
    weight: int
    targets: tuple[Target, ...]


class Answer(NamedTuple):
    """The servers of a name, valid for a number of seconds. Without servers the name does not exist."""

    servers: tuple[Server, ...]
    seconds: float

    @property
    def targets(self) -> tuple[Target, ...]:
        return tuple(target for server in self.servers for target in server.targets)


def query_of(uri: str, transport: Transport) -> Query:
    """The query for reaching a URI over an account's transport."""
    return Query(transport.value, host_of(uri).lower(), port_of(uri))


def plain(host: str) -> Query:
    """The bare addresses of a host."""
    return Query(ANY, host.strip("[]").lower(), 0)


def parsed(text: str) -> Query:
    """The query that the C side writes as "udp carrier.example 0"."""
    transport, host, port = text.split(" ")
    return Query(transport, host, int(port))


def itself(query: Query) -> Answer:
    """The answer to an address, which needs no DNS."""
    return Answer((Server(0, 0, (Target(query.host, query.port),)),), float("inf"))


def in_order(servers: Iterable[Server], draw: Callable[[], float]) -> Iterator[Server]:
    """Lower priorities first; within one, by chance in proportion to the weights (RFC 2782, "Weight").

    `draw` gives a number from 0 up to 1."""
    left = sorted(servers, key=lambda server: (server.priority, server.weight))
    while left:
        same = [server for server in left if server.priority == left[0].priority]
        chosen = _weighted(same, draw())
        left.remove(chosen)
        yield chosen


def _weighted(servers: Sequence[Server], drawn: float) -> Server:
    """Servers of weight 0 come first, so that they are chosen seldom but not never."""
    point = drawn * sum(server.weight for server in servers)
    for server in servers:
        point -= server.weight
        if point < 0:
            return server
    return servers[0] if not any(server.weight for server in servers) else servers[-1]


def targets_of(answer: Answer, failed: Container[Target], draw: Callable[[], float]) -> tuple[Target, ...]:
    """Addresses in the order in which they are tried; those that failed a moment ago come last (RFC 3263 4.3)."""
    ordered = dict.fromkeys(target for server in in_order(answer.servers, draw) for target in server.targets)
    return tuple(sorted(ordered, key=lambda target: target in failed))
