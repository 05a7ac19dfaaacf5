"""An ear on the loopback interface: the RTP to a range of ports of one program, from any sender."""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tests.sip.sockets import udp_ports

ETH_P_ALL = 3
SO_ATTACH_FILTER = 26
PACKET_OUTGOING = 4
RATE_HZ = 8000
WINDOW_S = 0.5
PCMU, PCMA = 0, 8


def _a_law() -> NDArray[np.int16]:
    """ITU-T G.711 table 1a, as 16 bit linear."""
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (codes >> 4) & 7, codes & 15
    low = (mantissa << 4) + 8
    high = ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
    size = np.where(exponent == 0, low, high)
    return np.where(codes & 0x80, size, -size).astype(np.int16)


def _mu_law() -> NDArray[np.int16]:
    """ITU-T G.711 table 2a, as 16 bit linear."""
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((codes & 15) << 3) + 0x84) << ((codes >> 4) & 7)) - 0x84
    return np.where(codes & 0x80, -size, size).astype(np.int16)


_TABLES = {PCMA: _a_law(), PCMU: _mu_law()}


class Ear:
    """Keeps the last half second of G.711 that was sent to the ports. Needs CAP_NET_RAW.

    `pid` is the program whose ports count: another program of the machine may have its RTP in the same range.
    """

    def __init__(self, low: int, high: int, pid: Callable[[], int]) -> None:
        self._range = low, high
        self._pid = pid
        self._samples: dict[int, deque[tuple[float, NDArray[np.int16]]]] = defaultdict(deque)
        self._raw: socket.socket | None = None

    def __enter__(self) -> Self:
        raw = self._raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        code = b"".join(struct.pack("HBBI", *line) for line in self._filter())
        program = ctypes.create_string_buffer(code)
        count = len(code) // 8
        raw.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", count, ctypes.addressof(program)))
        raw.bind(("lo", ETH_P_ALL))
        asyncio.get_running_loop().add_reader(raw.fileno(), self._readable, raw)
        return self

    def __exit__(self, *_: object) -> None:
        if self._raw is not None:
            asyncio.get_running_loop().remove_reader(self._raw.fileno())
            self._raw.close()

    def _filter(self) -> tuple[tuple[int, int, int, int], ...]:
        """Classic BPF: UDP over IPv4 to an even or odd port of the range."""
        low, high = self._range
        return (
            (0x28, 0, 0, 12),  # ether type
            (0x15, 0, 7, 0x0800),
            (0x30, 0, 0, 23),  # protocol
            (0x15, 0, 5, socket.IPPROTO_UDP),
            (0xB1, 0, 0, 14),  # X = length of the IP header
            (0x48, 0, 0, 16),  # target port
            (0x35, 0, 2, low),
            (0x25, 1, 0, high),
            (0x06, 0, 0, 0xFFFF),
            (0x06, 0, 0, 0),
        )

    def _readable(self, raw: socket.socket) -> None:
        while True:
            try:
                packet, address = raw.recvfrom(65535)
            except BlockingIOError:
                return
            if address[2] != PACKET_OUTGOING:  # on loopback each packet is seen twice
                self._take(packet)

    def _take(self, packet: bytes) -> None:
        datagram = packet[14 + (packet[14] & 15) * 4 :]
        rtp = datagram[8:]
        if len(rtp) <= 12 or (rtp[1] & 127) not in _TABLES:
            return
        now = time.monotonic()
        stream = self._samples[int.from_bytes(datagram[2:4], "big")]
        stream.append((now, _TABLES[rtp[1] & 127][np.frombuffer(rtp, np.uint8, offset=12)]))
        while stream[0][0] < now - WINDOW_S:
            stream.popleft()

    def _windows(self) -> Iterator[NDArray[np.float64]]:
        """The audio to each port in the last half second, if most of it came."""
        now, ours = time.monotonic(), udp_ports(self._pid())
        for port, stream in self._samples.items():
            recent = [samples for at, samples in stream if at >= now - WINDOW_S]
            if port in ours and sum(len(samples) for samples in recent) >= 0.6 * WINDOW_S * RATE_HZ:
                yield np.concatenate(recent).astype(np.float64)

    def loudness(self) -> float:
        """Root mean square of the loudest of the last half second, of 32768; 0 for silence and for no RTP at all."""
        return max((float(np.sqrt(np.mean(window**2))) for window in self._windows()), default=0.0)

    def tones(self) -> set[int]:
        """The steady tones, to 5 Hz, that make up most of the audio to a port; noise, speech and silence have none."""
        found: set[int] = set()
        for window in self._windows():
            power = np.abs(np.fft.rfft(window * np.hanning(len(window)))) ** 2
            peak = int(np.argmax(power))
            if power.sum() > 0 and power[max(0, peak - 3) : peak + 4].sum() > 0.8 * power.sum():
                found.add(round(peak * RATE_HZ / len(window) / 5) * 5)
        return found
