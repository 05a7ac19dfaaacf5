"""Recordings of an engine on a disk that hangs: the engine runs in a process whose writes can be held up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HANGING_DISK = Path(__file__).parents[1] / "pjsua2" / "hanging_disk.c"
TICK_S = 0.02
HANGS = """
import json, sys
from pathlib import Path
from dialer.vocabulary import telephony
from tests.sip.engine.rig import Engine
from tests.sip.engine.test_recording import R1, R2, Conversation

directory = Path(sys.argv[1])
path = directory / "call.wav"
with Engine(directory) as engine:
    engine.configure()
    talk = Conversation(engine)
    talk.record(path)
    engine.hear_for(1.0)
    Path(f"{path}.hangs").touch()
    engine.hear_for(5.0)
    engine.submit(telephony.PauseRecording(talk.contact, R1))
    paused = engine.expect(telephony.RecordingPaused)
    engine.hear_for(1.0)
    engine.submit(telephony.StartRecording(talk.contact, R2, str(directory / "second.wav")))
    engine.submit(telephony.ResumeRecording(talk.contact, R1))
    resumed = engine.expect(telephony.RecordingResumed)
finished = [engine.expect(telephony.RecordingFinished, lambda event: event.recording == each) for each in (R1, R2)]
told = [[each.end, each.problem, each.path, each.seconds, each.lost_s] for each in finished]
print(json.dumps([paused.position_s, resumed.position_s - paused.position_s, resumed.at - paused.at, told]))
"""
"""How long the disk hangs: longer than a ring lasts, and still when the engine ends."""


@pytest.fixture
def held_up(tmp_path: Path) -> dict[str, str]:
    """The environment of a program whose writes wait by hanging_disk.c."""
    library = tmp_path / "hanging_disk.so"
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", HANGING_DISK, "-o", library], check=True)
    return {**os.environ, "LD_PRELOAD": str(library)}


def test_positions_go_on_while_the_disk_hangs_and_an_engine_that_ends_tells_of_files_that_are_open(
    tmp_path: Path, held_up: dict[str, str]
) -> None:
    """Also of one that could not be opened. Every recording has an end, also in the log."""
    command = [sys.executable, "-c", HANGS, str(tmp_path)]
    ran = subprocess.run(command, env=held_up, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    position_s, paused_s, clock_s, finished = json.loads(ran.stdout.splitlines()[-1])
    assert position_s > 6.0 - 2 * TICK_S
    assert paused_s == pytest.approx(clock_s, abs=2 * TICK_S)
    (first, second) = finished
    for (end, problem, path, *_), name in zip(finished, ("call.wav", "second.wav"), strict=True):
        assert (end, path) == ("failed", str(tmp_path / name))
        assert problem == (
            f"The recording {path} was left open at the engine's end: the disk did not take it within 2 s. "
            "What the file holds can be played. Look at the disk."
        )
    assert first[3] > 0.5
    assert first[4] > 0.5
    assert second[3:] == [0.0, 0.0]
    assert ran.stdout.count("recording_left_open") == 2
