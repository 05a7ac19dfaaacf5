"""Senders of RTP without any signalling."""

from __future__ import annotations

import math
import os
import socket
import struct
import threading

from tests.sip.sockets import udp_ports

_RATE_HZ = 8000
_FRAME = 160
_FRAME_S = 0.02
_AMPLITUDE = 10_000
_PCMU = 0


def rtp_ports() -> tuple[int, ...]:
    """The ports of loopback on which this process takes RTP: the even ones of the range that the rig configures."""
    return tuple(sorted(port for port in udp_ports(os.getpid()) if 21000 <= port < 24000 and port % 2 == 0))


def mu_law(sample: int) -> int:
    """G.711 mu-law of a 16-bit sample."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


class RtpSender:
    """Sends a tone, a packet every 20 ms, to given ports while the context lasts. `port` is its own."""

    def __init__(self, tone_hz: int) -> None:
        self._ports: tuple[int, ...] = ()
        self._turn = 2 * math.pi * tone_hz / _RATE_HZ
        self._source = tone_hz
        self._over = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._run, name=f"rtp {tone_hz} Hz")

    def __enter__(self) -> RtpSender:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def send_to(self, ports: tuple[int, ...]) -> None:
        self._ports = ports

    def _run(self) -> None:
        frame = 0
        while not self._over.wait(_FRAME_S):
            head = struct.pack("!BBHII", 0x80, _PCMU, frame & 0xFFFF, frame * _FRAME, self._source)
            samples = range(frame * _FRAME, (frame + 1) * _FRAME)
            audio = bytes(mu_law(round(_AMPLITUDE * math.sin(self._turn * sample))) for sample in samples)
            for port in self._ports:
                self._socket.sendto(head + audio, ("127.0.0.1", port))
            frame += 1


class Peer:
    """Two sockets of a peer, RTP and the port above it for RTCP. It sends only the test's packets."""

    def __init__(self) -> None:
        while True:
            self._rtp = _bound(0)
            self.port = int(self._rtp.getsockname()[1])
            if self.port % 2 == 0:
                try:
                    self._rtcp = _bound(self.port + 1)
                except OSError:
                    pass
                else:
                    break
            self._rtp.close()
        self._number = 0

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self._rtp.close()
        self._rtcp.close()

    def audio(self, to: int, payload: int = _PCMU, size: int = _FRAME) -> None:
        """One packet of RTP."""
        self._number += 1
        head = struct.pack("!BBHII", 0x80, payload, self._number & 0xFFFF, self._number * _FRAME, 0x1234)
        self._rtp.sendto(head + b"\xff" * size, ("127.0.0.1", to))

    def comfort_noise(self, to: int) -> None:
        """One packet of RFC 3389."""
        self.audio(to, payload=13, size=1)

    def report(self, to: int) -> None:
        """An RTCP sender report, as from a switch whose phone is lost."""
        head = struct.pack("!BBHI", 0x80, 200, 6, 0x1234)
        self._rtcp.sendto(head + struct.pack("!QIII", 0, 0, 1, 160), ("127.0.0.1", to + 1))


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.bind(("127.0.0.1", port))
    except OSError:
        made.close()
        raise
    return made
