"""Recordings: one WAV file a leg, with what it says and what it hears."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId

from .bridge import Bridges, record_plug
from .leg import Leg
from .loop import Loop
from .patchbay import Patchbay

SETTLE_S = 0.2
"""The bridge removes a recorder's port on its next tick; its header is written then."""


@dataclass(slots=True, eq=False)
class _Recording:
    path: str
    recorder: pj.AudioMediaRecorder
    begun_at: float
    paused_at: float | None = None
    paused_s: float = 0.0


class Recorders:
    """Recordings of legs. Owner thread only."""

    def __init__(self, loop: Loop, patchbay: Patchbay, bridges: Bridges) -> None:
        self._loop = loop
        self._patchbay = patchbay
        self._bridges = bridges
        self._running: dict[LegId, _Recording] = {}
        self._closing: deque[tuple[LegId, _Recording, float]] = deque()

    def record(self, leg: Leg, path: str) -> None:
        """Begin, or go on after a pause with the same path. A file that cannot be written is an EngineFault."""
        running = self._running.get(leg.id)
        if running is not None and running.path == path:
            self._resume(leg, running)
            return
        self.stop(leg)
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            recorder = pj.AudioMediaRecorder()
            recorder.createRecorder(path)
        except (pj.Error, OSError) as problem:
            self._loop.fault("record", problem, leg.id)
            return
        self._running[leg.id] = _Recording(path, recorder, self._loop.now())
        self._patchbay.plug(record_plug(leg.id), recorder)
        self._bridges.recording.add(leg.id)
        self._bridges.refresh(leg)

    def pause(self, leg: Leg) -> None:
        running = self._running.get(leg.id)
        if running is not None and running.paused_at is None:
            running.paused_at = self._loop.now()
            self._bridges.recording.discard(leg.id)
            self._bridges.refresh(leg)

    def stop(self, leg: Leg) -> None:
        """End the recording; RecordingFinished follows when the file is closed."""
        running = self._running.pop(leg.id, None)
        if running is None:
            return
        self._bridges.recording.discard(leg.id)
        self._patchbay.remove(record_plug(leg.id))
        now = self._loop.now()
        paused = running.paused_s + (now - running.paused_at if running.paused_at is not None else 0.0)
        self._closing.append((leg.id, running, now - running.begun_at - paused))
        # Letting go of the recorder writes the header of the file.
        self._loop.soon(self._close)

    def _resume(self, leg: Leg, running: _Recording) -> None:
        if running.paused_at is not None:
            running.paused_s += self._loop.now() - running.paused_at
            running.paused_at = None
            self._bridges.recording.add(leg.id)
            self._bridges.refresh(leg)

    def _close(self) -> None:
        leg, running, seconds = self._closing.popleft()
        path = running.path
        del running
        self._loop.after(SETTLE_S, lambda: self._finished(leg, path, seconds))

    def _finished(self, leg: LegId, path: str, seconds: float) -> None:
        at = self._loop.now()
        self._loop.emit(telephony.RecordingFinished(leg=leg, path=path, seconds=round(seconds, 3), at=at))

    def clear(self, leg: Leg) -> None:
        """The leg is gone."""
        self.stop(leg)
