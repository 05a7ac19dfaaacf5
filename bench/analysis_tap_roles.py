"""The processes of the bench `analysis_tap`: an engine that answers, and one that dials and is measured."""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from sip.engine.analysis.contenders import FRAMES_DIRECTORY, FileTap, PythonTaps
from sip.engine.analysis.taps import NativeTap, Tap
from sip.engine.analysis.tones import Spectrum, ToneMeter
from sip.engine.owner import Owner
from sip.engine.settings import OwnerSettings

WAYS = ("none", "native", "python", "files")
TONE_HZ = 1000
ENOUGH_S = 3.0
_READY = "ready"
_START_TIMEOUT_S = 20.0
_WAV_HEADER_BYTES = 44
_READ_EVERY_S = 0.2


class Answerer:
    """A process that answers everything on a port of loopback and plays a tone."""

    def __init__(self, port: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.analysis_tap_roles", "answerer", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )

    def __enter__(self) -> Self:
        output = self._process.stdout
        if output is None or not any(line.strip() == _READY for line in output):
            raise OSError("the answering engine did not start")
        return self

    def __exit__(self, *_: object) -> None:
        # It ends when its input does.
        try:
            self._process.communicate(timeout=_START_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def answerer(port: int) -> None:
    owner_box: list[Owner] = []

    def emit(event: telephony.Event) -> None:
        if isinstance(event, telephony.LegOffered):
            owner_box[0].submit(telephony.Answer(event.leg))
            owner_box[0].submit(telephony.Play(event.leg, telephony.Tone(TONE_HZ)))
        elif isinstance(event, telephony.ConfigurationTaken):
            if event.problems:
                raise SystemExit("\n".join(event.problems))
            sys.stdout.write(_READY + "\n")
            sys.stdout.flush()

    owner = Owner(OwnerSettings(EngineId("answerer"), "b", analysis=False), emit)
    owner_box.append(owner)
    owner.start()
    account = telephony.Account(
        AccountId("a"), "sip:a@127.0.0.1", bind_port=port, offers_incoming=True, peers=("127.0.0.1",)
    )
    media = telephony.Media(rtp_port_low=24000, rtp_port_high=25998)
    owner.submit(telephony.Configure(1, (account,), media))
    sys.stdin.read()
    owner.stop(10.0)


class Caller:
    """Dials at a rate, taps each leg by one way, hangs up after `leg_s`, and measures itself."""

    def __init__(self, way: str, port: int, rate: int, leg_s: float) -> None:
        self._way = way
        self._port = port
        self._rate = rate
        self._leg_s = leg_s
        self._events: queue.SimpleQueue[telephony.Event] = queue.SimpleQueue()
        settings = OwnerSettings(EngineId("caller"), "b", analysis=way in ("native", "python", "files"))
        taps: dict[str, Callable[[], Tap]] = {"python": PythonTaps(), "files": FileTap}
        self._owner = Owner(settings, self._events.put, taps.get(way, NativeTap))
        self._dialed = 0
        self._answered = 0
        self._ends: list[tuple[float, LegId]] = []
        self._analysed = 0
        self._heard = 0
        self._dropped = 0
        self._lag_ms = 0.0

    def run(self, seconds: float) -> dict[str, float]:
        reader = FileReader() if self._way == "files" else None
        self._owner.start()
        account = telephony.Account(AccountId("trunk"), "sip:trunk@127.0.0.1", bind_port=free_port())
        media = telephony.Media(rtp_port_low=26000, rtp_port_high=27998)
        self._owner.submit(telephony.Configure(1, (account,), media))
        self._dial_for(self._leg_s + 1.0)
        before = self._cpu_s(reader)
        began = time.monotonic()
        answered = self._answered
        self._dial_for(seconds)
        answered = self._answered - answered
        elapsed = time.monotonic() - began
        after = self._cpu_s(reader)
        self._finish()
        if reader is not None:
            self._analysed, self._heard = reader.close()
        self._owner.stop(15.0)
        return {
            "engine_cores": round((after[0] - before[0]) / elapsed, 3),
            "analysis_cores": round((after[1] - before[1]) / elapsed, 3),
            "answered_per_s": round(answered / elapsed, 1),
            "heard_share": round(self._heard / self._analysed, 3) if self._analysed else 0.0,
            "dropped_packets": self._dropped,
            "lag_ms_max": self._lag_ms,
        }

    def _dial_for(self, seconds: float) -> None:
        began = time.monotonic()
        first = self._dialed
        while (now := time.monotonic()) - began < seconds:
            while self._dialed - first < (now - began) * self._rate:
                self._dial()
            while self._ends and self._ends[0][0] <= now:
                self._owner.submit(telephony.HangUp(self._ends.pop(0)[1]))
            self._take(0.005)

    def _dial(self) -> None:
        self._dialed += 1
        leg = LegId(f"L{self._dialed}")
        uri = f"sip:{self._dialed}@127.0.0.1:{self._port}"
        self._owner.submit(telephony.Dial(leg, AccountId("trunk"), uri, f"{os.getpid()}-{leg}", 10.0))

    def _take(self, wait_s: float) -> None:
        try:
            event = self._events.get(timeout=wait_s)
        except queue.Empty:
            return
        if isinstance(event, telephony.LegAnswered):
            self._answered += 1
            self._ends.append((event.at + self._leg_s, event.leg))
            if self._way != "none":
                self._owner.submit(telephony.StartAnalysis(event.leg, "tones"))
        elif isinstance(event, telephony.AnalysisCompleted):
            self._analysed += 1
            self._dropped += event.dropped_packets
            heard = (tone for tone in event.tones if tone.frequency_hz == TONE_HZ)
            self._heard += any(tone.seconds >= ENOUGH_S for tone in heard)
        elif isinstance(event, telephony.EngineStatistics):
            self._lag_ms = max(self._lag_ms, event.lag_ms_max)

    def _finish(self) -> None:
        """Wait so that the last legs last as long as all others."""
        until = time.monotonic() + self._leg_s + 2.0
        while time.monotonic() < until:
            now = time.monotonic()
            while self._ends and self._ends[0][0] <= now:
                self._owner.submit(telephony.HangUp(self._ends.pop(0)[1]))
            self._take(0.01)

    @staticmethod
    def _cpu_s(reader: FileReader | None) -> tuple[float, float]:
        """CPU of this process without the reading thread, and of the analysis: its child, or the reading thread."""
        own = time.process_time()
        if reader is not None:
            return own - reader.cpu_s, reader.cpu_s
        return own, sum(_cpu_of(child) for child in _children())


class FileReader:
    """Reads the files of FileTap as they grow and analyses them, on a thread of its own in place of a process."""

    def __init__(self) -> None:
        FRAMES_DIRECTORY.mkdir(exist_ok=True)
        self.cpu_s = 0.0
        self._spectrum = Spectrum(8000)
        self._places: dict[Path, int] = {}
        self._audio: dict[Path, np.ndarray] = {}
        self._meters: dict[Path, ToneMeter] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> tuple[int, int]:
        """The number of analysed files, and of those with the tone for long enough."""
        self._over.set()
        self._thread.join()
        shutil.rmtree(FRAMES_DIRECTORY)
        heard = 0
        for meter in self._meters.values():
            heard += any(tone.frequency_hz == TONE_HZ and tone.seconds >= ENOUGH_S for tone in meter.tones())
        return len(self._meters), heard

    def _run(self) -> None:
        while not self._over.wait(_READ_EVERY_S):
            for path in FRAMES_DIRECTORY.iterdir():
                self._read(path)
            self._transform()
            self.cpu_s = time.thread_time()

    def _read(self, path: Path) -> None:
        place = self._places.get(path, _WAV_HEADER_BYTES)
        with path.open("rb") as file:
            file.seek(place)
            news = file.read()
        news = news[: len(news) & ~1]
        self._places[path] = place + len(news)
        held = self._audio.get(path, np.zeros(0, np.int16))
        self._audio[path] = np.concatenate((held, np.frombuffer(news, np.int16)))

    def _transform(self) -> None:
        while True:
            ready = [path for path, audio in self._audio.items() if len(audio) >= self._spectrum.window]
            if not ready:
                return
            windows = np.stack([self._audio[path][: self._spectrum.window] for path in ready])
            for path, peaks in zip(ready, self._spectrum.peaks(windows), strict=True):
                self._meters.setdefault(path, ToneMeter()).hear(peaks)
                self._audio[path] = self._audio[path][self._spectrum.hop :]


def _children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        found += [int(pid) for pid in (task / "children").read_text().split()]
    return found


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    role, *facts = sys.argv[1:]
    if role == "answerer":
        answerer(int(facts[0]))
        return
    way, port, rate, leg_s, seconds = facts
    result = Caller(way, int(port), int(rate), float(leg_s)).run(float(seconds))
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    # Ports made in Python are left; their finalisers would run after the library is destroyed.
    os._exit(0)


if __name__ == "__main__":
    main()
