"""Refusals of the engine, and its end."""

from __future__ import annotations

import errno
import socket
import subprocess
from pathlib import Path

import pjsua2 as pj
import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import EngineUnavailable
from dialer.vocabulary.ids import AccountId, BridgeId, LegId
from dialer.vocabulary.telephony import ClearedBy, LegRole
from sip.engine.account import problem_of

from .rig import CARRIER, TRUNK, Engine, free_port


@pytest.mark.parametrize(
    "changes",
    [
        {"account": AccountId("none")},
        {"uri": "tel:+12025550123"},
        {"uri": "sip:+12025550123@127.0.0.1\r\nX-Injected: yes"},
        {"headers": (telephony.Header("X-Note", "one\r\nX-Injected: yes"),)},
        {"headers": (telephony.Header("X\nInjected", "yes"),)},
        {"identity": "sip:a@127.0.0.1\nX-Injected: yes"},
    ],
    ids=["no account", "no SIP URI", "URI with a line break", "header value", "header name", "identity"],
)
def test_a_dial_that_cannot_be_is_refused(engine: Engine, changes: dict[str, object]) -> None:
    cleared = engine.cleared(engine.dial(**changes))  # type: ignore[arg-type]  # named by the cases above
    assert (cleared.by, cleared.heard) == (ClearedBy.REFUSED, False)
    assert cleared.reason
    assert not [event for event in engine.events if isinstance(event, telephony.LegOffered)]


def test_a_host_without_address_is_a_failed_transport(engine: Engine) -> None:
    cleared = engine.cleared(engine.dial(uri="sip:+12025550123@nowhere.invalid"))
    assert (cleared.by, cleared.code) == (ClearedBy.TRANSPORT, 0)


def test_a_name_stays_in_the_request_that_goes_to_its_address(engine: Engine) -> None:
    leg = engine.dial(uri=f"sip:+12025550123@localhost:{engine.ports[1]}")
    offered = engine.expect(telephony.LegOffered)
    assert offered.request_uri == f"sip:+12025550123@localhost:{engine.ports[1]}"
    engine.submit(telephony.Reject(offered.leg, 480))
    assert engine.cleared(leg).code == 480


def test_nobody_listens_on_tcp(bare: Engine) -> None:
    bare.configure(transport=telephony.Transport.TCP)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    cleared = bare.cleared(bare.dial(closed))
    assert (cleared.by, cleared.code, cleared.heard) == (ClearedBy.TRANSPORT, 0, False)


def test_a_call_over_tcp(bare: Engine) -> None:
    bare.configure(transport=telephony.Transport.TCP)
    ours, theirs = bare.conversation()
    bare.submit(telephony.HangUp(theirs))
    assert bare.cleared(ours).by is ClearedBy.PEER


