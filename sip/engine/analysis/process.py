"""The analysis process: takes the audio of all tapped legs and reports the tones in it.

Run as `python -m sip.engine.analysis.process LISTENER CONTROL`, two inherited descriptors: a listening Unix socket of
kind SEQPACKET that taps connect to, and one end of a socket pair of that kind for results. It ends when the other end
of that pair is closed, so it never outlives its engine.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sip.engine.analysis.packets import HEADER, LARGEST_PACKET_BYTES, header_of
from sip.engine.analysis.results import Result
from sip.engine.analysis.tones import Spectrum, ToneMeter

BATCH_S = 0.1
"""How long windows are gathered, so that many legs are transformed at once."""
_ACCEPTS_PER_TURN = 64
_PACKETS_PER_TURN = 16


@dataclass(slots=True, eq=False)
class _Tapped:
    """One connection of one tap, with the state of its analysis."""

    connection: socket.socket
    tap: int = -1
    rate_hz: int = 0
    samples: int = 0
    next_sequence: int = 0
    dropped: int = 0
    audio: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    meter: ToneMeter = field(default_factory=ToneMeter)
    over: bool = False


class Analysis:
    """The loop of the process."""

    def __init__(self, listener: socket.socket, control: socket.socket) -> None:
        self._listener = listener
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._tapped: set[_Tapped] = set()
        self._spectra: dict[int, Spectrum] = {}
        self._buffer = bytearray(LARGEST_PACKET_BYTES)
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(control, selectors.EVENT_READ)

    def run(self) -> None:
        """Run until the engine closes its end."""
        next_batch = time.monotonic() + BATCH_S
        while True:
            wait_s = max(0.0, next_batch - time.monotonic()) if self._tapped else None
            for key, _ in self._selector.select(wait_s):
                if key.fileobj is self._control:
                    return
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._receive(key.data)
            now = time.monotonic()
            if now >= next_batch:
                self._transform()
                self._finish()
                next_batch = now + BATCH_S

    def _accept(self) -> None:
        for _ in range(_ACCEPTS_PER_TURN):
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            connection.setblocking(False)
            tapped = _Tapped(connection)
            self._tapped.add(tapped)
            self._selector.register(connection, selectors.EVENT_READ, tapped)

    def _receive(self, tapped: _Tapped) -> None:
        for _ in range(_PACKETS_PER_TURN):
            try:
                size = tapped.connection.recv_into(self._buffer)
            except BlockingIOError:
                return
            except OSError:
                size = 0
            if size == 0:
                self._selector.unregister(tapped.connection)
                tapped.connection.close()
                tapped.over = True
                return
            self._take(tapped, memoryview(self._buffer)[:size])

    def _take(self, tapped: _Tapped, packet: memoryview) -> None:
        header = header_of(packet)
        if header is None:
            tapped.dropped += 1
            return
        if tapped.tap < 0:
            tapped.tap, tapped.rate_hz = header.tap, header.rate_hz
        tapped.dropped += max(0, header.sequence - tapped.next_sequence)
        tapped.next_sequence = header.sequence + 1
        tapped.samples += header.samples
        tapped.audio = np.concatenate((tapped.audio, np.frombuffer(packet[HEADER.size :], np.int16)))

    def _transform(self) -> None:
        """Transform all windows that are ready, those of one rate together, until none is left."""
        while True:
            ready: dict[int, list[_Tapped]] = {}
            for tapped in self._tapped:
                if tapped.rate_hz and len(tapped.audio) >= self._spectrum(tapped.rate_hz).window:
                    ready.setdefault(tapped.rate_hz, []).append(tapped)
            if not ready:
                return
            for rate_hz, legs in ready.items():
                spectrum = self._spectrum(rate_hz)
                windows = np.stack([tapped.audio[: spectrum.window] for tapped in legs])
                for tapped, peaks in zip(legs, spectrum.peaks(windows), strict=True):
                    tapped.meter.hear(peaks)
                    tapped.audio = tapped.audio[spectrum.hop :]

    def _spectrum(self, rate_hz: int) -> Spectrum:
        found = self._spectra.get(rate_hz)
        if found is None:
            found = self._spectra[rate_hz] = Spectrum(rate_hz)
        return found

    def _finish(self) -> None:
        """Report taps that were closed."""
        for tapped in [one for one in self._tapped if one.over]:
            self._tapped.discard(tapped)
            if tapped.tap >= 0:
                seconds = round(tapped.samples / tapped.rate_hz, 3)
                result = Result(tapped.tap, seconds, tapped.dropped, tapped.meter.tones())
                self._control.send(msgspec.msgpack.encode(result))


def main() -> None:
    listener = socket.socket(fileno=int(sys.argv[1]))
    control = socket.socket(fileno=int(sys.argv[2]))
    path = Path(listener.getsockname())
    try:
        Analysis(listener, control).run()
    finally:
        # The engine cannot, if it was killed.
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()


if __name__ == "__main__":
    main()
