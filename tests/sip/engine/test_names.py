"""Names on the wire: they stay in messages, are looked up outside of the engine's own thread, and may get no answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, LegId
from dialer.vocabulary.telephony import ClearedBy

from .dns_server import NameServer
from .plain import Peer, offer
from .rig import CARRIER, TRUNK, Engine, Sipp, free_port
from .rtp import RtpSender
from .scenario import invited, receive, respond, respond_to_last, script, sdp

STUCK_MS = 250.0
"""The greatest lag: a thread that waits for DNS is stuck for seconds."""
NUMBER = "+12025550123"


@contextmanager
def engine_of(tmp_path: Path, server: NameServer, **changes: object) -> Iterator[Engine]:
    with Engine(tmp_path, nameservers=(server.address,)) as running:
        running.configure(**changes)
        yield running


@pytest.fixture
def server() -> Iterator[NameServer]:
    with NameServer("carrier.example. 60 IN A 127.0.0.1") as running:
        yield running


def answered_then_ended(answer: str) -> str:
    return script(invited(), answer, receive("ACK"), receive("BYE"), respond_to_last(200, "OK"))


def named_contact(host: str) -> str:
    return respond(200, "OK", body=sdp()).replace("sip:peer@[local_ip]", f"sip:peer@{host}")


def lag_ms(engine: Engine, seconds: float) -> float:
    """The longest time between two polls of the engine's thread in this time."""
    engine.hear_for(seconds)
    told = [event for event in engine.events if isinstance(event, telephony.EngineStatistics)]
    return max(event.lag_ms_max for event in told)


def talk_and_hang_up(engine: Engine, leg: LegId) -> telephony.LegCleared:
    engine.answered(leg)
    engine.submit(telephony.HangUp(leg))
    return engine.cleared(leg)


def test_a_host_name_in_contact_works_when_dns_answers(tmp_path: Path, server: NameServer) -> None:
    with (
        engine_of(tmp_path, server) as engine,
        Sipp(tmp_path, answered_then_ended(named_contact("carrier.example"))) as sipp,
    ):
        talk_and_hang_up(engine, engine.dial(sipp.port))
        assert f"BYE sip:peer@carrier.example:{sipp.port}" in sipp.finished()


def test_a_host_name_in_record_route_works_when_dns_answers(tmp_path: Path, server: NameServer) -> None:
    route = "Record-Route: <sip:carrier.example:[local_port];lr>"
    with (
        engine_of(tmp_path, server) as engine,
        Sipp(tmp_path, answered_then_ended(respond(200, "OK", route, body=sdp()))) as sipp,
    ):
        talk_and_hang_up(engine, engine.dial(sipp.port))
        assert f"Route: <sip:carrier.example:{sipp.port};lr>" in sipp.finished()


def test_a_host_name_in_sdp_works_when_dns_answers(tmp_path: Path, server: NameServer) -> None:
    with RtpSender(1000) as peer:
        body = sdp(address="carrier.example").replace("[media_port]", str(peer.port))
        with (
            engine_of(tmp_path, server) as engine,
            Sipp(tmp_path, answered_then_ended(respond(200, "OK", body=body))) as sipp,
        ):
            leg = engine.dial(sipp.port)
            engine.active(leg)
            cleared = talk_and_hang_up(engine, leg)
            sipp.finished()
    assert cleared.by is ClearedBy.US
    assert server.asked.count(("A", "carrier.example")) == 1


@pytest.mark.parametrize(
    "answer",
    [
        named_contact("contact.silent.example"),
        respond(200, "OK", "Record-Route: <sip:proxy.silent.example:[local_port];lr>", body=sdp()),
        respond(200, "OK", body=sdp(address="media.silent.example")),
    ],
    ids=["contact", "record-route", "sdp"],
)
def test_a_name_without_an_answer_delays_no_other_call(tmp_path: Path, server: NameServer, answer: str) -> None:
    with engine_of(tmp_path, server) as engine, Sipp(tmp_path, script(invited(), answer), lenient=True) as sipp:
        ours, theirs = engine.conversation()
        leg = engine.dial(sipp.port)
        lag = lag_ms(engine, 6.0)
        assert engine.of(telephony.LegCleared, ours) == engine.of(telephony.LegCleared, theirs) == []
        engine.submit(telephony.HangUp(leg))
        engine.cleared(leg)
        server_asked = [name for _, name in server.asked]
    assert any(name.endswith("silent.example") for name in server_asked)
    assert lag < STUCK_MS


