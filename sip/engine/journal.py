"""The journal of events that the node has not committed yet: a bounded ring in memory and a file behind it.

By the file the next start of an engine sends the events that its predecessor could not. It is written without fsync: it
has to outlive a SIGKILL of the engine or the node, not a power cut, after which no leg is left anyway. It holds frames
of the wire (`Said` and `Ack`), so that an event is written and repeated without being encoded twice.

Sequences grow from boot to boot without the file: a boot starts at the microseconds of the epoch, or above the last
sequence of the file where the clock was set back. A file that was lost or could not be written never makes a number be
used twice. One thread uses a journal.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

import structlog
from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import WireError
from dialer.vocabulary.ids import LegId
from sip.engine.salvage import salvage
from sip.engine.wiretext import clean, cleaned
from sip.wire import VERSION, Ack, FrameWriter, Said, Unread, since

_log = structlog.get_logger(__name__)

_MICROSECONDS = 1_000_000
SHORT = 120
"""The most characters of each text of an event that had to be shortened to be written."""


class JournalLimits(Struct, frozen=True):
    """`events_max`: events kept without an acknowledgement, in memory and on disk. `compact_bytes`: the file is written
    anew when it is larger than this and than twice its necessary content. `retry_interval_s`: the time after a failure
    of the disk until the next try."""

    events_max: int = 50_000
    compact_bytes: int = 1024 * 1024
    retry_interval_s: float = 10.0


class _Entry(Struct, frozen=True):
    """`since` is the first version of the wire with this event."""

    sequence: int
    frame: bytes
    since: int


class Journal:
    """Numbers events, keeps them until they are acknowledged, and brings those of earlier boots back.

    `problems()` lists its faults, for an EngineFault; the journal itself never fails: without a disk it goes on in
    memory, and when it is full the oldest events are dropped.
    """

    def __init__(self, path: Path, limits: JournalLimits, wall_clock_s: float, now_s: float) -> None:
        """Read the file at `path`, if any. `wall_clock_s` is the epoch, `now_s` monotonic."""
        self._path = path
        self._limits = limits
        self._writer = FrameWriter()
        self._entries: deque[_Entry] = deque()
        self._held_bytes = 0
        self._unwritten = bytearray()
        self._file: int | None = None
        self._file_bytes = 0
        self._retry_at_s = now_s
        self._problems: deque[str] = deque(maxlen=100)
        self._dropped = 0
        self._acknowledged = 0
        last = self._load()
        self._next = max(last + 1, int(wall_clock_s * _MICROSECONDS))
        self.first = self._next
        """The first sequence of this boot."""
        self._rewrite(now_s)

    @property
    def last(self) -> int:
        """The last sequence."""
        return self._next - 1

    @property
    def held(self) -> int:
        """Events that are not acknowledged."""
        return len(self._entries)

    @property
    def is_on_disk(self) -> bool:
        return self._file is not None

    def add(self, event: telephony.Event) -> bytes:
        """Number an event and keep it; returns its frame. `flush` brings it to the disk. An event that cannot be
        encoded as it is, is shortened."""
        frame = self._encode(event)
        self._keep(_Entry(self._next, frame, since(event)))
        self._next += 1
        self._unwritten += frame
        return frame

    def acknowledge(self, sequence: int) -> None:
        """Forget everything up to `sequence`. A sequence that was never sent is a WireError."""
        if sequence > self.last:
            raise WireError(f"sequence {sequence} is acknowledged, the last one said is {self.last}")
        if sequence <= self._acknowledged:
            return
        self._acknowledged = sequence
        entries = self._entries
        while entries and entries[0].sequence <= sequence:
            self._held_bytes -= len(entries.popleft().frame)
        if self._dropped:
            self._report(f"{self._dropped} events were dropped before the node committed them")
            self._dropped = 0
        self._unwritten += self._writer.encode(Ack(sequence))

    def unacknowledged(self, version: int = VERSION) -> list[bytes]:
        """The frames to repeat to a node of this wire version that has just connected, oldest first."""
        return [entry.frame for entry in self._entries if entry.since <= version]

    def flush(self, now_s: float) -> None:
        """Write the new events and acknowledgements; compact the file, or try a failed disk again."""
        if self._file is None:
            self._unwritten.clear()
            if now_s >= self._retry_at_s:
                self._rewrite(now_s)
            return
        if self._file_bytes > max(self._limits.compact_bytes, 2 * self._held_bytes) and now_s >= self._retry_at_s:
            self._rewrite(now_s)
        if self._unwritten:
            self._append(now_s)

    def problems(self) -> list[str]:
        """The faults since the last call, in words without personal data."""
        told = list(self._problems)
        self._problems.clear()
        return told

    def close(self, now_s: float) -> None:
        """Write the rest. The next boot sends the unacknowledged events."""
        self.flush(now_s)
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _encode(self, event: telephony.Event) -> bytes:
        try:
            return self._writer.encode(Said(self._next, event))
        except Exception as error:  # noqa: BLE001 - an event that cannot be said must not end calls that are up
            self._report(f"a {type(event).__name__} could not be written as it was: {type(error).__name__}")
        try:
            return self._writer.encode(Said(self._next, cleaned(event, SHORT)))
        except Exception:  # noqa: BLE001
            problem = f"a {type(event).__name__} could not be written at all"
            leg = getattr(event, "leg", None)
            known = LegId(clean(leg)) if isinstance(leg, str) else None
            return self._writer.encode(Said(self._next, telephony.EngineFault("journal", problem, 0.0, known)))

    # -- inside ----------------------------------------------------------------------------------------------------

    def _keep(self, entry: _Entry) -> None:
        self._entries.append(entry)
        self._held_bytes += len(entry.frame)
        if len(self._entries) > self._limits.events_max:
            self._held_bytes -= len(self._entries.popleft().frame)
            if not self._dropped:  # reported once: each reported fault takes the place of an event
                self._report(f"more than {self._limits.events_max} events wait for the node, the oldest are dropped")
            self._dropped += 1

    def _load(self) -> int:
        """Read the events that an earlier boot left; returns the last sequence in the file, 0 if there is none."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return 0
        except OSError as error:
            self._report(f"the journal {self._path} cannot be read: {error.strerror}")
            return 0
        found = salvage(data)
        last = 0
        for record, frame in found.records:
            sequence = record.number if isinstance(record, Unread) else record.sequence
            last = max(last, sequence)
            self._remember(record, sequence, frame)
        if found.damaged:
            where = f"damaged at byte {found.damaged[0]}"
            if len(found.damaged) > 1:
                where += f" and at {len(found.damaged) - 1} more places"
            self._report(f"the journal {self._path} is {where}, {found.lost} bytes are lost, the rest is kept")
        return last

    def _remember(self, record: Said | Ack | Unread, sequence: int, frame: bytes) -> None:
        """An event of a newer engine is sent as it is: the node may know it."""
        if not isinstance(record, Ack):
            self._keep(_Entry(sequence, frame, since(record.event) if isinstance(record, Said) else VERSION))
            return
        self._acknowledged = max(self._acknowledged, sequence)
        while self._entries and self._entries[0].sequence <= sequence:
            self._held_bytes -= len(self._entries.popleft().frame)

    def _rewrite(self, now_s: float) -> None:
        """Write a new file with the held events and replace the old one by it."""
        held = b"".join((self._writer.encode(Ack(self._acknowledged)), *(entry.frame for entry in self._entries)))
        fresh = self._path.with_suffix(".new")
        descriptor = -1
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
            _write_all(descriptor, held)
            fresh.replace(self._path)
        except OSError as error:
            if descriptor >= 0:
                os.close(descriptor)
            if self._file is None:
                self._lose_disk(error, now_s)
            else:  # the old one is as good and only longer; the cause may be a lack of descriptors
                self._retry_at_s = now_s + self._limits.retry_interval_s
                self._report(f"the journal {self._path} cannot be written anew, it grows: {error.strerror}")
            return
        if self._file is not None:
            os.close(self._file)
        self._file = descriptor
        self._file_bytes = len(held)
        self._unwritten.clear()

    def _append(self, now_s: float) -> None:
        if self._file is None:
            return
        try:
            _write_all(self._file, self._unwritten)
        except OSError as error:
            self._lose_disk(error, now_s)
            return
        self._file_bytes += len(self._unwritten)
        self._unwritten.clear()

    def _lose_disk(self, error: OSError, now_s: float) -> None:
        """Go on in memory. The next successful `_rewrite` restores the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._unwritten.clear()
        self._retry_at_s = now_s + self._limits.retry_interval_s
        self._report(f"the journal {self._path} cannot be written, events are kept in memory only: {error.strerror}")

    def _report(self, problem: str) -> None:
        _log.error("journal_problem", problem=problem)
        self._problems.append(problem)


def _write_all(descriptor: int, data: bytes | bytearray) -> None:
    """Call write(2) until all bytes are written; a full disk may take a part first."""
    with memoryview(data) as view:
        start = 0
        while start < len(view):
            start += os.write(descriptor, view[start:])
