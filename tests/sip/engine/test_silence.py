"""Silence of lost peers, and announced silence. The clock is the engine's statistics, every 0.2 s."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ClearedBy, LegRole
from sip.engine.sdp import suppresses_silence

from .rig import Engine, Sipp
from .rtp import Peer, rtp_ports
from .scenario import invited, receive, respond, respond_to_last, script, sdp

TIMEOUT_S = 2.0


def _answers(peer: Peer, change: Callable[[str], str] = lambda body: body) -> str:
    body = change(sdp().replace("[media_port]", str(peer.port)))
    answer = respond(200, "OK", body=body)
    return script(invited(), answer, receive("ACK"), receive("BYE"), respond_to_last(200, "OK"))


def _connect(engine: Engine, sipp: Sipp, role: LegRole = LegRole.CONTACT) -> tuple[LegId, int]:
    """A leg, and the port on which it takes RTP."""
    leg = engine.dial(sipp.port, role=role)
    engine.answered(leg)
    engine.active(leg)
    (port,) = rtp_ports()
    return leg, port


def _is_up_after(engine: Engine, leg: LegId, seconds: float, send: Callable[[], None]) -> bool:
    """Send a packet at each of the engine's statistics for a while; returns whether the leg is still up."""
    begun = engine.expect(telephony.EngineStatistics).at
    while True:
        send()
        if engine.expect(telephony.EngineStatistics).at - begun >= seconds:
            return not engine.of(telephony.LegCleared, leg)


def test_rtcp_alone_keeps_nobody_up(bare: Engine, tmp_path: Path) -> None:
    bare.configure(rtp_timeout_s=TIMEOUT_S)
    with Peer() as peer, Sipp(tmp_path, _answers(peer)) as sipp:
        leg, port = _connect(bare, sipp)
        peer.audio(port)
        assert not _is_up_after(bare, leg, 2 * TIMEOUT_S, lambda: peer.report(port))
        sipp.finished()
    assert bare.cleared(leg).by is ClearedBy.MEDIA


def test_who_talks_is_up(bare: Engine, tmp_path: Path) -> None:
    bare.configure(rtp_timeout_s=TIMEOUT_S)
    with Peer() as peer, Sipp(tmp_path, _answers(peer)) as sipp:
        leg, port = _connect(bare, sipp)
        assert _is_up_after(bare, leg, 2 * TIMEOUT_S, lambda: peer.audio(port))
        bare.submit(telephony.HangUp(leg))
        sipp.finished()


@pytest.mark.parametrize("announced", ["by SDP", "by a packet"])
def test_silence_that_was_announced_is_no_dead_line(bare: Engine, tmp_path: Path, announced: str) -> None:
    """The contact listens: their gateway sends one packet of comfort noise, or has said so before, and nothing more."""
    bare.configure(rtp_timeout_s=TIMEOUT_S)

    def change(body: str) -> str:
        return body.replace("0 101", "0 13 101") if announced == "by SDP" else body

    with Peer() as peer, Sipp(tmp_path, _answers(peer, change)) as sipp:
        leg, port = _connect(bare, sipp)
        peer.audio(port)
        if announced == "by a packet":
            peer.comfort_noise(port)
        assert _is_up_after(bare, leg, 3 * TIMEOUT_S, lambda: None)
        bare.submit(telephony.HangUp(leg))
        sipp.finished()


def test_announced_silence_has_an_end(bare: Engine, tmp_path: Path) -> None:
    bare.configure(rtp_timeout_s=0.3)
    with Peer() as peer, Sipp(tmp_path, _answers(peer, lambda body: body + "\na=silenceSupp:on - - - -")) as sipp:
        leg, port = _connect(bare, sipp)
        peer.audio(port)
        assert bare.cleared(leg).by is ClearedBy.MEDIA
        sipp.finished()


def test_a_phone_that_falls_silent_is_told_before_it_is_given_up(bare: Engine, tmp_path: Path) -> None:
    bare.configure(rtp_timeout_s=10.0)
    with Peer() as peer, Sipp(tmp_path, _answers(peer)) as sipp:
        leg, port = _connect(bare, sipp, LegRole.AGENT)
        peer.audio(port)
        assert bare.expect(telephony.LegMedia, lambda event: event.leg == leg and event.silent).active
        assert _is_up_after(bare, leg, 0.2, lambda: peer.audio(port))
        bare.expect(telephony.LegMedia, lambda event: event.leg == leg and not event.silent)
        bare.submit(telephony.HangUp(leg))
        sipp.finished()


@pytest.mark.parametrize(
    ("lines", "yes"),
    [
        (("m=audio 4000 RTP/AVP 0 13 101",), True),
        (("m=audio 4000 RTP/AVP 0 97", "a=rtpmap:97 CN/16000"), True),
        (("m=audio 4000 RTP/AVP 0", "a=silenceSupp:on - - - -"), True),
        (("m=audio 4000 RTP/AVP 0", "a=silenceSupp:off - - - -"), False),
        (("m=audio 4013 RTP/AVP 0 113", "a=rtpmap:113 telephone-event/8000"), False),
        (("m=video 4000 RTP/AVP 13",), False),
    ],
)
def test_who_announces_silence(lines: tuple[str, ...], yes: bool) -> None:
    assert suppresses_silence("\r\n".join(lines)) is yes
