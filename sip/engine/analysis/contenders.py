"""The rejected ways of taking audio out of the bridge, kept for the bench that compares them (ADR 0002)."""

from __future__ import annotations

import socket
from pathlib import Path

import pjsua2 as pj

from sip.engine.analysis.packets import HEADER

FRAME_US = 20_000
FRAMES_DIRECTORY = Path("/dev/shm/cornetta-contenders")
"""Where FileTap writes; a file system in memory."""


class PythonTap(pj.AudioMediaPort):
    """A port whose frames come to Python, one callback for each on the media thread, under the GIL."""

    def __init__(self) -> None:
        super().__init__()
        self._socket: socket.socket | None = None
        self._number = 0
        self._frames_per_packet = 1
        self._gathered: list[bytes] = []
        self._sent = 0
        self._dropped = 0
        self._rate_hz = 8000

    def create(self, path: str, id_: int, frames_per_packet: int) -> None:
        self._number, self._frames_per_packet = id_, frames_per_packet
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        self._socket.connect(path)
        shape = pj.MediaFormatAudio()
        shape.init(pj.PJMEDIA_FORMAT_PCM, self._rate_hz, 1, FRAME_US, 16)
        self.createPort(f"tap{id_}", shape)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:  # noqa: N802 - pjsua2's name
        if frame.type != pj.PJMEDIA_FRAME_TYPE_AUDIO or self._socket is None:
            return
        self._gathered.append(bytes(frame.buf))
        if len(self._gathered) < self._frames_per_packet:
            return
        audio = b"".join(self._gathered)
        self._gathered.clear()
        try:
            header = HEADER.pack(self._number, self._sent + self._dropped, self._rate_hz, len(audio) // 2)
            self._socket.send(header + audio)
            self._sent += 1
        except OSError:
            self._dropped += 1

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def sent(self) -> int:
        return self._sent

    def dropped(self) -> int:
        return self._dropped

    def port(self) -> pj.AudioMedia:
        return self


class PythonTaps:
    """Makes PythonTaps and never releases one: releasing ports during a run at 50 legs a second ended the process with
    SIGSEGV, keeping them all did not; the cause is unknown."""

    def __init__(self) -> None:
        self._kept: list[PythonTap] = []

    def __call__(self) -> PythonTap:
        tap = PythonTap()
        self._kept.append(tap)
        return tap


class FileTap:
    """pjmedia's recorder into a file in memory, which the analysis reads."""

    def __init__(self) -> None:
        self._recorder: pj.AudioMediaRecorder | None = None

    def create(self, path: str, id_: int, frames_per_packet: int) -> None:
        self._recorder = pj.AudioMediaRecorder()
        self._recorder.createRecorder(str(FRAMES_DIRECTORY / f"{id_}.wav"))

    def close(self) -> None:
        self._recorder = None

    def sent(self) -> int:
        """No audio goes over the socket, and no result is awaited."""
        return 0

    def dropped(self) -> int:
        return 0

    def port(self) -> pj.AudioMedia:
        if self._recorder is None:
            raise OSError("the recorder is closed")
        return self._recorder
