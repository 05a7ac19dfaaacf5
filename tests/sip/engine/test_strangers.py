"""A leg's audio goes to the peer of its SDP, and to no stranger who sent to the same port before."""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dialer.vocabulary import telephony

from .rig import TRUNK, Engine, Sipp, free_port
from .scenario import invited, pause, receive, respond, respond_to_last, script, sdp

PACKET_S = 0.02
#: PCMU, one packet of 20 ms (RFC 3551 4.5.14).
SAMPLES = 160
#: Longer than a keep-alive or an RTCP report.
AUDIO_BYTES = 100


class Voice(threading.Thread):
    """Sends audio to a port of loopback from a socket of its own, and notes when audio came."""

    def __init__(self, to: int, ssrc: int) -> None:
        super().__init__()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._to = ("127.0.0.1", to)
        self.ssrc = ssrc
        self._over = threading.Event()
        self._muted = threading.Event()
        self.heard_at: list[float] = []

    def run(self) -> None:
        begun, number = time.monotonic(), 0
        while not self._over.is_set():
            due = begun + number * PACKET_S
            if (left := due - time.monotonic()) > 0:
                if select.select([self._socket], [], [], left)[0]:
                    self._hear()
                continue
            header = struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, number * SAMPLES, self.ssrc)
            if not self._muted.is_set():
                self._socket.sendto(header + b"\xd5" * SAMPLES, self._to)
            number += 1
        self._socket.close()

    def _hear(self) -> None:
        if len(self._socket.recv(2048)) > AUDIO_BYTES:
            self.heard_at.append(time.monotonic())

    def mute(self) -> None:
        """Stop sending, and go on listening."""
        self._muted.set()

    def end(self) -> None:
        self._over.set()
        if self.ident is None:
            self._socket.close()
        else:
            self.join()


@contextmanager
def voices(port: int) -> Iterator[tuple[Voice, Voice]]:
    """Two senders to the same port."""
    both = Voice(port, 1), Voice(port, 2)
    try:
        yield both
    finally:
        for each in both:
            each.end()


def one_port(engine: Engine) -> int:
    """Leave the engine RTP ports for one leg only."""
    port = free_port() & ~1
    media = telephony.Media(rtp_port_low=port, rtp_port_high=port + 2)
    engine.submit(telephony.Configure(revision=1, accounts=(engine.account(TRUNK),), media=media))
    assert engine.expect(telephony.ConfigurationTaken).problems == ()
    return port


def answers(audio: int) -> str:
    """A peer that rings for a while, with its audio at this port."""
    offer = sdp().replace("[media_port]", str(audio))
    ringing = (invited(), respond(100, "Trying"), respond(180, "Ringing"), pause(300))
    return script(*ringing, respond(200, "OK", body=offer), receive("ACK"), receive("BYE"), respond_to_last(200, "OK"))


@contextmanager
def answered(engine: Engine, folder: Path, audio: int) -> Iterator[None]:
    """A call with a peer that has its audio at this port; we hang up."""
    with Sipp(folder, answers(audio)) as sipp:
        leg = engine.dial(sipp.port)
        engine.answered(leg)
        yield
        engine.submit(telephony.HangUp(leg))
        engine.cleared(leg)
        sipp.finished()


def test_a_stranger_who_sent_to_the_port_before_does_not_take_over_the_call(bare: Engine, tmp_path: Path) -> None:
    """The stranger is the peer of a call whose engine died, and the new call has the same port. It is recognised by its
    packets in the socket at the answer, and gets no audio, even before the new peer has sent any."""
    with voices(one_port(bare)) as (stranger, peer):
        stranger.start()
        with answered(bare, tmp_path, peer.port):
            bare.hear_for(0.6)
            peer.start()
            bare.hear_for(2.0)
        assert len(peer.heard_at) > 75
        assert stranger.heard_at == []


def test_a_stranger_who_comes_later_hears_nothing(bare: Engine, tmp_path: Path) -> None:
    with voices(one_port(bare)) as (stranger, peer):
        peer.start()
        with answered(bare, tmp_path, peer.port):
            bare.hear_for(0.5)
            peer.end()
            stranger.start()
            bare.hear_for(1.0)
        assert stranger.heard_at == []


def test_a_stranger_hears_nothing_while_the_peer_is_silent(bare: Engine, tmp_path: Path) -> None:
    """On hold, muted, or without voice: longer than the silence after which a leg once changed to another source."""
    with voices(one_port(bare)) as (stranger, peer):
        peer.start()
        with answered(bare, tmp_path, peer.port):
            bare.hear_for(0.5)
            peer.mute()
            stranger.start()
            bare.hear_for(3.5)
            before = len(peer.heard_at)
            bare.hear_for(0.5)
        assert stranger.heard_at == []
        assert len(peer.heard_at) - before > 15


def test_a_peer_whom_a_nat_gives_another_port_keeps_its_leg(bare: Engine, tmp_path: Path) -> None:
    """It is known by the SSRC, which a stranger does not know."""
    port = one_port(bare)
    with voices(port) as (peer, _), voices(port) as (moved, mute):
        moved.ssrc = peer.ssrc
        with answered(bare, tmp_path, mute.port):
            peer.start()
            bare.hear_for(1.5)
            peer.end()
            moved.start()
            bare.hear_for(3.5)
        assert len(peer.heard_at) > 25
        assert len(moved.heard_at) > 25


def test_rtcp_of_a_stranger_is_ignored(bare: Engine, tmp_path: Path) -> None:
    """Our own reports go on to the peer, and none to the stranger."""
    port = one_port(bare)
    with voices(port) as (peer, _), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        peer.start()
        with answered(bare, tmp_path, peer.port):
            report = struct.pack("!BBHIQIII", 0x80, 200, 6, 99, 0, 0, 0, 0)
            for _ in range(8):
                stranger.sendto(report, ("127.0.0.1", port + 1))
                bare.hear_for(1.0)
        assert not select.select([stranger], [], [], 0)[0]


def test_a_peer_behind_a_nat_is_found_by_its_packets(bare: Engine, tmp_path: Path) -> None:
    with voices(one_port(bare)) as (peer, mute):
        with answered(bare, tmp_path, mute.port):
            peer.start()
            bare.hear_for(1.5)
        assert len(peer.heard_at) > 25
