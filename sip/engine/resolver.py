"""Asks DNS on a thread of its own, so that the thread that owns pjsua2 never waits for a name.

A slow name delays only its own asker: questions run side by side, each with a time-out.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver
import structlog

from .hosts_file import HostsFile
from .locating import ANY, Answer, Query, Server, Target

log = structlog.get_logger(__name__)

ASKED_AGAIN_S = 1.5
"""How long one name server may be silent before the next is asked."""
LONGEST_S = 4.0
"""How long one question may take."""
SHORTEST_TTL_S, LONGEST_TTL_S = 5.0, 3600.0
NOBODY_S = 15.0
"""How long an unknown name is not asked for again."""
HOSTS_S = 30.0
WAITING_BOUND = 500
SERVERS_BOUND = 16
"""The most SRV records of one name that are followed."""
_SERVICES = {"udp": ("_sip._udp", "SIP+D2U"), "tcp": ("_sip._tcp", "SIP+D2T"), "tls": ("_sips._tcp", "SIPS+D2T")}
"""Label of SRV and service of NAPTR (RFC 3263 4.1)."""
_RESOLV_CONF = Path("/etc/resolv.conf")


class Silent(Exception):
    """No name server answered."""


class _Found(NamedTuple):
    records: tuple[Any, ...]
    seconds: float


class Resolver:
    """Answers queries. `find` may be called from any thread; the thread begins with the first question."""

    def __init__(self, nameservers: tuple[str, ...] = (), hosts: HostsFile | None = None) -> None:
        """`nameservers`: "ADDRESS" or "ADDRESS:PORT", else those of the system."""
        self._nameservers = nameservers
        self._hosts = hosts or HostsFile()
        self._system: dns.asyncresolver.Resolver | None = None
        self._system_of: tuple[int, int] | None = None
        self._waiting = 0
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def find(self, query: Query, done: Callable[[Answer | None], None]) -> None:
        """Call `done` on another thread with the answer; None where DNS gives none."""
        with self._lock:
            loop = None if self._closed or self._waiting >= WAITING_BOUND else self._running()
            if loop is not None:
                self._waiting += 1
                asyncio.run_coroutine_threadsafe(self._answer(query, done), loop)
        if loop is None:
            done(None)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5.0)

    # -- its thread

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="resolver", daemon=True)
            self._thread.start()
        return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()

    async def _answer(self, query: Query, done: Callable[[Answer | None], None]) -> None:
        answer: Answer | None = None
        try:
            answer = await self._locate(query)
        except Silent:
            pass
        except Exception:
            # The asker of a name must get an answer even after a defect.
            log.exception("name_not_looked_up", host=query.host)
        finally:
            with self._lock:
                self._waiting -= 1
        done(answer)

    async def _locate(self, query: Query) -> Answer:
        """RFC 3263 4.2: with a port, or for no transport, addresses alone; else SRV before them."""
        addresses = self._hosts.addresses(query.host)
        if addresses:
            return _one(addresses, query.port, HOSTS_S)
        if query.transport == ANY or query.port:
            return _one_of(await self._addresses(query.host), query.port)
        label, service = _SERVICES[query.transport]
        usual = f"{label}.{query.host}"
        naptr, srv, plain = await asyncio.gather(
            self._naptr(query.host, service), self._unless_silent(usual, "SRV"), self._or_silence(query.host)
        )
        if naptr not in ("", usual):
            srv = await self._unless_silent(naptr, "SRV")
        if srv is not None and srv.records:
            return await self._servers(srv)
        if isinstance(plain, Silent):
            raise plain
        return _one_of(plain, 0)

    async def _naptr(self, host: str, service: str) -> str:
        """The name whose SRV records a NAPTR names for our transport, "" where there is none."""
        found = await self._unless_silent(host, "NAPTR")
        fitting = [
            record
            for record in (found.records if found is not None else ())
            if record.service.decode(errors="replace").upper() == service and record.flags.lower() == b"s"
        ]
        best = min(fitting, key=lambda record: (record.order, record.preference), default=None)
        return best.replacement.to_text(omit_final_dot=True).lower() if best is not None else ""

    async def _servers(self, srv: _Found) -> Answer:
        """A target "." says that there is no such service (RFC 2782)."""
        records = [record for record in srv.records if record.target != dns.name.root][:SERVERS_BOUND]
        found = await asyncio.gather(
            *(self._or_silence(record.target.to_text(omit_final_dot=True)) for record in records)
        )
        servers: list[Server] = []
        seconds = srv.seconds
        for record, one in zip(records, found, strict=True):
            if isinstance(one, _Found) and one.records:
                seconds = min(seconds, one.seconds)
                targets = tuple(Target(address, record.port) for address in one.records)
                servers.append(Server(record.priority, record.weight, targets))
        if not servers and any(isinstance(one, Silent) for one in found):
            raise Silent
        return Answer(tuple(servers), seconds if servers else NOBODY_S)

    async def _or_silence(self, host: str) -> _Found | Silent:
        try:
            return await self._addresses(host)
        except Silent as silence:
            return silence

    async def _unless_silent(self, name: str, kind: str) -> _Found | None:
        """Treat silence as no records: some name servers do not answer questions for NAPTR or SRV at all."""
        try:
            return await self._ask(name, kind)
        except Silent:
            return None

    async def _addresses(self, host: str) -> _Found:
        """Addresses as texts; those of IPv6 only where there are none of IPv4."""
        known = self._hosts.addresses(host)
        if known:
            return _Found(known, HOSTS_S)
        found = await self._ask(host, "A")
        if not found.records:
            found = await self._ask(host, "AAAA")
        return _Found(tuple(record.address for record in found.records), found.seconds)

    async def _ask(self, name: str, kind: str) -> _Found:
        try:
            asked = self._dns()
            answer = await asked.resolve(
                name, dns.rdatatype.from_text(kind), search=True, raise_on_no_answer=False, lifetime=LONGEST_S
            )
        except (dns.resolver.NXDOMAIN, dns.exception.SyntaxError, dns.name.LabelTooLong, dns.name.EmptyLabel):
            return _Found((), NOBODY_S)
        except (dns.exception.DNSException, OSError) as problem:
            raise Silent from problem
        if answer.rrset is None:
            return _Found((), NOBODY_S)
        seconds = min(LONGEST_TTL_S, max(SHORTEST_TTL_S, float(answer.rrset.ttl)))
        return _Found(tuple(answer.rrset), seconds)

    def _dns(self) -> dns.asyncresolver.Resolver:
        """The name servers: the given ones, else those of resolv.conf(5) now."""
        stamp = None if self._nameservers else _stamp(_RESOLV_CONF)
        if self._system is None or stamp != self._system_of:
            self._system, self._system_of = self._made(), stamp
        return self._system

    def _made(self) -> dns.asyncresolver.Resolver:
        try:
            made = dns.asyncresolver.Resolver(configure=not self._nameservers)
        except dns.resolver.NoResolverConfiguration:
            made = dns.asyncresolver.Resolver(configure=False)
            made.nameservers = ["127.0.0.1"]
        if self._nameservers:
            made.nameservers = [_server(text) for text in self._nameservers]
        made.timeout = ASKED_AGAIN_S
        return made


def _server(text: str) -> dns.nameserver.Nameserver:
    address, colon, port = text.rpartition(":")
    if colon and ":" not in address.strip("[]").replace("::", "") and port.isdigit():
        return dns.nameserver.Do53Nameserver(address.strip("[]"), int(port))
    return dns.nameserver.Do53Nameserver(text, 53)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _one(addresses: tuple[str, ...], port: int, seconds: float) -> Answer:
    return Answer((Server(0, 0, tuple(Target(address, port) for address in addresses)),), seconds)


def _one_of(found: _Found, port: int) -> Answer:
    return _one(found.records, port, found.seconds) if found.records else Answer((), found.seconds)