def test_where_via_sends_an_answer_is_not_looked_up(tmp_path: Path, server: NameServer) -> None:
    """A stranger's OPTIONS whose Via names a host: its answer, if any, goes back to where it came from."""
    with engine_of(tmp_path, server) as engine, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        port = stranger.getsockname()[1]
        for number in range(3):
            stranger.sendto(
                options(engine.ports[0], port, f"maddr=via{number}.silent.example"), ("127.0.0.1", engine.ports[0])
            )
        assert lag_ms(engine, 3.0) < STUCK_MS
        assert server.asked == []


def options(to: int, port: int, parameter: str) -> bytes:
    lines = (
        f"OPTIONS sip:127.0.0.1:{to} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{parameter};{parameter}",
        "From: <sip:nobody@example.org>;tag=1",
        f"To: <sip:127.0.0.1:{to}>",
        f"Call-ID: {parameter}",
        "CSeq: 1 OPTIONS",
        "Max-Forwards: 70",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_the_name_of_a_trunk_is_what_its_messages_say(tmp_path: Path, server: NameServer) -> None:
    with (
        engine_of(tmp_path, server) as engine,
        Sipp(tmp_path, answered_then_ended(respond(200, "OK", body=sdp()))) as sipp,
    ):
        uri = f"sip:{NUMBER}@carrier.example:{sipp.port}"
        talk_and_hang_up(engine, engine.dial(uri=uri))
        messages = sipp.finished()
    assert f"INVITE {uri} SIP/2.0" in messages
    to = next(line for line in messages.splitlines() if line.startswith("To:"))
    assert f"sip:{NUMBER}@carrier.example" in to


def test_a_trunk_with_srv_records_only_is_dialed_probed_and_registered_at(tmp_path: Path, server: NameServer) -> None:
    scenario = script(
        receive("REGISTER"),
        respond(200, "OK", "Expires: 60").replace("Contact: <sip:peer@[local_ip]:[local_port]>", "[last_Contact:]"),
    )
    with Sipp(tmp_path, scenario) as registrar:
        serve(server, registrar.port)
        with Engine(tmp_path, nameservers=(server.address,)) as engine:
            engine.apply(
                engine.account(
                    TRUNK, host="sip:srv.example", registrar="sip:srv.example", identity="sip:us@srv.example"
                )
            )
            assert engine.expect(telephony.AccountState).registered
            assert "REGISTER sip:srv.example SIP/2.0" in registrar.finished()
            with Sipp(tmp_path, script(receive("OPTIONS"), respond(200, "OK")), port=registrar.port) as sipp:
                engine.submit(telephony.Probe(TRUNK, "sip:srv.example"))
                assert engine.expect(telephony.ProbeCompleted).code == 200
                sipp.finished()
            with Sipp(tmp_path, answered_then_ended(respond(200, "OK", body=sdp())), port=registrar.port) as sipp:
                talk_and_hang_up(engine, engine.dial(uri=f"sip:{NUMBER}@srv.example"))
                assert f"INVITE sip:{NUMBER}@srv.example SIP/2.0" in sipp.finished()


def serve(server: NameServer, *ports: int) -> None:
    """srv.example has SRV records alone, the first of these ports before the second."""
    values = [f"_sip._udp.srv.example. 60 IN SRV {10 * n} 1 {port} host.srv.example." for n, port in enumerate(ports)]
    server.records += [*values, "host.srv.example. 60 IN A 127.0.0.1", "srv.example. 60 IN TXT none"]


@pytest.mark.parametrize("first", ["silent", "overloaded"])
def test_a_call_goes_to_the_next_server_of_the_name(tmp_path: Path, server: NameServer, first: str) -> None:
    refusal = script(invited(), respond(503, "Service Unavailable"), receive("ACK"))
    mute = script(invited(), '<pause milliseconds="3000"/>')
    with (
        Sipp(tmp_path, refusal if first == "overloaded" else mute, lenient=True) as one,
        Sipp(tmp_path, answered_then_ended(respond(200, "OK", body=sdp()))) as other,
    ):
        serve(server, one.port, other.port)
        with engine_of(tmp_path, server, host="sip:srv.example") as engine:
            leg = engine.dial(uri=f"sip:{NUMBER}@srv.example")
            cleared = talk_and_hang_up(engine, leg)
            other.finished()
            assert engine.of(telephony.LegCleared, leg) == [cleared]
            assert (cleared.by, cleared.answered) == (ClearedBy.US, True)


def test_a_late_answer_of_a_silent_server_is_ended_and_told(tmp_path: Path, server: NameServer) -> None:
    with Peer() as slow, Peer() as quick:
        serve(server, slow.port, quick.port)
        with engine_of(tmp_path, server, host="sip:srv.example") as engine:
            leg = engine.dial(uri=f"sip:{NUMBER}@srv.example")
            given_up = slow.request_of("INVITE")
            quick.answer(quick.request_of("INVITE"))
            engine.answered(leg)
            for _ in range(2):
                slow.respond(given_up, 200, "OK", body=offer())
            slow.request_of("ACK")
            slow.respond(slow.request_of("BYE"), 200, "OK")
            late = engine.expect(telephony.LateAnswer)
            fault = engine.expect(telephony.EngineFault)
            engine.submit(telephony.HangUp(leg))
            quick.respond(quick.request_of("BYE"), 200, "OK")
            cleared = engine.cleared(leg)
            engine.expect(telephony.EngineStatistics, lambda event: event.at > cleared.at)
            assert engine.of(telephony.LateAnswer, leg) == [late]
    assert (late.leg, late.call_id) == (leg, given_up.header("call-id"))
    assert (fault.where, fault.leg) == ("silent_server", leg)
    assert f"127.0.0.1:{slow.port} answered an INVITE after " in fault.problem
    assert (cleared.by, cleared.answered, late.at < cleared.at) == (ClearedBy.US, True, True)


def test_a_probe_that_is_missed_sends_calls_to_the_next_server(tmp_path: Path, server: NameServer) -> None:
    with Sipp(tmp_path, answered_then_ended(respond(200, "OK", body=sdp()))) as good:
        serve(server, free_port(), good.port)
        with engine_of(tmp_path, server, host="sip:srv.example") as engine:
            engine.submit(telephony.Probe(TRUNK, "sip:srv.example", deadline_s=0.4))
            assert engine.expect(telephony.ProbeCompleted).code == 0
            leg = engine.dial(uri=f"sip:{NUMBER}@srv.example")
            begun = engine.expect(telephony.EngineStatistics).at
            answered = engine.answered(leg)
            assert answered.at - begun < 1.5
            engine.submit(telephony.HangUp(leg))
            good.finished()


@pytest.mark.parametrize(("address", "taken"), [("127.0.0.1", True), ("127.0.0.9", False)])
def test_all_addresses_of_a_trunks_name_are_the_trunks_own(tmp_path: Path, address: str, taken: bool) -> None:
    records = ("multi.example. 60 IN A 127.0.0.8", f"multi.example. 60 IN A {address}")
    with NameServer(*records) as server, Engine(tmp_path, nameservers=(server.address,)) as engine:
        ours = engine.account(TRUNK)
        theirs = engine.account(CARRIER, host="sip:multi.example:5060", peers=("127.0.0.7",))
        engine.apply(ours, theirs)
        leg = engine.dial()
        if taken:
            offered = engine.expect(telephony.LegOffered)
            assert offered.account == CARRIER
            engine.submit(telephony.HangUp(leg))
        else:
            assert engine.cleared(leg).code == 403


def test_a_name_is_looked_up_again_as_its_answer_runs_out(tmp_path: Path) -> None:
    with (
        NameServer("moving.example. 1 IN A 127.0.0.9") as server,
        Engine(tmp_path, nameservers=(server.address,)) as engine,
    ):
        engine.apply(
            engine.account(TRUNK), engine.account(CARRIER, host="sip:moving.example:5060", peers=("127.0.0.7",))
        )
        assert engine.cleared(engine.dial()).code == 403
        server.records[:] = ["moving.example. 60 IN A 127.0.0.1"]
        server.until_asked("A", "moving.example", 2)
        for _ in range(20):
            leg = engine.dial(account=AccountId("trunk"))
            event = engine.expect(telephony.LegOffered | telephony.LegCleared)  # type: ignore[arg-type]
            if isinstance(event, telephony.LegOffered):
                engine.submit(telephony.HangUp(leg))
                return
        raise AssertionError("the new address is not known")


def test_what_is_known_of_a_trunk_stands_while_dns_is_silent(tmp_path: Path) -> None:
    refusal = script(invited(), respond(486, "Busy Here"), receive("ACK"))
    with NameServer("steady.example. 1 IN A 127.0.0.1") as server, Sipp(tmp_path, refusal) as sipp:
        host = f"steady.example:{sipp.port}"
        with engine_of(tmp_path, server, host=f"sip:{host}") as engine:
            server.silence("steady.example")
            server.until_asked("A", "steady.example", 4)
            assert engine.cleared(engine.dial(uri=f"sip:{NUMBER}@{host}")).code == 486
            sipp.finished()
