"""Standing dialogs in a file: the next start of an engine ends those that its predecessor left behind.

Each note is a line of JSON, so that damage affects single lines. Written without fsync, as the journal: a power cut
also ends the peers' wait. A thread of its own writes, as a disk that hangs must not hold up calls.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from dialer.vocabulary.ids import AccountId, LegId

_log = structlog.get_logger(__name__)

KEPT_S = 3600.0
"""No peer keeps a line without RTP for this long; older dialogs are ignored."""
COMPACT_BYTES = 1024 * 1024
WAITING_MAX = 50_000
RETRY_S = 10.0


class DialogFacts(Struct, frozen=True, omit_defaults=True):
    """The facts for ending a dialog (RFC 3261 12.2.1.1) or, while it is `early`, for cancelling its INVITE (9.1).

    `local` and `remote` are name-addrs without tag, `routes` values of Route; `peer` is where the INVITE went,
    "address:port". `at` is UTC epoch seconds."""

    leg: LegId
    account: AccountId
    early: bool
    uri: str
    local: str
    local_tag: str
    remote: str
    remote_tag: str
    call_id: str
    cseq: int
    branch: str = ""
    peer: str = ""
    routes: tuple[str, ...] = ()
    at: float = 0.0


class _Line(Struct, frozen=True, omit_defaults=True):
    """A line of the file: one of both fields."""

    up: DialogFacts | None = None
    over: LegId | None = None


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(_Line)


class DialogBook:
    """Keeps facts of dialogs until they are over. `note` and `close` may be called by any thread; they never block.

    `left` are the dialogs of the former start, in their order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._up: dict[LegId, DialogFacts] = self._read()
        self.left: tuple[DialogFacts, ...] = tuple(self._up.values())
        self._news: queue.SimpleQueue[_Line | None] = queue.SimpleQueue()
        self._file: int | None = None
        self._file_bytes = 0
        self._retry_at_s = 0.0
        self._thread = threading.Thread(target=self._run, name="dialog-book", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def note(self, facts: DialogFacts) -> None:
        """Note a dialog that stands or has changed."""
        if self._news.qsize() < WAITING_MAX:
            self._news.put(_Line(up=facts))

    def close(self, leg: LegId) -> None:
        """The peer has no dialog of this leg any more."""
        self._news.put(_Line(over=leg))

    def stop(self, timeout_s: float = 2.0) -> None:
        """Write the queued notes, unless the disk hangs."""
        self._news.put(None)
        self._thread.join(timeout_s)

    # -- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._rewrite()
        going_on = True
        while going_on:
            lines = bytearray()
            line = self._news.get()
            while line is not None:
                self._keep(line)
                lines += _ENCODER.encode(line) + b"\n"
                if self._news.empty():
                    break
                line = self._news.get()
            going_on = line is not None
            self._write(lines)
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _keep(self, line: _Line) -> None:
        if line.up is not None:
            self._up[line.up.leg] = line.up
        elif line.over is not None:
            self._up.pop(line.over, None)

    def _write(self, lines: bytes | bytearray) -> None:
        if self._file is None:
            if time.monotonic() >= self._retry_at_s:
                self._rewrite()
            return
        try:
            os.write(self._file, lines)
        except OSError as error:
            self._lose(error)
            return
        self._file_bytes += len(lines)
        if self._file_bytes > COMPACT_BYTES:
            self._rewrite()

    def _rewrite(self) -> None:
        """Write a new file with the standing dialogs."""
        held = b"".join(_ENCODER.encode(_Line(up=facts)) + b"\n" for facts in self._up.values())
        fresh = self._path.with_suffix(".dialogs.new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, held)
                fresh.replace(self._path)
            except OSError:
                os.close(descriptor)
                raise
        except OSError as error:
            self._lose(error)
            return
        if self._file is not None:
            os.close(self._file)
        self._file = descriptor
        # The file is written anew when it has doubled: the standing dialogs do not count.
        self._file_bytes = 0

    def _lose(self, error: OSError) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._retry_at_s = time.monotonic() + RETRY_S
        _log.error("dialogs_not_written", file=str(self._path), problem=error.strerror)

    def _read(self) -> dict[LegId, DialogFacts]:
        """Read the dialogs that the former start has left."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            _log.error("dialogs_not_read", file=str(self._path), problem=error.strerror)
            return {}
        found: dict[LegId, DialogFacts] = {}
        for text in data.split(b"\n"):
            try:
                line = _DECODER.decode(text)
            except msgspec.DecodeError:
                continue  # cut short by the end of the process, or damaged
            if line.up is not None:
                found[line.up.leg] = line.up
            elif line.over is not None:
                found.pop(line.over, None)
        oldest = time.time() - KEPT_S
        return {leg: facts for leg, facts in found.items() if facts.at >= oldest}
