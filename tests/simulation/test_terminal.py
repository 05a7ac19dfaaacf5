"""`cornetta simulate` on a terminal: the bar goes to stderr, the figures to stdout, and Ctrl-C ends it cleanly."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Ctrl-C works as in the foreground of a shell; processes in the background ignore it.
FOREGROUND = ("env", "--default-signal=INT")
COMMAND = (*FOREGROUND, sys.executable, "-m", "dialer.cli", "simulate", "--agents", "5", "--answer-rate", "25%")
#: The exit code of SIGINT in a shell: 128 + 2.
EXIT_INTERRUPTED = 130


@contextmanager
def _on_a_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command with its stderr on a terminal and its stdout in a pipe; the terminal's other end."""
    terminal, stderr = pty.openpty()
    shown = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    try:
        with subprocess.Popen((*COMMAND, *arguments), stdout=subprocess.PIPE, stderr=stderr, env=shown) as process:
            os.close(stderr)
            try:
                yield process, terminal
            finally:
                process.kill()
    finally:
        os.close(terminal)


def _rest(terminal: int) -> bytes:
    """The rest of the output on the terminal until its process ends."""
    told = b""
    try:
        while some := os.read(terminal, 65_536):
            told += some
    except OSError:  # Linux: EIO where the other end is closed
        pass
    return told


def test_the_figures_stay_pure_while_a_bar_is_shown() -> None:
    with _on_a_terminal("--hours", "0.1", "--rule", "progressive", "--json") as (process, terminal):
        bar = _rest(terminal)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"shifts" in bar
    assert b"utilisation" not in bar
    (line,) = out.splitlines()
    assert json.loads(line)["rule"] == "progressive"


def test_ctrl_c_ends_it_without_a_traceback_and_without_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "shift.png"
    with _on_a_terminal("--hours", "8", "--seeds", "1-50", "--json", "--plot", str(picture)) as (process, terminal):
        told = b""
        while b"%" not in told:  # the bar is shown
            told += os.read(terminal, 65_536)
        process.send_signal(signal.SIGINT)
        told += _rest(terminal)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == EXIT_INTERRUPTED
    assert b"Traceback" not in told
    assert b"\x1b[?25h" in told, "the cursor is back"
    assert out == b""
    assert not picture.exists()
