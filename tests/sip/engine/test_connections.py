"""TCP: the port at which a peer reaches us, keep-alive, and bounds on connections."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.telephony import ClearedBy, Transport
from sip.engine import keep_alive

from .dns_server import NameServer
from .rig import TRUNK, Engine
from .scenario import sdp
from .tcp_peer import TcpPeer, bye, header

NUMBER = "+12025550123"
#: More than the table of connections had room for.
MANY = 2_500
#: Silent connections, or those of strangers.
MOST_UNPROVEN = 64


@pytest.fixture
def peer() -> Iterator[TcpPeer]:
    with TcpPeer() as running:
        yield running


def over_tcp(engine: Engine, **changes: object) -> None:
    engine.apply(engine.account(TRUNK, transport=Transport.TCP, **changes))


def uri(peer: TcpPeer) -> str:
    return f"sip:{NUMBER}@127.0.0.1:{peer.port};transport=tcp"


def probe(engine: Engine, peer: TcpPeer) -> None:
    engine.submit(telephony.Probe(TRUNK, f"sip:127.0.0.1:{peer.port};transport=tcp"))


def test_a_bye_over_a_new_connection_reaches_the_port_of_contact(bare: Engine, peer: TcpPeer) -> None:
    over_tcp(bare)
    leg = bare.dial(uri=uri(peer))
    first = peer.accept()
    invite = first.receive()
    port = re.search(r":(\d+)", header(invite, "Contact").partition("@")[2])
    assert port is not None
    assert int(port[1]) == bare.ports[0]
    contact = f"Contact: <sip:peer@127.0.0.1:{peer.port};transport=tcp>"
    first.respond(invite, 200, contact, body=sdp().replace("[media_port]", "40000"))
    assert first.receive().startswith("ACK ")
    first.close()
    second = peer.connect(int(port[1]))
    second.send(bye(invite, peer.port))
    assert second.receive().startswith("SIP/2.0 200 ")
    assert bare.cleared(leg).by is ClearedBy.PEER


def test_a_connection_is_kept_by_empty_lines_while_they_are_answered(
    bare: Engine, peer: TcpPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_alive, "PATIENCE_S", 0.5)
    over_tcp(bare, keepalive_s=1)
    probe(bare, peer)
    first = peer.accept()
    first.respond(first.receive(), 200)
    assert bare.expect(telephony.ProbeCompleted).code == 200
    for _ in range(2):
        first.double_line()
        first.send("\r\n")
    bare.hear_for(1.0)
    probe(bare, peer)
    assert first.receive().startswith("OPTIONS ")
    # From now on the empty lines get no answer: the connection is closed, and the next request opens another.
    while first.receive():
        pass
    probe(bare, peer)
    second = peer.accept()
    second.respond(second.receive(), 200)
    bare.expect(telephony.ProbeCompleted, lambda event: event.code == 200)


def test_idle_connections_of_anybody_leave_a_trunk_its_own(bare: Engine, peer: TcpPeer) -> None:
    over_tcp(bare)
    with ExitStack() as stack:
        idle = []
        for _ in range(MANY):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", bare.ports[0]), 10.0))
            idle.append(one)
        probe(bare, peer)
        connection = peer.accept()
        connection.respond(connection.receive(), 200)
        assert bare.expect(telephony.ProbeCompleted).code == 200
        for _ in range(50):
            if sum(not _is_closed(one) for one in idle) <= MOST_UNPROVEN:
                return
            bare.hear_for(0.2)
    raise AssertionError("idle connections stay open")


def _is_closed(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_a_registration_goes_to_the_server_that_takes_connections(tmp_path: Path, peer: TcpPeer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
    records = (
        f"_sip._tcp.srv.example. 60 IN SRV 1 1 {closed} host.srv.example.",
        f"_sip._tcp.srv.example. 60 IN SRV 2 1 {peer.port} host.srv.example.",
        "host.srv.example. 60 IN A 127.0.0.1",
    )
    with NameServer(*records) as server, Engine(tmp_path, nameservers=(server.address,)) as engine:
        uri = "sip:srv.example;transport=tcp"
        over_tcp(engine, host=uri, registrar=uri, identity="sip:us@srv.example")
        connection = peer.accept()
        register = connection.receive()
        assert register.startswith("REGISTER sip:srv.example;transport=tcp SIP/2.0")
        connection.respond(register, 200, f"Contact: {header(register, 'Contact')};expires=60", "Expires: 60")
        assert engine.expect(telephony.AccountState, lambda state: state.registered).code == 200
