"""The sounds as files: those of the lab's people, machines and phones, and those of the product.

`python -m sip.lab.synthesis DIR` writes the product's own sounds; that is how `config/sounds` was made. The lab's are
written into a cache at first use.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from msgspec import Struct

from . import waveforms
from .plan import VOICES
from .waveforms import Samples, silence, sine, speech

Recipe = Callable[[], Samples]

RESERVED_HZ: tuple[float, ...] = (350, 425, 440, 480, 620, 1000, 1400)
"""Steady tones in these sounds, in Hz; the tones of the lab's legs are none of these."""


HELLOS = (5, 7, 31, 92)
PHRASES = (5, 7, 24, 29, 30, 31, 35)
"""Seeds of speech in which the analysis finds no tone of the grid (`tones`), wherever its windows begin, as random
noise sometimes has one. Speech in measuring mode uses these seeds."""


def _greeting(phrases: int) -> Samples:
    """Phrases of 0.75 s with pauses between them."""
    parts = [np.concatenate([speech(0.75, seed), silence(0.45)]) for seed in PHRASES[:phrases]]
    return np.concatenate(parts)


PRODUCT: Mapping[str, Recipe] = {
    "ringback": waveforms.ringback,
    "hold_music": waveforms.hold_music,
    "comfort_noise": lambda: waveforms.noise(3.0, 0.01, seed=5),
    "agent_beep": lambda: sine(1400, 0.2, 0.25),
    "waiting_message": lambda: np.concatenate(
        [waveforms.plucked(hertz, 0.7, 0.25) for hertz in (329.6, 261.6, 220.0, 329.6)]
    ),
}
"""The product's sounds: ringback and the beep for agents, music and comfort noise for contacts on hold, and a chime
that stands for the waiting message of an engine without a node, to be replaced by one's own recording."""

LAB: Mapping[str, Recipe] = {
    "beep": lambda: np.concatenate([silence(0.3), sine(1000, 0.5)]),
    "sit": waveforms.special_information_tones,
    "carrier_ringback": waveforms.ringback,
    **{f"hello_{voice}": partial(speech, 0.5 + 0.25 * voice, seed=HELLOS[voice]) for voice in range(VOICES)},
    **{f"talk_{voice}": partial(speech, 9.0 + voice, seed=200 + voice) for voice in range(VOICES)},
    **{f"greeting_{voice}": partial(_greeting, 4 + voice) for voice in range(VOICES)},
}
"""The sounds of the lab's legs: a greeting is that of an answering machine before its beep, 5 to 8 s."""


class Sounds(Struct, frozen=True):
    """The paths of the lab's sounds."""

    folder: str

    def path(self, name: str) -> str:
        return str(Path(self.folder) / f"{name}.wav")


def write_sounds(folder: Path, recipes: Mapping[str, Recipe]) -> None:
    """Write each sound that is not there yet as NAME.wav."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, recipe in recipes.items():
        path = folder / f"{name}.wav"
        if not path.exists():
            waveforms.write_wave(path, recipe())


def cached_sounds(cache: Path | None = None) -> Sounds:
    """The lab's sounds, synthesised at first use. The folder's name has a hash of the recipes, so that changed recipes
    never use old files. `cache` None is $XDG_CACHE_HOME/cornetta or ~/.cache/cornetta."""
    if cache is None:
        home = os.environ.get("XDG_CACHE_HOME")
        cache = (Path(home) if home else Path.home() / ".cache") / "cornetta"
    recipes = Path(__file__).read_bytes() + Path(waveforms.__file__).read_bytes()
    folder = cache / f"lab-sounds-{hashlib.sha256(recipes).hexdigest()[:12]}"
    write_sounds(folder, LAB)
    return Sounds(str(folder))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sip.lab.synthesis", description=__doc__)
    parser.add_argument("folder", type=Path)
    write_sounds(parser.parse_args().folder, PRODUCT)


if __name__ == "__main__":
    main()
