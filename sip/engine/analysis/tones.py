"""Steady tones in the audio of many legs, and their lengths.

Every 200 ms each leg's last 400 ms are transformed: a Hann window of 400 ms has a main lobe of +-5 Hz, so that two
tones 15 Hz apart are two peaks also while they overlap (cross-talk). All legs that have a window ready are transformed
in one batch. A peak that stays at its frequency in the next windows is a tone; speech does not stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dialer.vocabulary.telephony import ToneHeard

HOP_S = 0.2
WINDOW_S = 0.4
LOWEST_HZ = 200.0
QUIETEST = 0.003
"""Amplitude of the weakest tone, of full scale: -50 dB."""
WEAKEST_BESIDE = 0.03
"""Amplitude of the weakest tone beside the strongest of the same window: what is below may be distortion of mu-law."""
PEAKS_PER_WINDOW = 8
SAME_TONE_HZ = 5.0
LEAST_WINDOWS = 3
GRID_HZ = 5
FULL_SCALE = 32768.0
_TOTALS_BOUND = 512

Peak = tuple[float, float]
"""Frequency in Hz and amplitude of full scale."""


class Spectrum:
    """Finds the peaks of windows of one sample rate."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.hop = round(HOP_S * rate_hz)
        self.window = round(WINDOW_S * rate_hz)
        shape = np.hanning(self.window + 1)[:-1]
        self._shape = (shape / (shape.sum() / 2) / FULL_SCALE).astype(np.float32)
        self._bin_hz = rate_hz / self.window
        self._lowest_bin = int(LOWEST_HZ / self._bin_hz)

    def peaks(self, windows: NDArray[np.int16]) -> list[list[Peak]]:
        """The peaks of each row of `windows` (legs x samples), strongest first, at most 8 a row."""
        amplitudes = np.abs(np.fft.rfft(windows * self._shape, axis=1))
        amplitudes[:, : self._lowest_bin] = 0.0
        middle = amplitudes[:, 1:-1]
        least = np.maximum(QUIETEST, amplitudes.max(axis=1, keepdims=True) * WEAKEST_BESIDE)
        is_peak = (middle >= least) & (middle > amplitudes[:, :-2]) & (middle >= amplitudes[:, 2:])
        rows, columns = np.nonzero(is_peak)
        found: list[list[Peak]] = [[] for _ in range(len(windows))]
        columns += 1
        frequencies, strengths = self._interpolate(amplitudes, rows, columns)
        for row, frequency, strength in zip(rows.tolist(), frequencies.tolist(), strengths.tolist(), strict=True):
            found[row].append((frequency, strength))
        for peaks in found:
            peaks.sort(key=lambda peak: -peak[1])
            del peaks[PEAKS_PER_WINDOW:]
        return found

    def _interpolate(
        self, amplitudes: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The place of each peak between the bins, by the parabola through the logarithms of three bins."""
        tiny = 1e-12
        left = np.log(amplitudes[rows, columns - 1] + tiny)
        centre = np.log(amplitudes[rows, columns] + tiny)
        right = np.log(amplitudes[rows, columns + 1] + tiny)
        curve = np.minimum(left - 2 * centre + right, -tiny)
        shift = np.clip((left - right) / (2 * curve), -0.5, 0.5)
        return (columns + shift) * self._bin_hz, np.exp(centre)


@dataclass(slots=True)
class _Track:
    frequency_hz: float
    strengths: list[float] = field(default_factory=list)
    weight: float = 0.0
    missed: int = 0


class _Total(NamedTuple):
    """All tracks of one frequency: their seconds, and the level of the loudest."""

    seconds: float = 0.0
    level: float = 0.0


class ToneMeter:
    """Follows the peaks of one leg from window to window."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._totals: dict[int, _Total] = {}

    def hear(self, peaks: list[Peak]) -> None:
        """The peaks of the next window."""
        for track in self._tracks:
            track.missed += 1
        for frequency, strength in peaks:
            track = self._nearest(frequency)
            total = track.weight + strength
            track.frequency_hz += (frequency - track.frequency_hz) * strength / total
            track.weight = total
            track.strengths.append(strength)
            track.missed = 0
        over = [track for track in self._tracks if track.missed > 1]
        for track in over:
            self._tracks.remove(track)
            self._close(track)

    def tones(self) -> tuple[ToneHeard, ...]:
        """All tones so far that were steady, by frequency."""
        for track in self._tracks:
            self._close(track)
        self._tracks.clear()
        heard = sorted(self._totals.items())
        return tuple(ToneHeard(each, round(total.seconds, 1), round(total.level, 3)) for each, total in heard)

    def _nearest(self, frequency: float) -> _Track:
        """The track that goes on with this peak, or a new one. A track takes one peak a window."""
        near = [track for track in self._tracks if track.missed and abs(track.frequency_hz - frequency) <= SAME_TONE_HZ]
        if near:
            return min(near, key=lambda track: abs(track.frequency_hz - frequency))
        track = _Track(frequency)
        self._tracks.append(track)
        return track

    def _close(self, track: _Track) -> None:
        """Count a track. A window of which the tone fills less than half shows it at less than half its strength."""
        if len(track.strengths) < LEAST_WINDOWS:
            return
        enough = max(track.strengths) / 2
        windows = sum(1 for strength in track.strengths if strength >= enough)
        frequency = round(track.frequency_hz / GRID_HZ) * GRID_HZ
        if frequency in self._totals or len(self._totals) < _TOTALS_BOUND:
            before = self._totals.get(frequency, _Total())
            level = max(before.level, median(track.strengths))
            self._totals[frequency] = _Total(before.seconds + windows * HOP_S, level)