def test_a_port_in_use_is_named(bare: Engine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        account = bare.account(TRUNK, bind_port=port)
        bare.submit(telephony.Configure(revision=1, accounts=(account,), media=telephony.Media()))
        problems = bare.expect(telephony.ConfigurationTaken).problems
    assert len(problems) == 1
    assert str(port) in problems[0]
    assert "in use" in problems[0]


def test_an_address_that_the_machine_does_not_have_is_named_with_its_key(bare: Engine) -> None:
    account = bare.account(TRUNK, bind_address="192.0.2.77")
    bare.submit(telephony.Configure(revision=1, accounts=(account,), media=telephony.Media()))
    (problem,) = bare.expect(telephony.ConfigurationTaken).problems
    why = "192.0.2.77 is no address of this machine; write one that it has as address of the engine"
    assert problem == f"account {TRUNK}: {why}"


def test_a_port_that_the_user_may_not_open_is_named_with_its_key() -> None:
    account = telephony.Account(id=TRUNK, identity="<sip:us@127.0.0.1>", bind_address="127.0.0.1", bind_port=5080)
    refused = pj.Error()
    refused.status = 120_000 + errno.EACCES
    told = problem_of(account, refused)
    assert told.startswith(f"account {TRUNK}: the system does not let this user open UDP port 5080 of 127.0.0.1; ")
    assert "sip_port_low" in told


def test_strangers_and_accounts_that_take_no_calls_are_refused(bare: Engine) -> None:
    stranger = bare.account(CARRIER, peers=("192.0.2.0/24",))
    bare.apply(bare.account(TRUNK), stranger)
    assert bare.cleared(bare.dial()).code == 403
    bare.apply(bare.account(TRUNK), bare.account(CARRIER, offers_incoming=False))
    assert bare.cleared(bare.dial()).code == 403
    bare.apply(bare.account(TRUNK), bare.account(CARRIER, peers=("127.0.0.0/8",)))
    leg = bare.dial()
    bare.submit(telephony.Reject(bare.expect(telephony.LegOffered).leg, 603))
    assert bare.cleared(leg).code == 603
    assert len([event for event in bare.events if isinstance(event, telephony.LegOffered)]) == 1


def test_codecs_are_those_of_the_account_in_its_order(bare: Engine) -> None:
    bare.apply(bare.account(TRUNK, codecs=("G722", "PCMA")), bare.account(CARRIER, codecs=("PCMA", "PCMU")))
    ours, _ = bare.conversation()
    assert bare.of(telephony.LegMedia, ours)[-1].codec == "PCMA"


def test_wideband_where_both_want_it(bare: Engine) -> None:
    bare.configure(codecs=("opus", "PCMU"))
    ours, _ = bare.conversation()
    assert bare.of(telephony.LegMedia, ours)[-1].codec.lower() == "opus"


def test_more_than_a_hundred_legs_of_one_account(engine: Engine) -> None:
    pairs = 130
    ours = [engine.dial() for _ in range(pairs)]
    for _ in range(pairs):
        engine.submit(telephony.Answer(engine.expect(telephony.LegOffered).leg))
    for leg in ours:
        engine.answered(leg)
        engine.submit(telephony.HangUp(leg))
    for leg in ours:
        assert engine.cleared(leg).answered
    engine.expect(telephony.EngineStatistics, lambda event: event.legs == 0 and event.lingering == 0)


def test_an_account_that_vanishes_goes_with_its_last_leg(engine: Engine) -> None:
    ours, theirs = engine.conversation()
    engine.apply(engine.account(CARRIER))
    assert engine.cleared(engine.dial()).by is ClearedBy.REFUSED
    engine.submit(telephony.HangUp(theirs))
    assert engine.cleared(ours).answered
    engine.apply(engine.account(TRUNK), engine.account(CARRIER))
    engine.conversation()


def test_an_account_that_moves_to_another_port_can_dial(engine: Engine) -> None:
    engine.ports = (free_port(), free_port())
    engine.configure()
    ours, theirs = engine.conversation()
    engine.submit(telephony.HangUp(ours))
    assert engine.cleared(theirs).by is ClearedBy.PEER


def test_draining_refuses_and_ends_with_the_last_leg(engine: Engine) -> None:
    ours, _ = engine.conversation()
    engine.submit(telephony.Drain())
    assert engine.cleared(engine.dial()).by is ClearedBy.REFUSED
    assert not [event for event in engine.events if isinstance(event, telephony.Drained)]
    engine.submit(telephony.HangUp(ours))
    engine.expect(telephony.Drained)


def test_draining_is_told_at_once(engine: Engine) -> None:
    engine.conversation()
    assert not engine.expect(telephony.EngineStatistics).draining
    engine.submit(telephony.Drain())
    engine.expect(telephony.EngineStatistics, lambda told: told.draining)


def test_without_a_node_conversations_stay_and_the_rest_is_cleared(bare: Engine, tmp_path: Path) -> None:
    message = _silence(tmp_path)
    bare.apply(bare.account(TRUNK), bare.account(CARRIER), unattended_s=0.3, waiting_message=str(message))
    waiting, _ = bare.conversation(role=LegRole.CONTACT)
    engaged, _ = bare.conversation(role=LegRole.AGENT)
    talking, _ = bare.conversation(role=LegRole.CONTACT)
    agent, _ = bare.conversation(role=LegRole.AGENT)
    bare.submit(*(telephony.Join(leg, BridgeId("B1")) for leg in (talking, agent)))
    ringing = bare.dial(role=LegRole.CONTACT)
    bare.expect(telephony.LegOffered)
    bare.owner.attended(False)
    assert bare.cleared(ringing).by is ClearedBy.UNATTENDED
    assert bare.cleared(waiting).by is ClearedBy.UNATTENDED
    bare.owner.attended(True)
    bare.submit(telephony.Snapshot())
    up = {one.leg for one in bare.expect(telephony.SnapshotTaken).legs}
    assert {engaged, talking, agent} <= up


def test_a_leg_id_is_taken_once(engine: Engine) -> None:
    leg = engine.dial()
    engine.dial(leg=leg)
    assert engine.expect(telephony.EngineFault).leg == leg
    engine.submit(telephony.HangUp(leg))
    engine.cleared(leg)


def test_commands_to_legs_that_are_gone_are_ignored(engine: Engine) -> None:
    gone = LegId("gone")
    engine.submit(telephony.HangUp(gone), telephony.Join(gone, BridgeId("B")), telephony.SendDigits(gone, "1"))
    engine.submit(telephony.Snapshot())
    engine.expect(telephony.SnapshotTaken)
    assert not [event for event in engine.events if isinstance(event, telephony.EngineFault)]


def test_an_engine_starts_and_stops_again_and_again(tmp_path: Path) -> None:
    for _ in range(5):
        with Engine(tmp_path) as engine:
            engine.configure()
            engine.conversation()


def test_a_wake_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        engine = Engine(tmp_path, wake_port=taken.getsockname()[1])
        with pytest.raises(EngineUnavailable, match="does not start"):
            engine.owner.start()


def test_tls_and_srtp(bare: Engine, tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    tls = telephony.Tls(ca_file=str(certificate), certificate_file=str(certificate), key_file=str(key))
    bare.configure(transport=telephony.Transport.TLS, srtp=telephony.Srtp.MANDATORY, tls=tls)
    leg = bare.dial(uri=f"sip:+12025550123@localhost:{bare.ports[1]};transport=tls")
    theirs = bare.expect(telephony.LegOffered).leg
    bare.submit(telephony.Answer(theirs))
    assert bare.expect(telephony.LegMedia, lambda event: event.leg == leg).active
    bare.submit(telephony.HangUp(leg))
    assert bare.cleared(leg).answered


def test_a_tls_peer_of_another_name_is_refused(bare: Engine, tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path, name="other.example")
    tls = telephony.Tls(ca_file=str(certificate), certificate_file=str(certificate), key_file=str(key))
    bare.configure(transport=telephony.Transport.TLS, tls=tls)
    leg = bare.dial(uri=f"sip:+12025550123@localhost:{bare.ports[1]};transport=tls")
    cleared = bare.cleared(leg)
    assert (cleared.by, cleared.answered) == (ClearedBy.TRANSPORT, False)


def _silence(directory: Path) -> Path:
    path = directory / "waiting.wav"
    samples = b"\0\0" * 1600
    header = b"RIFF" + (36 + len(samples)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    header += (1).to_bytes(2, "little") * 2 + (8000).to_bytes(4, "little") + (16000).to_bytes(4, "little")
    header += (2).to_bytes(2, "little") + (16).to_bytes(2, "little")
    path.write_bytes(header + b"data" + len(samples).to_bytes(4, "little") + samples)
    return path


def _certificate(directory: Path, name: str = "localhost") -> tuple[Path, Path]:
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    command += ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
