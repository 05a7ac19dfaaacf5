"""Events of recordings, engine to node."""

from __future__ import annotations

import enum

from msgspec import Struct

from dialer.vocabulary.ids import LegId, RecordingId

__all__ = [
    "RecordingEnd",
    "RecordingFinished",
    "RecordingPaused",
    "RecordingResumed",
    "RecordingSnapshot",
    "RecordingStarted",
]


class RecordingStarted(Struct, frozen=True, tag="recording_started"):
    """The file is open and holds all audio since StartRecording."""

    leg: LegId
    recording: RecordingId
    path: str
    at: float


class RecordingPaused(Struct, frozen=True, tag="recording_paused"):
    """From `position_s` of the file on there is silence."""

    leg: LegId
    recording: RecordingId
    position_s: float
    at: float


class RecordingResumed(Struct, frozen=True, tag="recording_resumed"):
    """The silence ends at `position_s` of the file."""

    leg: LegId
    recording: RecordingId
    position_s: float
    at: float


class RecordingEnd(enum.StrEnum):
    """The cause of a recording's end."""

    STOPPED = "stopped"  # StopRecording
    CLEARED = "cleared"  # its leg
    FAILED = "failed"  # its file could not be written, or not any further


class RecordingFinished(Struct, frozen=True, tag="recording_finished"):
    """The file at `path` is closed and holds `seconds`, 0 where it could not be made. It may come after the leg's
    LegCleared. `problem` says why a recording FAILED and what to do, "" otherwise. The file of one that FAILED because
    the engine ended while the disk hung may still be open. `lost_s`: seconds of the file in which a sound is missing
    because the disk was too slow."""

    leg: LegId
    path: str
    seconds: float
    at: float
    recording: RecordingId = RecordingId("")
    end: RecordingEnd = RecordingEnd.STOPPED
    problem: str = ""
    lost_s: float = 0.0


class RecordingSnapshot(Struct, frozen=True):
    """A recording that goes on."""

    recording: RecordingId
    path: str
    paused: bool
