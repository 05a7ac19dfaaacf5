"""A program for test_ports.py: recorders and taps that come and go while the bridge runs, and some that outlive it.

pjsua2 lives once in a process, therefore a process of its own. Prints one JSON object.
"""

import gc
import json
import os
import socket
import sys
import threading
from pathlib import Path

import pjsua2 as pj

from tests.sip.pjsua2.recorded_tone import endpoint, glide, until

ROUNDS = 60
AT_ONCE = 4
SETTLE_MS = 20_000
TAKEN = 65536


class Receiver(threading.Thread):
    """Takes what taps send, until the end of each of them."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(path))
        self._listener.listen(1000)

    def run(self) -> None:
        while True:
            threading.Thread(target=self._take, args=(self._listener.accept()[0],), daemon=True).start()

    @staticmethod
    def _take(connection: socket.socket) -> None:
        with connection:
            while connection.recv(TAKEN):
                pass


class Passing:
    """Makes recorders and taps, each connected to a tone."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._source = glide()
        self._made = 0

    def recorder(self) -> pj.CornettaRecorder:
        self._made += 1
        recorder = pj.CornettaRecorder()
        recorder.create(str(self._directory / f"{self._made}.wav"))
        self._source.startTransmit(recorder.left())
        self._source.startTransmit(recorder.right())
        return recorder

    def tap(self) -> pj.CornettaTap:
        tap = pj.CornettaTap()
        tap.create(str(self._directory / "taps.sock"), self._made, 1)
        self._source.startTransmit(tap)
        return tap

    def some(self) -> tuple[list[pj.CornettaRecorder], list[pj.CornettaTap]]:
        return [self.recorder() for _ in range(AT_ONCE)], [self.tap() for _ in range(AT_ONCE)]

    def silence(self) -> None:
        """Let go of the tone: what pjsua2 owns goes before the library does."""
        del self._source
        gc.collect()


def heard(end: pj.Endpoint, recorders: list[pj.CornettaRecorder], taps: list[pj.CornettaTap]) -> None:
    until(end, lambda: all(tap.sent() > 2 for tap in taps) and all(each.position() > 0 for each in recorders))


def close(recorders: list[pj.CornettaRecorder], taps: list[pj.CornettaTap]) -> None:
    for recorder in recorders:
        recorder.close()
    for tap in taps:
        tap.close()


def come_and_go(end: pj.Endpoint, passing: Passing) -> int:
    """Closed at once, closed after frames, and dropped without a word. How many ports the bridge has more of then."""
    before = len(end.mediaEnumPorts2())
    for number in range(ROUNDS):
        recorders, taps = passing.some()
        if number % 3 == 1:
            heard(end, recorders, taps)
        if number % 3 != 2:
            close(recorders, taps)
        del recorders, taps
        end.libHandleEvents(1)
    until(end, lambda: len(end.mediaEnumPorts2()) <= before)
    return len(end.mediaEnumPorts2()) - before


def outlive(end: pj.Endpoint, passing: Passing) -> tuple[bool, bool]:
    """The library goes first. Whether what was counted can still be read, and the recordings are whole."""
    recorders, taps = passing.some()
    heard(end, recorders, taps)
    passing.silence()
    end.libDestroy()
    before = [tap.sent() for tap in taps]
    close(recorders, taps)
    after = [tap.sent() + tap.dropped() for tap in taps]
    settled = pj.cornettaRecordingsSettled(SETTLE_MS)
    whole = settled and all(each.ended() and not each.problem() and each.seconds() > 0 for each in recorders)
    return all(then <= now for then, now in zip(before, after, strict=True)), whole


def wav_files() -> int:
    """How many this process has open."""
    links = []
    for name in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue  # that of listdir itself
    return sum(link.endswith(".wav") for link in links)


def main(directory: Path) -> dict[str, object]:
    Receiver(directory / "taps.sock").start()
    end = endpoint()
    passing = Passing(directory)
    ports = come_and_go(end, passing)
    counted, whole = outlive(end, passing)
    gc.collect()
    files = len(list(directory.glob("*.wav")))
    return {"ports": ports, "counted": counted, "whole": whole, "files": files, "open": wav_files()}


if __name__ == "__main__":
    gc.disable()
    print(json.dumps(main(Path(sys.argv[1]))), flush=True)  # noqa: T201 (what the test reads)
