"""Hosts of SIP URIs: taken apart, looked up, put in order (RFC 3263, RFC 2782)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dialer.vocabulary.telephony import Transport
from sip.engine.hosts_file import HostsFile
from sip.engine.locating import Answer, Query, Server, Target, in_order, plain, query_of, targets_of
from sip.engine.resolver import Resolver
from sip.engine.uris import host_of, is_literal, port_of

from .dns_server import NameServer


class Asker:
    """Waits for answers, which come on the resolver's thread."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def ask(self, query: Query) -> Answer | None:
        answers: list[Answer | None] = []
        came = threading.Event()

        def done(answer: Answer | None) -> None:
            answers.append(answer)
            came.set()

        self._resolver.find(query, done)
        assert came.wait(20.0)
        return answers[0]


@contextmanager
def asking(server: NameServer, hosts: Path = Path("/nowhere")) -> Iterator[Asker]:
    resolver = Resolver((server.address,), HostsFile(hosts))
    try:
        yield Asker(resolver)
    finally:
        resolver.close()


def udp(host: str, port: int = 0) -> Query:
    return Query("udp", host, port)


@pytest.mark.parametrize(
    ("uri", "host", "port"),
    [
        ("sip:+12025550123@carrier.example", "carrier.example", 0),
        ("sip:+12025550123@carrier.example:5070;user=phone", "carrier.example", 5070),
        ("sips:carrier.example?x=1", "carrier.example", 0),
        ("sip:a:secret@[2001:db8::1]:5060", "2001:db8::1", 5060),
        ("tel:+12025550123", "", 0),
    ],
)
def test_a_uri_is_taken_apart(uri: str, host: str, port: int) -> None:
    assert host_of(uri) == host
    assert port_of(uri) == port
    assert query_of(uri, Transport.TCP) == Query("tcp", host, port)


def test_literals_are_not_asked_for() -> None:
    assert is_literal("192.0.2.1")
    assert is_literal("2001:db8::1")
    assert not is_literal("carrier.example")


def test_an_address_is_found_with_its_time_to_live() -> None:
    with NameServer("sbc.carrier.example. 90 IN A 192.0.2.7") as server, asking(server) as asker:
        assert asker.ask(udp("sbc.carrier.example", 5070)) == Answer(
            (Server(0, 0, (Target("192.0.2.7", 5070),)),), 90.0
        )


def test_a_name_that_nobody_has_is_not_silence() -> None:
    with NameServer() as server, asking(server) as asker:
        answer = asker.ask(udp("nowhere.example"))
        assert answer is not None
        assert answer.targets == ()
        assert asker.ask(udp("media.silent.example", 5060)) is None


def test_a_host_with_srv_records_only_is_found_with_priority_weight_and_port() -> None:
    records = (
        "_sip._udp.carrier.example. 300 IN SRV 10 60 5070 a.carrier.example.",
        "a.carrier.example. 120 IN A 192.0.2.1",
    )
    with NameServer(*records) as server, asking(server) as asker:
        answer = asker.ask(udp("carrier.example"))
        assert answer == Answer((Server(10, 60, (Target("192.0.2.1", 5070),)),), 120.0)
        assert ("A", "a.carrier.example") in server.asked


def test_naptr_names_the_srv_records_of_our_transport() -> None:
    records = (
        'carrier.example. 300 IN NAPTR 10 5 "s" "SIP+D2T" "" _sip._tcp.other.example.',
        'carrier.example. 300 IN NAPTR 20 5 "s" "SIP+D2U" "" _sip._udp.other.example.',
        "_sip._udp.other.example. 300 IN SRV 1 1 5080 a.other.example.",
        "_sip._tcp.other.example. 300 IN SRV 1 1 5090 a.other.example.",
        "a.other.example. 300 IN A 192.0.2.9",
    )
    with NameServer(*records) as server, asking(server) as asker:
        for transport, port in (("udp", 5080), ("tcp", 5090)):
            answer = asker.ask(Query(transport, "carrier.example", 0))
            assert answer is not None
            assert answer.targets == (Target("192.0.2.9", port),)


def test_a_port_in_the_uri_asks_for_no_srv() -> None:
    with NameServer("carrier.example. 60 IN A 192.0.2.1") as server, asking(server) as asker:
        asker.ask(udp("carrier.example", 5060))
        assert [kind for kind, _ in server.asked] == ["A"]


def test_the_table_of_hosts_comes_first_and_is_read_again(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("192.0.2.5 pbx.example pbx # ours\n2001:db8::5 pbx\n")
    with NameServer("pbx.example. 60 IN A 192.0.2.99") as server, asking(server, hosts) as asker:
        answer = asker.ask(udp("pbx"))
        assert answer is not None
        assert answer.targets == (Target("192.0.2.5", 0),)
        hosts.write_text("192.0.2.66 pbx\n")
        answer = asker.ask(plain("PBX"))
        assert answer is not None
        assert answer.targets == (Target("192.0.2.66", 0),)
        assert server.asked == []


def test_one_slow_name_delays_no_other() -> None:
    with NameServer("quick.example. 60 IN A 192.0.2.1") as server, asking(server) as asker:
        slow = threading.Thread(target=asker.ask, args=(udp("a.silent.example", 5060),))
        slow.start()
        server.until_asked("A", "a.silent.example")
        answer = asker.ask(udp("quick.example", 5060))
        assert slow.is_alive()
        assert answer is not None
        slow.join()


def test_priorities_come_first_and_weights_are_shares() -> None:
    a, b, c = (Target(f"192.0.2.{n}", 5060) for n in (1, 2, 3))
    servers = (Server(20, 1, (c,)), Server(10, 75, (a,)), Server(10, 25, (b,)))
    draws = [n / 100 for n in range(100)]
    first = Counter(next(in_order(servers, lambda draw=draw: draw)).targets[0] for draw in draws)  # type: ignore[misc]
    assert first == {a: 75, b: 25}
    answer = Answer(servers, 60.0)
    assert targets_of(answer, (), lambda: 0.0)[-1] == c
    assert targets_of(answer, {a, b}, lambda: 0.0)[0] == c
