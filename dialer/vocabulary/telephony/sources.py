"""Sources that can be played to a leg."""

from __future__ import annotations

from msgspec import Struct

__all__ = [
    "File",
    "Source",
    "Tone",
]


class Tone(Struct, frozen=True, tag="tone"):
    """A steady sine. `level` 0..1 of full scale; `on_ms`/`off_ms` 0 means without pause."""

    frequency_hz: int
    level: float = 0.3
    on_ms: int = 0
    off_ms: int = 0
    second_frequency_hz: int = 0


class File(Struct, frozen=True, tag="file"):
    """A WAV file, 16 bit mono PCM."""

    path: str


Source = Tone | File
