"""Peers that act as no engine of ours would: SIPp answers, and the messages on the wire are checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.telephony import ClearedBy

from .rig import TRUNK, Engine, Sipp
from .rtp import RtpSender, rtp_ports
from .scenario import (
    invited,
    pause,
    receive,
    receive_response,
    request,
    respond,
    respond_to_last,
    script,
    sdp,
)


def _answered() -> str:
    return script(invited(), respond(100, "Trying"), respond(200, "OK", body=sdp()), receive("ACK"))


def _ends_by_bye() -> str:
    return script(receive("BYE"), respond_to_last(200, "OK"))


def test_a_refusal_carries_code_cause_and_time(engine: Engine, tmp_path: Path) -> None:
    refusal = respond(486, "Busy Here", 'Reason: Q.850;cause=17;text="User busy"', "Retry-After: 120 (lunch)")
    with Sipp(tmp_path, script(invited(), respond(100, "Trying"), refusal, receive("ACK"))) as sipp:
        cleared = engine.cleared(engine.dial(sipp.port))
        sipp.finished()
    assert (cleared.code, cleared.q850, cleared.retry_after_s) == (486, 17, 120.0)
    assert (cleared.by, cleared.heard, cleared.alerted, cleared.answered) == (ClearedBy.PEER, True, False, False)


def test_a_mute_peer_that_rings_late_gets_cancel(engine: Engine, tmp_path: Path) -> None:
    scenario = script(
        invited(),
        pause(700),
        respond(180, "Ringing"),
        receive("CANCEL"),
        respond_to_last(200, "OK"),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        engine.submit(telephony.HangUp(leg))
        cleared = engine.cleared(leg)
        assert (cleared.by, cleared.heard, cleared.code) == (ClearedBy.US, False, 0)
        engine.expect(telephony.EngineStatistics, lambda event: event.lingering == 1 and event.legs == 0)
        messages = sipp.finished()
    assert "CANCEL sip:" in messages
    assert engine.of(telephony.LegCleared, leg) == [cleared]
    assert engine.of(telephony.LegAlerting, leg) == []


def test_a_late_answer_is_acknowledged_ended_and_told(engine: Engine, tmp_path: Path) -> None:
    scenario = script(
        invited(),
        pause(700),
        respond(200, "OK", body=sdp()),
        receive("ACK"),
        receive("BYE"),
        respond_to_last(200, "OK"),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        engine.submit(telephony.HangUp(leg))
        cleared = engine.cleared(leg)
        late = engine.expect(telephony.LateAnswer)
        sipp.finished()
    assert (cleared.by, cleared.heard, cleared.answered) == (ClearedBy.US, False, False)
    assert (late.leg, late.at > cleared.at) == (leg, True)


def test_an_answer_without_sdp_is_ended_and_told_as_an_answer(engine: Engine, tmp_path: Path) -> None:
    """It never was a call, so there is no LegAnswered; but a person picked up."""
    scenario = script(invited(), respond(200, "OK"), receive("ACK"), receive("BYE"), respond_to_last(200, "OK"))
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        cleared = engine.cleared(leg)
        sipp.finished()
    assert (cleared.answered, cleared.code) == (True, 200)
    assert not engine.of(telephony.LegAnswered, leg)


def test_an_answer_that_crosses_cancel_is_told(engine: Engine, tmp_path: Path) -> None:
    scenario = script(
        invited(),
        respond(180, "Ringing"),
        receive("CANCEL"),
        respond_to_last(200, "OK"),
        "<send><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n"
        "CSeq: [cseq] INVITE\nContact: <sip:peer@[local_ip]:[local_port]>\nContent-Type: application/sdp\n"
        f"Content-Length: [len]\n\n{sdp()}\n]]></send>",
        receive("ACK"),
        receive("BYE"),
        respond_to_last(200, "OK"),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        engine.expect(telephony.LegAlerting)
        engine.submit(telephony.HangUp(leg))
        assert not engine.cleared(leg).answered
        assert engine.expect(telephony.LateAnswer).leg == leg
        sipp.finished()


def test_the_ring_timeout_cancels(engine: Engine, tmp_path: Path) -> None:
    scenario = script(
        invited(),
        respond(180, "Ringing"),
        receive("CANCEL"),
        respond_to_last(200, "OK"),
        respond(487, "Request Terminated")
        .replace("[last_CSeq:]", "CSeq: [cseq] INVITE")
        .replace("[last_To:];tag=[call_number]", "[last_To:]"),
        receive("ACK"),
    )
    with Sipp(tmp_path, scenario) as sipp:
        # Room for an INVITE that is sent again, 0.5 and 1.5 s after the first (RFC 3261 17.1.1.2).
        cleared = engine.cleared(engine.dial(sipp.port, timeout_s=2.0))
        sipp.finished()
    assert (cleared.by, cleared.alerted, cleared.code) == (ClearedBy.TIMEOUT, True, 0)


def test_a_redirection_is_not_followed(engine: Engine, tmp_path: Path) -> None:
    elsewhere = engine.ports[1]
    moved = f"Contact: <sip:other@127.0.0.1:{elsewhere}>"
    redirect = respond(302, "Moved Temporarily").replace("Contact: <sip:peer@[local_ip]:[local_port]>", moved)
    with Sipp(tmp_path, script(invited(), redirect, receive("ACK"))) as sipp:
        cleared = engine.cleared(engine.dial(sipp.port))
        sipp.finished()
    assert (cleared.code, cleared.by) == (302, ClearedBy.PEER)
    assert not [event for event in engine.events if isinstance(event, telephony.LegOffered)]


def test_a_transfer_by_the_peer_is_refused(engine: Engine, tmp_path: Path) -> None:
    refer = request("REFER", 1, "Refer-To: <sip:+12025550199@127.0.0.1>", "Referred-By: <sip:peer@127.0.0.1>")
    scenario = script(_answered(), pause(100), refer, receive_response(603), _ends_by_bye())
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        engine.expect(telephony.LegAnswered)
        _until(sipp, "SIP/2.0 603", engine)
        engine.submit(telephony.HangUp(leg))
        sipp.finished()


def test_glare_is_tried_again(engine: Engine, tmp_path: Path) -> None:
    scenario = script(
        _answered(),
        receive("INVITE"),
        respond_to_last(491, "Request Pending"),
        receive("ACK"),
        receive("INVITE"),
        respond_to_last(200, "OK", body=sdp("recvonly", 2)),
        receive("ACK"),
        _ends_by_bye(),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        answered = engine.expect(telephony.LegAnswered)
        engine.submit(telephony.HoldPeer(leg))
        held = engine.expect(telephony.LegMedia, lambda event: event.held_by_us)
        engine.submit(telephony.HangUp(leg))
        sipp.finished()
    assert held.at - answered.at >= 2.0
    assert engine.of(telephony.HoldFailed, leg) == []


def test_a_hold_that_is_refused_leaves_the_leg_as_it_was(engine: Engine, tmp_path: Path) -> None:
    scenario = script(
        _answered(),
        receive("INVITE"),
        respond_to_last(488, "Not Acceptable Here"),
        receive("ACK"),
        _ends_by_bye(),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        engine.expect(telephony.LegAnswered)
        engine.submit(telephony.HoldPeer(leg))
        failed = engine.expect(telephony.HoldFailed)
        engine.submit(telephony.HangUp(leg))
        assert engine.cleared(leg).by is ClearedBy.US
        sipp.finished()
    assert (failed.leg, failed.code) == (leg, 488)


@pytest.mark.parametrize(
    "offer",
    [sdp("sendonly", 2), sdp("inactive", 2), sdp("sendrecv", 2, address="0.0.0.0")],
    ids=["sendonly", "inactive", "c=0.0.0.0"],
)
def test_each_way_of_holding_is_seen(engine: Engine, tmp_path: Path, offer: str) -> None:
    scenario = script(
        _answered(),
        pause(100),
        request("INVITE", 1, body=offer),
        receive_response(100, optional=True),
        receive_response(200),
        request("ACK", 1),
        pause(200),
        request("INVITE", 2, body=sdp("sendrecv", 3)),
        receive_response(100, optional=True),
        receive_response(200),
        request("ACK", 2),
        _ends_by_bye(),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        engine.expect(telephony.LegMedia, lambda event: event.active)
        held = engine.expect(telephony.LegMedia, lambda event: event.held_by_peer)
        assert not held.active
        engine.expect(telephony.LegMedia, lambda event: event.active)
        engine.submit(telephony.HangUp(leg))
        sipp.finished()


def test_a_reinvite_without_sdp_is_answered_with_an_offer(engine: Engine, tmp_path: Path) -> None:
    scenario = script(
        _answered(),
        pause(100),
        request("INVITE", 1),
        receive_response(100, optional=True),
        receive_response(200),
        request("ACK", 1, body=sdp("sendrecv", 2)),
        _ends_by_bye(),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        engine.expect(telephony.LegMedia, lambda event: event.active)
        media = engine.expect(telephony.LegMedia, lambda event: event.active)
        assert media.leg == leg
        engine.submit(telephony.HangUp(leg))
        sipp.finished()


@pytest.mark.parametrize("rtp_timeout_s", [1.0, 6.0])
def test_a_peer_without_rtp_is_cleared(bare: Engine, tmp_path: Path, rtp_timeout_s: float) -> None:
    """Also where the time is longer than the 5 s between two RTCP packets of our own."""
    bare.configure(rtp_timeout_s=rtp_timeout_s)
    with Sipp(tmp_path, script(_answered(), _ends_by_bye())) as sipp:
        leg = bare.dial(sipp.port)
        bare.expect(telephony.LegAnswered)
        cleared = bare.cleared(leg)
        sipp.finished()
    assert (cleared.by, cleared.code, cleared.answered) == (ClearedBy.MEDIA, 200, True)


def test_a_peer_that_holds_may_be_silent(bare: Engine, tmp_path: Path) -> None:
    bare.configure(rtp_timeout_s=0.6)
    scenario = script(
        invited(),
        respond(200, "OK", body=sdp("inactive")),
        receive("ACK"),
        pause(2500),
        request("BYE", 1),
        receive_response(200),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = bare.dial(sipp.port)
        cleared = bare.cleared(leg)
        sipp.finished()
    assert cleared.by is ClearedBy.PEER


def test_the_end_by_the_peer_has_its_reason(engine: Engine, tmp_path: Path) -> None:
    bye = request("BYE", 1, "Reason: Q.850;cause=16")
    with Sipp(tmp_path, script(_answered(), pause(100), bye, receive_response(200))) as sipp:
        cleared = engine.cleared(engine.dial(sipp.port))
        sipp.finished()
    assert (cleared.by, cleared.code, cleared.q850) == (ClearedBy.PEER, 200, 16)


def test_a_challenge_is_answered(bare: Engine, tmp_path: Path) -> None:
    bare.configure(credentials=telephony.Credentials(user="acme", password="example"))
    challenge = 'WWW-Authenticate: Digest realm="example.com", nonce="7a1f", algorithm=MD5'
    scenario = script(
        invited(),
        respond(401, "Unauthorized", challenge),
        receive("ACK"),
        receive("INVITE"),
        respond(200, "OK", body=sdp()),
        receive("ACK"),
        _ends_by_bye(),
    )
    with Sipp(tmp_path, scenario) as sipp:
        leg = bare.dial(sipp.port)
        bare.expect(telephony.LegAnswered)
        bare.submit(telephony.HangUp(leg))
        messages = sipp.finished()
    assert 'Digest username="acme"' in messages


def test_no_codec_in_common_is_refused_by_us_after_the_answer(bare: Engine, tmp_path: Path) -> None:
    bare.configure(codecs=("PCMA",))
    scenario = script(invited(), respond(488, "Not Acceptable Here", "Reason: Q.850;cause=88"), receive("ACK"))
    with Sipp(tmp_path, scenario) as sipp:
        cleared = bare.cleared(bare.dial(sipp.port))
        messages = sipp.finished()
    offer = next(line for line in messages.splitlines() if line.startswith("m=audio"))
    assert offer.split()[3:] == ["8", offer.split()[-1]]
    assert "PCMU" not in messages
    assert (cleared.code, cleared.q850) == (488, 88)


def test_a_probe_tells_any_answer_and_none(engine: Engine, tmp_path: Path) -> None:
    with Sipp(tmp_path, script(receive("OPTIONS"), respond(404, "Not Found"))) as sipp:
        uri = f"sip:127.0.0.1:{sipp.port}"
        engine.submit(telephony.Probe(TRUNK, uri))
        alive = engine.expect(telephony.ProbeCompleted)
        sipp.finished()
        engine.submit(telephony.Probe(TRUNK, uri, deadline_s=0.5))
        dead = engine.expect(telephony.ProbeCompleted)
    assert (alive.code, alive.uri) == (404, uri)
    assert alive.round_trip_ms >= 0
    assert (dead.code, dead.round_trip_ms) == (0, -1.0)


def _until(sipp: Sipp, text: str, engine: Engine) -> None:
    """Wait until the peer's log of the wire has a text; statistics events are the clock."""
    for _ in range(100):
        if text in sipp.messages:
            return
        engine.expect(telephony.EngineStatistics)
    raise AssertionError(f"{text!r} never came:\n{sipp.messages}")


