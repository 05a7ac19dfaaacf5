"""The voice of one leg of the lab: clips, and in measuring mode a tone of its own."""

from __future__ import annotations

from collections.abc import Iterator

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import Command, File, Play, StartAnalysis, StopPlay, Tone

from .synthesis import Sounds
from .tones import ToneAllocator

TONES = "tones"
"""The kind of analysis that listens for the other legs' tones."""

TONE_LEVEL = 0.3
SPEECH_KEY = "speech"
"""`key` of clips whose end a script awaits."""


class Voice:
    """The voice of one leg. `allocator` None means no tones: the leg talks all the time and is not measured."""

    def __init__(self, leg: LegId, sounds: Sounds, allocator: ToneAllocator | None) -> None:
        self.leg = leg
        self._sounds = sounds
        self._allocator = allocator

    @property
    def measuring(self) -> bool:
        return self._allocator is not None

    def listen(self) -> Iterator[Command]:
        """Begin to measure the tones that the leg hears."""
        if self._allocator is not None:
            yield StartAnalysis(self.leg, TONES)

    def clip(self, name: str, loop: bool = False) -> Play:
        return Play(self.leg, File(self._sounds.path(name)), loop, SPEECH_KEY)

    def go_on(self, talk: str) -> Play | StopPlay:
        """Play for the rest of the leg's life: this clip in a loop, or in measuring mode its tone, or silence if no
        tone is free."""
        if self._allocator is None:
            return self.clip(talk, loop=True)
        frequency = self._allocator.take(self.leg)
        return StopPlay(self.leg) if frequency is None else Play(self.leg, Tone(frequency, TONE_LEVEL), True)
