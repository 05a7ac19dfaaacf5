"""Sources played to legs: files and tones, one at a time.

The end of a file is a timer of ours, from the length in its header: the end-of-file callback of pjsip comes from a
media thread and may meet a player that is just being destroyed (pjproject 5045). For the same reason a stopped player
is kept for a moment, disconnected, before it is released.
"""

from __future__ import annotations

import wave
from collections import deque
from dataclasses import dataclass

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId

from .bridge import Bridges, play_plug
from .leg import Leg
from .loop import Loop, Timer
from .patchbay import Patchbay

REST_S = 1.0
"""How long a stopped player or generator is kept."""
_LONGEST_TONE_MS = 30_000
_BRIDGE_TICK_S = 0.04
_DIGIT_ON_MS = 120
_DIGIT_OFF_MS = 80
FULL_SCALE = 32767

Player = pj.AudioMediaPlayer | pj.ToneGenerator


@dataclass(slots=True, eq=False)
class _Playing:
    command: telephony.Play
    player: Player | None = None
    end: Timer | None = None


class Players:
    """Sources played to legs. Owner thread only."""

    def __init__(self, loop: Loop, patchbay: Patchbay, bridges: Bridges, clock_rate_hz: int) -> None:
        self._loop = loop
        self._patchbay = patchbay
        self._bridges = bridges
        self._clock_rate_hz = clock_rate_hz
        self._playing: dict[LegId, _Playing] = {}
        self._resting: deque[Player] = deque()

    def play(self, leg: Leg, command: telephony.Play) -> float:
        """Begin, or begin as soon as the leg has media. A file that cannot be read is an EngineFault.

        Returns its length in seconds, 0 where it is unknown or the source could not begin."""
        self.stop(leg)
        playing = self._playing[leg.id] = _Playing(command)
        self.media_changed(leg)
        return max(0.0, playing.end.due - self._loop.now()) if playing.end is not None else 0.0

    def media_changed(self, leg: Leg) -> None:
        playing = self._playing.get(leg.id)
        if playing is None or playing.player is not None or leg.audio is None:
            return
        try:
            playing.player, seconds = self._open(playing.command)
        except (pj.Error, OSError, EOFError, wave.Error) as problem:
            self._loop.fault("play", problem, leg.id)
            del self._playing[leg.id]
            return
        self._patchbay.plug(play_plug(leg.id), playing.player)
        self._bridges.playing.add(leg.id)
        self._bridges.refresh(leg)
        if seconds is not None:
            playing.end = self._loop.after(seconds + _BRIDGE_TICK_S, lambda: self._finished(leg))

    def stop(self, leg: Leg) -> None:
        playing = self._playing.pop(leg.id, None)
        if playing is None:
            return
        if playing.end is not None:
            playing.end.cancel()
        self._bridges.playing.discard(leg.id)
        if not leg.cleared:
            self._bridges.refresh(leg)
        self._patchbay.remove(play_plug(leg.id))
        if playing.player is not None:
            self._retire(playing.player)

    def inject_digits(self, leg: Leg, digits: str) -> None:
        """DTMF as tones in the audio (Q.23), mixed with the other audio to the leg."""
        if leg.audio is None:
            return
        generator = pj.ToneGenerator()
        generator.createToneGenerator(self._clock_rate_hz)
        wanted = pj.ToneDigitVector()
        for digit in digits:
            tone = pj.ToneDigit()
            tone.digit = digit  # type: ignore[assignment]  # a char of C is a str of one letter here
            tone.on_msec, tone.off_msec, tone.volume = _DIGIT_ON_MS, _DIGIT_OFF_MS, 0
            wanted.append(tone)
        generator.playDigits(wanted)
        generator.startTransmit(leg.audio)
        self._loop.after(len(digits) * (_DIGIT_ON_MS + _DIGIT_OFF_MS) / 1000 + REST_S, lambda: self._retire(generator))

    def _finished(self, leg: Leg) -> None:
        playing = self._playing.get(leg.id)
        if playing is None:
            return
        self.stop(leg)
        key = playing.command.key
        self._loop.emit(telephony.PlayFinished(leg=leg.id, key=key, at=self._loop.now()))

    def _retire(self, player: Player) -> None:
        self._resting.append(player)
        self._loop.after(REST_S, self._let_go)

    def _let_go(self) -> None:
        if self._resting:  # `close` has released all players; the loop still turns until registrations are taken back
            self._resting.popleft()

    def _open(self, command: telephony.Play) -> tuple[Player, float | None]:
        """The source and its length; None without an end."""
        source = command.source
        if isinstance(source, telephony.File):
            with wave.open(source.path, "rb") as file:
                seconds = file.getnframes() / file.getframerate()
            player = pj.AudioMediaPlayer()
            player.createPlayer(source.path, 0 if command.loop else pj.PJMEDIA_FILE_NO_LOOP)
            return player, None if command.loop else seconds
        generator = pj.ToneGenerator()
        generator.createToneGenerator(self._clock_rate_hz)
        steady = source.on_ms == 0
        generator.play(self._tones(source), command.loop or steady)
        if command.loop or steady:
            return generator, None
        return generator, (source.on_ms + source.off_ms) / 1000

    @staticmethod
    def _tones(source: telephony.Tone) -> pj.ToneDescVector:
        tone = pj.ToneDesc()
        tone.freq1, tone.freq2 = source.frequency_hz, source.second_frequency_hz
        tone.on_msec = min(source.on_ms or _LONGEST_TONE_MS, _LONGEST_TONE_MS)
        tone.off_msec = min(source.off_ms, _LONGEST_TONE_MS)
        tone.volume = max(1, min(FULL_SCALE, round(source.level * FULL_SCALE)))
        tones = pj.ToneDescVector()
        tones.append(tone)
        return tones

    def clear(self, leg: Leg) -> None:
        """The leg is gone."""
        self.stop(leg)

    def close(self) -> None:
        """Release all players: the library is about to be destroyed."""
        self._playing.clear()
        self._resting.clear()
