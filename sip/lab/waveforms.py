"""Sounds as arrays: float64 samples in -1..1 at 8 kHz. All are our own and the same at every run (seeded noise)."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
Samples = NDArray[np.float64]

VOWELS_HZ: tuple[tuple[int, int, int], ...] = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
)
"""First three formants of five vowels, rounded from G. Peterson and H. Barney (1952), men."""

SIT_SEGMENTS: tuple[tuple[float, float], ...] = ((985.2, 0.380), (1370.6, 0.274), (1776.7, 0.380))
"""Special information tones for a vacant number (frequency in Hz, seconds), after ITU-T E.180 and Telcordia SR-2275."""


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ))


def fade(samples: Samples, seconds: float = 0.005) -> Samples:
    """The samples with a linear rise and fall, so that no edge clicks."""
    length = min(round(seconds * RATE_HZ), len(samples) // 2)
    faded = samples.copy()
    if length:
        slope = np.linspace(0.0, 1.0, length)
        faded[:length] *= slope
        faded[-length:] *= slope[::-1]
    return faded


def sine(frequency_hz: float, seconds: float, level: float = 0.3) -> Samples:
    """A steady tone; `level` is its amplitude."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return fade(level * np.sin(2 * np.pi * frequency_hz * at))


def plucked(frequency_hz: float, seconds: float, level: float) -> Samples:
    """A note that decays, so that no detector takes it for a steady tone."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return fade(level * np.sin(2 * np.pi * frequency_hz * at) * np.exp(-4.0 * at), 0.01)


def noise(seconds: float, level: float, seed: int, low_hz: float = 200, high_hz: float = 3200) -> Samples:
    """Noise between two frequencies; `level` is its root mean square."""
    count = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE_HZ)
    spectrum[(frequencies < low_hz) | (frequencies > high_hz)] = 0
    shaped = np.fft.irfft(spectrum, count)
    scaled: Samples = shaped * (level / np.sqrt(np.mean(shaped**2)))
    return scaled


def syllable(formants_hz: tuple[float, ...], seconds: float, random: np.random.Generator) -> Samples:
    """A burst of noise shaped by formants that glide, with the rise and fall of a spoken syllable. Made of frames of
    30 ms that overlap by half, none like the one before, so that no part of it is a steady tone."""
    count = round(seconds * RATE_HZ)
    frame, hop = 240, 120
    window = np.hanning(frame)
    frequencies = np.fft.rfftfreq(frame, 1 / RATE_HZ)
    shaped = np.zeros(count + frame)
    glide = random.uniform(0.85, 1.0), random.uniform(1.0, 1.15)
    for begin in range(0, count, hop):
        bend = np.interp(begin, (0, count), glide) * random.uniform(0.9, 1.1)
        gain = np.full(len(frequencies), 0.05)
        for number, centre in enumerate(formants_hz):
            gain += np.exp(-(((frequencies - bend * centre) / (200 + 60 * number)) ** 2)) / (1 + number)
        shaped[begin : begin + frame] += window * np.fft.irfft(np.fft.rfft(random.standard_normal(frame)) * gain, frame)
    risen: Samples = np.sin(np.linspace(0, np.pi, count)) ** 0.6 * shaped[:count] / np.max(np.abs(shaped[:count]))
    return risen


def speech(seconds: float, seed: int, level: float = 0.5) -> Samples:
    """Speech-like sound of this length: syllables of 0.12 to 0.28 s, short gaps, a longer one after each phrase."""
    random = np.random.default_rng(seed)
    pitch = random.uniform(0.9, 1.2)
    parts: list[Samples] = []
    total, in_phrase = 0, 0
    wanted = round(seconds * RATE_HZ)
    while total < wanted:
        vowel = VOWELS_HZ[random.integers(len(VOWELS_HZ))]
        part = syllable(tuple(pitch * formant for formant in vowel), random.uniform(0.12, 0.28), random)
        in_phrase += 1
        gap_s = random.uniform(0.25, 0.45) if in_phrase % 7 == 0 else random.uniform(0.01, 0.06)
        parts += [part, silence(gap_s)]
        total += len(parts[-2]) + len(parts[-1])
    spoken: Samples = level * fade(np.concatenate(parts)[:wanted], 0.01)
    return spoken


def special_information_tones() -> Samples:
    """Three rising tones that announce a network's message, then a second of that message."""
    tones = [sine(frequency, seconds, 0.25) for frequency, seconds in SIT_SEGMENTS]
    return np.concatenate([*tones, silence(0.1), speech(1.0, seed=77, level=0.3)])


def ringback() -> Samples:
    """425 Hz, 1 s on and 4 s off (ETSI TS 101 041 for continental Europe); to be looped."""
    return np.concatenate([sine(425, 1.0, 0.15), silence(4.0)])


def hold_music() -> Samples:
    """A slow arpeggio of plucked notes below 400 Hz; to be looped."""
    line_hz = (196.0, 246.9, 293.7, 392.0, 293.7, 246.9, 220.0, 261.6, 329.6, 392.0, 329.6, 261.6)
    return np.concatenate([plucked(frequency, 0.45, 0.2) for frequency in line_hz])


def write_wave(path: Path, samples: Samples) -> None:
    """Write 16 bit mono PCM at 8 kHz; the file appears whole or not at all."""
    scaled = np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2")
    partial = path.with_name(path.name + ".partial")
    with wave.open(str(partial), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(scaled.tobytes())
    partial.replace(path)