def test_a_registration_answers_its_challenge_and_is_told(bare: Engine, tmp_path: Path) -> None:
    challenge = 'WWW-Authenticate: Digest realm="example.com", nonce="7a1f", algorithm=MD5'
    scenario = script(
        receive("REGISTER"),
        respond(401, "Unauthorized", challenge),
        receive("REGISTER"),
        respond(200, "OK", "Expires: 60").replace("Contact: <sip:peer@[local_ip]:[local_port]>", "[last_Contact:]"),
    )
    with Sipp(tmp_path, scenario) as sipp:
        trunk = bare.account(
            TRUNK,
            identity="sip:acme@example.com",
            registrar=f"localhost:{sipp.port}",
            credentials=telephony.Credentials(user="acme", password="example"),
        )
        bare.apply(trunk)
        state = bare.expect(telephony.AccountState)
        messages = sipp.finished()
    assert (state.account, state.registered, state.code) == (TRUNK, True, 200)
    assert f"REGISTER sip:localhost:{sipp.port} SIP/2.0" in messages
    assert 'username="acme"' in messages


def test_a_registrar_without_address_is_a_problem_and_no_standstill(bare: Engine) -> None:
    account = bare.account(TRUNK, registrar="nowhere.invalid")
    bare.submit(telephony.Configure(revision=3, accounts=(account,), media=telephony.Media()))
    taken = bare.expect(telephony.ConfigurationTaken)
    assert taken.revision == 3
    assert "nowhere.invalid has no address" in taken.problems[0]


def test_a_leg_hears_its_peer_and_no_stranger_who_was_there_first(engine: Engine, tmp_path: Path) -> None:
    """A stranger that still sends to the port of a leg from before a kill of the engine is heard before the new peer
    speaks. From its first packet on the peer of the SDP is heard, and the stranger no more."""
    stranger, peer = RtpSender(1600), RtpSender(1000)
    body = sdp().replace("[media_port]", str(peer.port))
    scenario = script(invited(), respond(200, "OK", body=body), receive("ACK"), _ends_by_bye())
    with stranger, peer, Sipp(tmp_path, scenario) as sipp:
        leg = engine.dial(sipp.port)
        engine.active(leg)
        engine.submit(telephony.StartAnalysis(leg, "tones"))
        ports = rtp_ports()
        stranger.send_to(ports)
        engine.hear_for(1.0)
        peer.send_to(ports)
        engine.hear_for(2.4)
        engine.submit(telephony.HangUp(leg))
        sipp.finished()
    completed = engine.expect(telephony.AnalysisCompleted, lambda event: event.leg == leg)
    heard = {tone.frequency_hz: tone.seconds for tone in completed.tones}
    assert heard[1000] >= 1.8
    assert heard[1600] <= 1.4
