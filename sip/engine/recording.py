"""Recordings: WAV files of two channels, left what a leg says, right what it hears.

Audio goes from the media thread through rings in C to the files, which one thread of the extension opens, writes and
closes (cornetta_recorder.hpp). A disk that is full ends its recording, one that hangs holds up the files of all
recordings, and neither holds up a call. Here it is only decided who is heard where, and told what became of the files.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass

import pjsua2 as pj
import structlog

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId, RecordingId
from dialer.vocabulary.telephony import RecordingEnd

from .bridge import Bridges, left_plug, right_plug
from .leg import Leg
from .loop import Loop
from .patchbay import Patchbay

log = structlog.get_logger(__name__)

LOOK_S = 0.1
"""How often it is looked whether a file was opened or closed, while there is any."""
SETTLE_MS = 2000
"""How long an engine that ends waits for its files to be written."""
RECORDINGS_OF_A_LEG = 4
_REMEDIES = {
    errno.ENOSPC: "Free some space.",
    errno.EDQUOT: "Free some space, or raise the quota.",
    errno.EFBIG: "The file has the largest size that is allowed: record in parts, or raise the limit.",
    errno.EACCES: "Let the engine's user write there.",
    errno.EROFS: "Choose a directory that can be written.",
    errno.EEXIST: "There is a file of this name already, which was left alone: choose another name.",
}


@dataclass(slots=True, eq=False)
class _Recording:
    leg: LegId
    id: RecordingId
    path: str
    recorder: pj.CornettaRecorder
    started: bool = False
    paused: bool = False
    end: RecordingEnd | None = None


class Recorders:
    """Recordings of legs, several for each leg. Owner thread only."""

    def __init__(self, loop: Loop, patchbay: Patchbay, bridges: Bridges) -> None:
        self._loop = loop
        self._patchbay = patchbay
        self._bridges = bridges
        self._running: dict[LegId, dict[RecordingId, _Recording]] = {}
        self._open: list[_Recording] = []
        self._changes = 0
        self._looking = False

    @property
    def available(self) -> bool:
        """Not with the wheel of PyPI."""
        return hasattr(pj, "CornettaRecorder")

    def running(self, leg: Leg) -> tuple[telephony.RecordingSnapshot, ...]:
        found = self._running.get(leg.id, {}).values()
        return tuple(telephony.RecordingSnapshot(each.id, each.path, each.paused) for each in found)

    def start(self, leg: Leg, command: telephony.StartRecording) -> None:
        """Begin at once. One that runs already goes on."""
        running = self._running.get(leg.id, {})
        if command.recording in running:
            return
        if not self.available or len(running) >= RECORDINGS_OF_A_LEG:
            self._refuse(leg, command)
            return
        recorder = pj.CornettaRecorder()
        try:
            recorder.create(command.path)
        except pj.Error as problem:
            self._loop.fault("recording", problem, leg.id)
            self._tell_failed(leg, command, "The recording could not begin: the engine has no port or thread for it.")
            return
        recording = _Recording(leg.id, command.recording, command.path, recorder)
        self._running.setdefault(leg.id, {})[recording.id] = recording
        self._open.append(recording)
        self._patchbay.plug(left_plug(leg.id, recording.id), recorder.left())
        self._patchbay.plug(right_plug(leg.id, recording.id), recorder.right())
        self._bridges.recordings.setdefault(leg.id, set()).add(recording.id)
        self._bridges.refresh(leg)
        if not self._looking:
            self._looking = True
            self._loop.after(LOOK_S, self._look)

    def pause(self, leg: Leg, command: telephony.PauseRecording) -> None:
        self._pause(leg, command.recording, telephony.RecordingPaused, paused=True)

    def resume(self, leg: Leg, command: telephony.ResumeRecording) -> None:
        self._pause(leg, command.recording, telephony.RecordingResumed, paused=False)

    def _pause(
        self,
        leg: Leg,
        id_: RecordingId,
        told: type[telephony.RecordingPaused | telephony.RecordingResumed],
        *,
        paused: bool,
    ) -> None:
        recording = self._find(leg, id_)
        if recording is None or recording.paused is paused:
            return
        recording.recorder.pause(paused)
        recording.paused = paused
        where = round(recording.recorder.position(), 3)
        self._loop.emit(told(leg.id, recording.id, where, self._loop.now()))

    def stop(self, leg: Leg, command: telephony.StopRecording) -> None:
        """End the recording; RecordingFinished follows when the file is closed."""
        recording = self._find(leg, command.recording)
        if recording is not None:
            self._end(recording, RecordingEnd.STOPPED)

    def clear(self, leg: Leg) -> None:
        """The leg is gone."""
        for recording in tuple(self._running.get(leg.id, {}).values()):
            self._end(recording, RecordingEnd.CLEARED)

    def close(self) -> None:
        """The library is about to go: files are closed, and told. Those that the disk keeps open are told, too."""
        for recordings in tuple(self._running.values()):
            for recording in tuple(recordings.values()):
                self._end(recording, RecordingEnd.CLEARED)
        if self._open:
            pj.cornettaRecordingsSettled(SETTLE_MS)
            self._tell()
            for recording in self._open:
                self._give_up(recording)
            self._open.clear()

    def _find(self, leg: Leg, which: RecordingId) -> _Recording | None:
        found = self._running.get(leg.id, {}).get(which)
        if found is None:
            self._loop.fault("recording", ValueError(f"this leg has no recording {which!r}"), leg.id)
        return found

    def _end(self, recording: _Recording, why: RecordingEnd) -> None:
        """Take the recorder out of the bridge; its file is closed soon after."""
        leg = recording.leg
        recording.end = why
        recordings = self._running[leg]
        del recordings[recording.id]
        if not recordings:
            del self._running[leg]
        self._bridges.recordings.get(leg, set()).discard(recording.id)
        self._patchbay.remove(left_plug(leg, recording.id))
        self._patchbay.remove(right_plug(leg, recording.id))
        recording.recorder.close()

    def _look(self) -> None:
        """Whether a file was opened or closed since."""
        changes = pj.cornettaRecordingChanges()
        if changes != self._changes:
            self._changes = changes
            self._tell()
        self._looking = bool(self._open)
        if self._looking:
            self._loop.after(LOOK_S, self._look)

    def _tell(self) -> None:
        for recording in tuple(self._open):
            if not recording.started and recording.recorder.opened():
                recording.started = True
                at = self._loop.now()
                self._loop.emit(telephony.RecordingStarted(recording.leg, recording.id, recording.path, at))
            if recording.recorder.ended():
                self._open.remove(recording)
                self._finished(recording)

    def _finished(self, recording: _Recording) -> None:
        recorder = recording.recorder
        if recording.end is None:  # by itself
            self._end(recording, RecordingEnd.FAILED)
        problem = recorder.problem()
        self._tell_finished(recording, _in_words(recording.path, problem) if problem else "")

    def _give_up(self, recording: _Recording) -> None:
        """Its file is still open, and the engine ends."""
        seconds = round(recording.recorder.seconds(), 3)
        log.warning("recording_left_open", leg=recording.leg, recording=recording.id, seconds=seconds)
        self._tell_finished(
            recording,
            f"The recording {recording.path} was left open at the engine's end: the disk did not take it within "
            f"{SETTLE_MS // 1000} s. What the file holds can be played. Look at the disk.",
        )

    def _tell_finished(self, recording: _Recording, problem: str) -> None:
        recorder = recording.recorder
        self._loop.emit(
            telephony.RecordingFinished(
                leg=recording.leg,
                path=recording.path,
                seconds=round(recorder.seconds(), 3),
                at=self._loop.now(),
                recording=recording.id,
                end=RecordingEnd.FAILED if problem else recording.end or RecordingEnd.STOPPED,
                problem=problem,
                lost_s=round(recorder.lost(), 3),
            )
        )

    def _refuse(self, leg: Leg, command: telephony.StartRecording) -> None:
        why = "This engine cannot record: build pjsua2 by make pjsua2."
        if self.available:
            why = f"A leg has {RECORDINGS_OF_A_LEG} recordings at most: stop another one first."
        self._tell_failed(leg, command, why)

    def _tell_failed(self, leg: Leg, command: telephony.StartRecording, problem: str) -> None:
        self._loop.emit(
            telephony.RecordingFinished(
                leg=leg.id,
                path=command.path,
                seconds=0.0,
                at=self._loop.now(),
                recording=command.recording,
                end=RecordingEnd.FAILED,
                problem=problem,
            )
        )


def _in_words(path: str, problem: int) -> str:
    remedy = _REMEDIES.get(problem, "Look at the disk and its directory.")
    return f"The recording {path} cannot be written: {os.strerror(problem)}. {remedy} The call goes on without it."
