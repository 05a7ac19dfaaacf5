"""The recorder of our build of pjsua2: both channels of its file are synchronous."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("recorded_tone.py")


def test_both_channels_are_of_one_moment_to_the_sample(tmp_path: Path) -> None:
    """Also where one was connected later, and over a pause; with one descriptor, which is closed at the end."""
    ran = subprocess.run(
        [sys.executable, PROGRAM, tmp_path / "tone.wav"], capture_output=True, text=True, timeout=50, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert (found["ended"], found["problem"], found["lost"]) == (True, 0, 0.0)
    assert (found["descriptors"], found["left_over"]) == (1, 0)
    assert found["differ"] == 0
    assert found["right_begins_s"] == pytest.approx(0.5, abs=0.2)
    assert found["silent_s"] == pytest.approx(0.5, abs=0.2)
    assert found["seconds"] == pytest.approx(3.0, abs=0.2)
