"""The analysis process from the engine's side: start, results, end."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from sip.engine.analysis.results import LARGEST_RESULT_BYTES, Result

log = structlog.get_logger(__name__)

EXIT_TIMEOUT_S = 2.0
_BACKLOG = 4096


class AnalysisProcess:
    """One analysis process. `arrived` is called with each result, on a thread of its own."""

    def __init__(self, arrived: Callable[[Result], None]) -> None:
        """Start it; taps may connect to `path` at once. OSError when no process can be started."""
        self._arrived = arrived
        self._directory = tempfile.TemporaryDirectory(prefix="cornetta-analysis-")
        self.path = Path(self._directory.name) / "taps"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(self.path))
            listener.listen(_BACKLOG)
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._child = subprocess.Popen(
                    [sys.executable, "-m", f"{__package__}.process", str(listener.fileno()), str(theirs.fileno())],
                    pass_fds=(listener.fileno(), theirs.fileno()),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
        self._reader = threading.Thread(target=self._read, name="analysis-results", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    @property
    def pid(self) -> int:
        return self._child.pid

    def close(self) -> None:
        """End it: it ends by itself when its control socket closes, and is killed otherwise."""
        self._control.shutdown(socket.SHUT_RDWR)
        try:
            self._child.wait(EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._reader.join(EXIT_TIMEOUT_S)
        self._control.close()
        self._directory.cleanup()

    def _read(self) -> None:
        decoder = msgspec.msgpack.Decoder(Result)
        while True:
            try:
                packet = self._control.recv(LARGEST_RESULT_BYTES)
            except OSError as problem:
                log.debug("analysis_control_lost", problem=str(problem))
                return
            if not packet:
                return
            try:
                self._arrived(decoder.decode(packet))
            except msgspec.MsgspecError as problem:
                log.warning("analysis_result_unreadable", problem=str(problem))
