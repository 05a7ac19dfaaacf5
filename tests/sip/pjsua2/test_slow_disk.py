"""Recordings on a disk that is slow, hangs or is full: frames never wait, and lost ones are reported."""

import errno
import json
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

HERE = Path(__file__).parent
RECIPE = HERE.parents[2] / "sip" / "pjsua2"
RATE_HZ = 8000
FRAME = 160
HELD = 32768 // FRAME * FRAME
"""Whole frames that a ring of 4 s holds."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """slow_disk.cpp with the recording of the recipe."""
    built = tmp_path_factory.mktemp("slow disk") / "slow_disk"
    disk = built.with_suffix(".o")
    recording = (HERE / "slow_disk.cpp", RECIPE / "cornetta_recording.cpp", disk)
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-c", HERE / "hanging_disk.c", "-o", disk], check=True)
    subprocess.run(["g++", "-O1", "-Wall", "-Werror", f"-I{RECIPE}", *recording, "-o", built, "-lpthread"], check=True)
    return built


def played(program: Path, scenario: str, directory: Path) -> dict[str, float]:
    ran = subprocess.run([program, scenario, directory], capture_output=True, text=True, timeout=50, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def recorded(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)


def spoken(begin: int, end: int) -> NDArray[np.int64]:
    """The samples that slow_disk.cpp puts from one frame to another."""
    left = np.arange(begin, end) % 30000 + 1
    return np.stack([left, -left], axis=1)


def test_a_hanging_disk_holds_up_no_frame_and_the_position_goes_on(program: Path, tmp_path: Path) -> None:
    """Ten seconds while it hangs: the samples in the rings are kept, the others are lost, counted once, and silence."""
    found = played(program, "hanging", tmp_path)
    assert found["position_s"] == 10.0
    assert found["lost_s"] == pytest.approx(10.0 - HELD / RATE_HZ, abs=0.001)
    assert (found["seconds"], found["settled"], found["problem"]) == (11.0, 1, 0)
    both = recorded(tmp_path / "call.wav")
    assert np.array_equal(both[:HELD], spoken(0, HELD))
    assert not both[HELD : 10 * RATE_HZ].any()
    assert np.array_equal(both[10 * RATE_HZ :], spoken(10 * RATE_HZ, 11 * RATE_HZ))


def test_a_recording_that_ends_while_the_disk_hangs_is_as_long_as_what_was_said(program: Path, tmp_path: Path) -> None:
    found = played(program, "ended", tmp_path)
    assert (found["early"], found["settled"], found["seconds"]) == (0, 1, 10.0)
    both = recorded(tmp_path / "call.wav")
    assert np.array_equal(both[:HELD], spoken(0, HELD))
    assert not both[HELD:].any()
    assert len(both) == 10 * RATE_HZ


def test_a_hanging_disk_holds_up_the_files_of_other_recordings_and_not_their_frames(
    program: Path, tmp_path: Path
) -> None:
    """One thread writes all files. The samples in the rings reach the other file afterwards, too."""
    assert played(program, "another", tmp_path) == {"early": 0, "settled": 1, "seconds": 3.0, "lost_s": 0.0}
    assert np.array_equal(recorded(tmp_path / "call.wav.other"), spoken(0, 3 * RATE_HZ))


def test_a_file_without_room_for_its_header_goes_and_its_path_is_free(program: Path, tmp_path: Path) -> None:
    found = played(program, "full", tmp_path)
    assert (found["problem"], found["opened"], found["left"]) == (errno.EFBIG, 0, 0)
    assert (found["second"], found["seconds"]) == (0, 1.0)


def test_a_recording_that_was_opened_says_so_after_its_end(program: Path, tmp_path: Path) -> None:
    assert played(program, "brief", tmp_path) == {"opened": 1, "ended": 1, "seconds": 0.0, "exists": 1}
    assert len(recorded(tmp_path / "call.wav")) == 0
