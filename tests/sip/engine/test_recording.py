"""Recordings in stereo over real SIP and RTP: their sides, pauses, and ends."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import BridgeId, LegId, RecordingId
from dialer.vocabulary.telephony import RecordingEnd
from sip.engine.analysis.tones import Spectrum, ToneMeter
from sip.engine.recording import RECORDINGS_OF_A_LEG

from .rig import Engine

B1 = BridgeId("B1")
R1, R2 = RecordingId("R1"), RecordingId("R2")
CONTACT_HZ, AGENT_HZ, SECOND_AGENT_HZ = 1000, 1300, 1600
TICK_S = 0.02
#: The shortest tone that counts: it has to fill a window of the analysis.
LEAST_S = 0.4
_TOLD = (telephony.RecordingStarted, telephony.RecordingFinished)


@dataclass(frozen=True)
class Stereo:
    """The content of a file. `left` and `right` are of 16 bits."""

    rate_hz: int
    left: NDArray[np.int16]
    right: NDArray[np.int16]

    @property
    def seconds(self) -> float:
        return len(self.left) / self.rate_hz

    def between(self, begin_s: float, end_s: float) -> Stereo:
        part = slice(round(begin_s * self.rate_hz), round(end_s * self.rate_hz))
        return Stereo(self.rate_hz, self.left[part], self.right[part])


def read(path: Path) -> Stereo:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        data = file.readframes(file.getnframes())
        assert len(data) == 4 * file.getnframes(), "the header counts more than there is"
        both = np.frombuffer(data, np.int16).reshape(-1, 2)
        return Stereo(file.getframerate(), both[:, 0], both[:, 1])


def tones(rate_hz: int, samples: NDArray[np.int16]) -> set[int]:
    spectrum, meter = Spectrum(rate_hz), ToneMeter()
    for start in range(0, len(samples) - spectrum.window + 1, spectrum.hop):
        meter.hear(spectrum.peaks(samples[None, start : start + spectrum.window])[0])
    return {tone.frequency_hz for tone in meter.tones() if tone.seconds >= LEAST_S}


def sides(recorded: Stereo) -> tuple[set[int], set[int]]:
    return tones(recorded.rate_hz, recorded.left), tones(recorded.rate_hz, recorded.right)


class Conversation:
    """A contact and agents, each behind a leg of the trunk, in one bridge and each speaking a tone."""

    def __init__(self, engine: Engine, agents: int = 1) -> None:
        self.engine = engine
        self.contact, contact = engine.conversation()
        self.agents: list[LegId] = []
        engine.submit(telephony.Play(contact, telephony.Tone(CONTACT_HZ)), telephony.Join(self.contact, B1))
        for number in range(agents):
            agent, phone = engine.conversation()
            self.agents.append(agent)
            tone = telephony.Tone((AGENT_HZ, SECOND_AGENT_HZ)[number])
            engine.submit(telephony.Play(phone, tone), telephony.Join(agent, B1))
            engine.expect(telephony.Joined, lambda event, agent=agent: event.leg == agent)  # type: ignore[misc]

    def record(self, path: Path, recording: RecordingId = R1) -> None:
        self.engine.submit(telephony.StartRecording(self.contact, recording, str(path)))
        started = self.engine.expect(telephony.RecordingStarted, lambda event: event.recording == recording)
        assert (started.leg, started.path) == (self.contact, str(path))

    def stop(self, recording: RecordingId = R1) -> telephony.RecordingFinished:
        self.engine.submit(telephony.StopRecording(self.contact, recording))
        return self.finished(recording)

    def finished(self, recording: RecordingId = R1) -> telephony.RecordingFinished:
        return self.engine.expect(telephony.RecordingFinished, lambda event: event.recording == recording)


def test_the_contact_is_on_the_left_and_the_agent_on_the_right(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "that is new" / "call.wav"
    talk = Conversation(engine)
    talk.record(path)
    engine.hear_for(1.5)
    finished = talk.stop()
    recorded = read(path)
    assert sides(recorded) == ({CONTACT_HZ}, {AGENT_HZ})
    assert (finished.path, finished.end, finished.problem, finished.lost_s) == (str(path), "stopped", "", 0.0)
    assert recorded.seconds == pytest.approx(finished.seconds, abs=0.001)
    assert path.stat().st_mode & 0o777 == 0o600


def test_all_whom_the_contact_hears_are_on_the_right_as_they_come_and_go(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    talk = Conversation(engine, agents=2)
    first, second = talk.agents
    engine.submit(telephony.Leave(second))
    talk.record(path)
    engine.hear_for(1.0)
    engine.submit(telephony.Leave(first), telephony.Join(second, B1))
    engine.hear_for(1.0)
    engine.submit(telephony.Leave(second), telephony.Play(talk.contact, telephony.Tone(700)))
    engine.hear_for(1.0)
    talk.stop()
    assert sides(read(path)) == ({CONTACT_HZ}, {AGENT_HZ, SECOND_AGENT_HZ, 700})


def test_a_pause_is_silence_on_both_sides_and_the_time_goes_on(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    talk = Conversation(engine)
    talk.record(path)
    engine.hear_for(1.0)
    engine.submit(telephony.PauseRecording(talk.contact, R1))
    paused = engine.expect(telephony.RecordingPaused)
    engine.submit(telephony.Snapshot())
    snapshot = engine.expect(telephony.SnapshotTaken)
    (leg,) = (each for each in snapshot.legs if each.leg == talk.contact)
    assert leg.recordings == (telephony.RecordingSnapshot(R1, str(path), paused=True),)
    engine.hear_for(1.0)
    engine.submit(telephony.ResumeRecording(talk.contact, R1))
    resumed = engine.expect(telephony.RecordingResumed)
    engine.hear_for(1.0)
    finished = talk.stop()
    recorded = read(path)
    silence = recorded.between(paused.position_s + TICK_S, resumed.position_s - TICK_S)
    assert silence.seconds > 0.9
    assert not silence.left.any()
    assert not silence.right.any()
    before = recorded.between(0.0, paused.position_s)
    after = recorded.between(resumed.position_s + TICK_S, finished.seconds)
    assert sides(before) == sides(after) == ({CONTACT_HZ}, {AGENT_HZ})
    assert before.seconds + silence.seconds + after.seconds == pytest.approx(recorded.seconds, abs=0.1)


def test_a_recording_goes_on_over_a_hold_of_the_contact(engine: Engine, tmp_path: Path) -> None:
    """A hold gives the leg another port of the bridge."""
    path = tmp_path / "call.wav"
    talk = Conversation(engine)
    talk.record(path)
    engine.submit(telephony.HoldPeer(talk.contact))
    engine.expect(telephony.LegMedia, lambda event: event.leg == talk.contact and event.held_by_us)
    engine.submit(telephony.PauseRecording(talk.contact, R1))
    held = engine.expect(telephony.RecordingPaused).position_s
    engine.submit(telephony.ResumeRecording(talk.contact, R1), telephony.ResumePeer(talk.contact))
    engine.expect(telephony.LegMedia, lambda event: event.leg == talk.contact and event.active)
    engine.hear_for(1.5)
    finished = talk.stop()
    assert sides(read(path).between(held, finished.seconds)) == ({CONTACT_HZ}, {AGENT_HZ})


def test_a_recording_is_as_long_as_the_conversation(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    talk = Conversation(engine)
    talk.record(path)
    engine.submit(telephony.PauseRecording(talk.contact, R1))
    begin = engine.expect(telephony.RecordingPaused)
    engine.hear_for(2.0)
    engine.submit(telephony.ResumeRecording(talk.contact, R1))
    end = engine.expect(telephony.RecordingResumed)
    talk.stop()
    assert end.position_s - begin.position_s == pytest.approx(end.at - begin.at, abs=2 * TICK_S)


def test_recordings_of_one_leg_begin_and_end_by_their_own_ids(engine: Engine, tmp_path: Path) -> None:
    talk = Conversation(engine)
    talk.record(tmp_path / "1.wav", R1)
    engine.hear_for(0.8)
    talk.record(tmp_path / "2.wav", R2)
    first = talk.stop(R1)
    engine.hear_for(0.8)
    engine.submit(telephony.HangUp(talk.contact))
    second = talk.finished(R2)
    assert (first.end, second.end) == (RecordingEnd.STOPPED, RecordingEnd.CLEARED)
    for name in ("1.wav", "2.wav"):
        assert sides(read(tmp_path / name)) == ({CONTACT_HZ}, {AGENT_HZ})


def test_the_recordings_of_a_leg_have_a_bound(engine: Engine, tmp_path: Path) -> None:
    contact, _ = engine.conversation()
    for number in range(RECORDINGS_OF_A_LEG + 1):
        engine.submit(telephony.StartRecording(contact, RecordingId(str(number)), str(tmp_path / f"{number}.wav")))
    refused = engine.expect(telephony.RecordingFinished)
    assert (refused.recording, refused.end) == (RecordingId(str(RECORDINGS_OF_A_LEG)), RecordingEnd.FAILED)
    assert "stop another one first" in refused.problem


def test_a_file_that_is_there_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(b"somebody's")
    contact, _ = engine.conversation()
    engine.submit(telephony.StartRecording(contact, R1, str(path)))
    finished = engine.expect(telephony.RecordingFinished)
    assert (finished.end, finished.seconds) == (RecordingEnd.FAILED, 0.0)
    assert finished.problem == (
        f"The recording {path} cannot be written: File exists. There is a file of this name already, which was left "
        "alone: choose another name. The call goes on without it."
    )
    assert path.read_bytes() == b"somebody's"
    assert engine.of(telephony.LegCleared, contact) == []


def test_a_recording_that_is_stopped_at_once_is_told_to_have_started(engine: Engine, tmp_path: Path) -> None:
    """Its file is opened and closed between two looks of the engine, before the first frame."""
    path = tmp_path / "call.wav"
    contact, _ = engine.conversation()
    engine.submit(telephony.StartRecording(contact, R1, str(path)), telephony.StopRecording(contact, R1))
    engine.expect(telephony.RecordingFinished)
    told = [type(event) for event in engine.events if isinstance(event, _TOLD)]
    assert told == [telephony.RecordingStarted, telephony.RecordingFinished]
    assert read(path).rate_hz > 0


def test_a_path_that_cannot_be_made_ends_the_recording_and_not_the_call(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    contact, _ = engine.conversation()
    engine.submit(telephony.StartRecording(contact, R1, str(tmp_path / "file" / "call.wav")))
    finished = engine.expect(telephony.RecordingFinished)
    assert finished.end is RecordingEnd.FAILED
    assert "Not a directory" in finished.problem
    engine.submit(telephony.StopRecording(contact, R1))
    assert "no recording" in engine.expect(telephony.EngineFault).problem
    assert engine.of(telephony.LegCleared, contact) == []


def test_the_file_can_be_played_whenever_it_is_looked_at(engine: Engine, tmp_path: Path) -> None:
    """A reader finds the same file as after a SIGKILL at this moment."""
    path = tmp_path / "call.wav"
    talk = Conversation(engine)
    talk.record(path)
    lengths = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.005):
            lengths.append(read(path).seconds)

    reader = threading.Thread(target=look)
    reader.start()
    engine.hear_for(2.0)
    over.set()
    reader.join()
    finished = talk.stop()
    assert len(lengths) > 100
    assert lengths == sorted(lengths)
    assert finished.seconds - lengths[-1] < 1.0


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_ends_the_recording_is_told_and_leaves_the_call(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with Engine(tmp_path, log_file="") as engine:
        engine.configure()
        talk = Conversation(engine)
        talk.record(path)
        with largest_file(60_001):
            finished = talk.finished()
        assert (finished.end, finished.problem) == (
            RecordingEnd.FAILED,
            f"The recording {path} cannot be written: File too large. The file has the largest size that is allowed: "
            "record in parts, or raise the limit. The call goes on without it.",
        )
        recorded = read(path)
        assert sides(recorded) == ({CONTACT_HZ}, {AGENT_HZ})
        assert len(recorded.left) == (60_001 - 44) // 4
        assert recorded.seconds == pytest.approx(finished.seconds, abs=0.001)
        engine.submit(telephony.StartAnalysis(talk.agents[0], "tones"))
        engine.hear_for(0.8)
        assert engine.of(telephony.LegCleared, talk.contact) == []
        engine.submit(telephony.StopAnalysis(talk.agents[0], "tones"))
        assert AGENT_HZ in {tone.frequency_hz for tone in engine.expect(telephony.AnalysisCompleted).tones}
        talk.record(tmp_path / "after.wav", R2)
        talk.stop(R2)


#: A program with an engine that prints its recorded seconds and waits to be killed.
RECORDS = """
import sys
from pathlib import Path
from tests.sip.engine.rig import Engine
from tests.sip.engine.test_recording import Conversation
directory = Path(sys.argv[1])
with Engine(directory) as engine:
    engine.configure()
    talk = Conversation(engine)
    talk.record(directory / "call.wav")
    engine.hear_for(2.5)
    print("recorded", flush=True)
    engine.hear_for(60.0)
"""


def test_a_file_can_be_played_after_the_engine_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", RECORDS, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert any(line == b"recorded\n" for line in process.stdout), "it ended before"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    recorded = read(tmp_path / "call.wav")
    assert sides(recorded) == ({CONTACT_HZ}, {AGENT_HZ})
    assert recorded.seconds > 2.0
    assert os.path.getsize(tmp_path / "call.wav") - 44 - 4 * len(recorded.left) < 4 * recorded.rate_hz
