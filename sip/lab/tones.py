"""The tones of legs. No two live legs have the same one, and a released tone is used again last.

The grid has steps of 15 Hz between 400 and 3200 Hz; above, the tone generator of pjmedia distorts. It leaves out other
sounds of a telephone line (DTMF, CNG and CED of a fax, special information tones, ringing, beeps) with 10 Hz on either
side, and tones that repeat so soon at 8 kHz that their distortion gathers in a few strong lines. About 150 tones are
left. Neighbours on the grid are handed out far apart in time, so that legs that talk at once are far apart in
frequency.
"""

from __future__ import annotations

from collections import deque
from math import gcd

from dialer.vocabulary.ids import LegId

from .synthesis import RESERVED_HZ
from .waveforms import RATE_HZ, SIT_SEGMENTS

LOWEST_HZ = 400
HIGHEST_HZ = 3200
STEP_HZ = 15
GUARD_HZ = 10

DTMF_HZ: tuple[float, ...] = (697, 770, 852, 941, 1209, 1336, 1477, 1633)
"""ITU-T Q.23."""
FAX_HZ: tuple[float, ...] = (1100, 2100)
"""CNG and CED, ITU-T T.30."""

SIMPLE_HZ = 100
"""Tones that share a divisor of at least this with the sample rate repeat within 80 samples."""

_STRIDE = 37
"""Coprime with the length of the grid below: steps of this many places visit each tone once."""


def grid() -> tuple[int, ...]:
    """All tones, in the order in which they are first handed out."""
    avoided = (*DTMF_HZ, *FAX_HZ, *RESERVED_HZ, *(frequency for frequency, _ in SIT_SEGMENTS))
    free = [
        frequency
        for frequency in range(LOWEST_HZ, HIGHEST_HZ + 1, STEP_HZ)
        if gcd(frequency, RATE_HZ) < SIMPLE_HZ and all(abs(frequency - other) >= GUARD_HZ for other in avoided)
    ]
    return tuple(free[number * _STRIDE % len(free)] for number in range(len(free)))


class ToneAllocator:
    """Hands out the tones of the grid; a released tone goes to the end of the queue."""

    def __init__(self, tones: tuple[int, ...] | None = None) -> None:
        self._free = deque(grid() if tones is None else tones)
        self._taken: dict[LegId, int] = {}
        self.refused = 0

    def take(self, leg: LegId) -> int | None:
        """The tone of this leg, in Hz, the same each time; None when all are in use, which is counted."""
        if leg in self._taken:
            return self._taken[leg]
        if not self._free:
            self.refused += 1
            return None
        self._taken[leg] = self._free.popleft()
        return self._taken[leg]

    def holds(self, leg: LegId) -> int | None:
        """The tone that the leg has, in Hz."""
        return self._taken.get(leg)

    def release(self, leg: LegId) -> None:
        """Give the leg's tone back, if it has one."""
        frequency = self._taken.pop(leg, None)
        if frequency is not None:
            self._free.append(frequency)
