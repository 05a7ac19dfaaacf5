"""Tones in synthesised audio."""

from __future__ import annotations

import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dialer.vocabulary.telephony import ToneHeard
from sip.engine.analysis.tones import Spectrum, ToneMeter
from sip.lab.synthesis import cached_sounds
from sip.lab.witness import FAINT_LEVEL

RATE_HZ = 8000


def _sine(frequency: float, seconds: float, level: float = 0.3) -> NDArray[np.float64]:
    return level * np.sin(2 * np.pi * frequency * np.arange(round(RATE_HZ * seconds)) / RATE_HZ)


def _tones(audio: NDArray[np.float64], rate_hz: int = RATE_HZ) -> tuple[ToneHeard, ...]:
    spectrum, meter = Spectrum(rate_hz), ToneMeter()
    samples = np.clip(audio * 32767, -32768, 32767).astype(np.int16)
    for start in range(0, len(samples) - spectrum.window + 1, spectrum.hop):
        meter.hear(spectrum.peaks(samples[None, start : start + spectrum.window])[0])
    return meter.tones()


def _heard(audio: NDArray[np.float64], rate_hz: int = RATE_HZ) -> dict[int, float]:
    return {tone.frequency_hz: tone.seconds for tone in _tones(audio, rate_hz)}


@settings(max_examples=25, deadline=None)
@given(frequency=st.integers(80, 700).map(lambda fifth: fifth * 5), level=st.floats(0.01, 0.9))
def test_one_tone_is_heard_for_its_time(frequency: int, level: float) -> None:
    heard = _heard(np.concatenate((np.zeros(4000), _sine(frequency, 2.0, level), np.zeros(4000))))
    assert set(heard) == {frequency}
    assert abs(heard[frequency] - 2.0) <= 0.25


@settings(max_examples=25, deadline=None)
@given(frequency=st.integers(90, 600).map(lambda fifth: fifth * 5), apart=st.sampled_from([15, 20, 45, 500]))
def test_tones_that_overlap_are_both_heard(frequency: int, apart: int) -> None:
    audio = _sine(frequency, 2.0) + np.concatenate((np.zeros(RATE_HZ // 2), _sine(frequency + apart, 1.5)))
    heard = _heard(audio)
    assert set(heard) == {frequency, frequency + apart}
    assert heard[frequency + apart] >= 1.2


def test_noise_and_silence_are_no_tones() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, RATE_HZ * 4)
    assert _heard(noise) == {}
    assert _heard(np.zeros(RATE_HZ * 2)) == {}


def test_a_glide_is_no_tone() -> None:
    time = np.arange(RATE_HZ * 3) / RATE_HZ
    assert _heard(0.3 * np.sin(2 * np.pi * (400 * time + 150 * time**2))) == {}


@pytest.mark.parametrize("clip", range(4))
def test_a_voice_that_stands_still_for_a_moment_is_faint(clip: int) -> None:
    """With any begin in the windows. A harmonic counts as a tone at one offset of forty, but is fainter than any tone
    of the lab."""
    with wave.open(cached_sounds().path(f"hello_{clip}")) as file:
        voice = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
    for silence in range(1600, 3200, 40):
        tones = _tones(np.concatenate((np.zeros(silence), voice, np.zeros(3200))))
        assert all(tone.level < FAINT_LEVEL for tone in tones)


def test_the_level_of_a_tone_is_its_amplitude() -> None:
    (tone,) = _tones(_sine(1000, 2.0, 0.3))
    assert abs(tone.level - 0.3) <= 0.01


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_each_rate_of_the_bridge(rate_hz: int) -> None:
    audio = 0.3 * np.sin(2 * np.pi * 1015 * np.arange(rate_hz * 2) / rate_hz)
    assert set(_heard(audio, rate_hz)) == {1015}


def test_distortion_of_a_codec_is_no_tone() -> None:
    audio = _sine(1000, 2.0, 0.5)
    compressed = np.sign(audio) * np.log1p(255 * np.abs(audio)) / np.log(256)
    steps = np.round(compressed * 127) / 127
    expanded = np.sign(steps) * (256 ** np.abs(steps) - 1) / 255
    assert set(_heard(expanded)) == {1000}
