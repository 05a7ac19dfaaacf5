"""The sounds are synthesised, in the engine's format, and recognised by the analysis."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from sip.engine.analysis.tones import Spectrum, ToneMeter
from sip.lab.plan import VOICES
from sip.lab.synthesis import LAB, PRODUCT, cached_sounds, write_sounds
from sip.lab.tones import LOWEST_HZ, grid
from sip.lab.waveforms import RATE_HZ, SIT_SEGMENTS, Samples, sine, special_information_tones, speech
from sip.lab.witness import SAME_TONE_HZ, TOLERANCE_S

ALL = {**LAB, **PRODUCT}
COMMITTED = Path(__file__).parents[3] / "config" / "sounds"


def loudest_hz(samples: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE_HZ / len(samples))


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_sound_is_8_khz_16_bit_mono_and_not_clipped(name: str, tmp_path: Path) -> None:
    write_sounds(tmp_path, {name: ALL[name]})
    with wave.open(str(tmp_path / f"{name}.wav")) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert 0 < np.max(np.abs(samples)) < 32767
    assert len(samples) >= RATE_HZ // 10


def test_the_product_finds_its_sounds_in_the_configuration() -> None:
    for name in PRODUCT:
        assert 0 < (COMMITTED / f"{name}.wav").stat().st_size < 100_000


def test_the_cache_is_written_once(tmp_path: Path) -> None:
    sounds = cached_sounds(tmp_path)
    written = {path: path.stat().st_mtime_ns for path in Path(sounds.folder).iterdir()}
    assert len(written) == len(LAB) >= 3 * VOICES
    assert cached_sounds(tmp_path) == sounds
    assert {path: path.stat().st_mtime_ns for path in Path(sounds.folder).iterdir()} == written


def test_information_tones_have_their_three_frequencies() -> None:
    samples, begin = special_information_tones(), 0
    for frequency, seconds in SIT_SEGMENTS:
        end = begin + round(seconds * RATE_HZ)
        assert loudest_hz(samples[begin:end]) == pytest.approx(frequency, abs=5)
        begin = end


def steady_tones(samples: Samples, begin: int) -> list[int]:
    """The tones that the engine's analysis finds when its windows begin `begin` samples before the sound."""
    spectrum, meter = Spectrum(RATE_HZ), ToneMeter()
    padded = np.concatenate([np.zeros(1600 + begin), samples, np.zeros(4800)])
    pcm = np.round(padded * 32767).astype(np.int16)
    for first in range(0, len(pcm) - spectrum.window + 1, spectrum.hop):
        meter.hear(spectrum.peaks(pcm[None, first : first + spectrum.window])[0])
    heard = [tone.frequency_hz for tone in meter.tones() if tone.seconds > TOLERANCE_S]
    return [frequency for frequency in heard if frequency > LOWEST_HZ - SAME_TONE_HZ]


@pytest.mark.parametrize("name", [f"{kind}_{voice}" for kind in ("hello", "greeting") for voice in range(VOICES)])
def test_what_is_said_while_measuring_is_no_tone(name: str) -> None:
    samples = LAB[name]()
    assert [found for begin in range(0, 1600, 80) if (found := steady_tones(samples, begin))] == []


def test_tones_of_the_grid_are_heard_as_themselves_alone() -> None:
    for frequency in grid():
        assert [abs(heard - frequency) <= 3 for heard in steady_tones(sine(frequency, 2.0), 0)] == [True], frequency


def test_a_tone_has_its_frequency_and_speech_has_none() -> None:
    assert loudest_hz(sine(1234, 1.0)) == pytest.approx(1234, abs=2)
    spoken = speech(2.0, seed=1)
    window = spoken[4000:4800]
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window)))) ** 2
    assert np.max(spectrum) / np.sum(spectrum) < 0.5


def test_speech_is_the_same_at_every_run_and_differs_by_voice() -> None:
    assert np.array_equal(speech(1.0, seed=1), speech(1.0, seed=1))
    assert not np.array_equal(speech(1.0, seed=1), speech(1.0, seed=2))
