"""Ports of recorders and taps go when they are left, whatever the bridge does meanwhile, and may outlive it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.sip.pjsua2.passing_ports import AT_ONCE, ROUNDS

ROOT = Path(__file__).parents[3]


def test_ports_come_and_go_with_the_bridge_and_after_it(tmp_path: Path) -> None:
    """Closed at once, after frames, never, or after the library: no port and no open file is left, nothing crashes."""
    program = [sys.executable, "-m", "tests.sip.pjsua2.passing_ports", str(tmp_path)]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "ports": 0,
        "counted": True,
        "whole": True,
        "files": (ROUNDS + 1) * AT_ONCE,
        "open": 0,
    }
