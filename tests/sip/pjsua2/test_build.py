"""Abilities of our build of pjsua2 that PyPI's lacks: many legs on one account, and audio to another process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sip.pjsua2.tapped_calls import CALLS, TONE_HZ

PROGRAM = Path(__file__).with_name("tapped_calls.py")


def test_taps_of_240_legs_on_one_account_lose_nothing(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, PROGRAM, tmp_path / "taps.sock"], capture_output=True, text=True, timeout=50, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])

    assert found["legs"] == 2 * CALLS
    assert found["taps"] == CALLS
    assert found["gaps"] == 0
    assert found["dropped"] == 0
    assert found["received"] == found["sent"]
    assert found["tone_hz"] == pytest.approx(TONE_HZ, abs=5)
    assert found["late"] == []
