"""A program for test_recorder.py: one tone into both channels of a recorder, on our build of pjsua2.

pjsua2 lives once in a process, therefore a process of its own. Prints one JSON object.
"""

import gc
import json
import os
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pjsua2 as pj

RATE_HZ = 8000
FRAME = 160
DEADLINE_S = 20.0


def until(end: pj.Endpoint, condition: Callable[[], bool]) -> None:
    by = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < by, "not in time"
        end.libHandleEvents(5)


def endpoint() -> pj.Endpoint:
    end = pj.Endpoint()
    end.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 0
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.medConfig.clockRate = config.medConfig.sndClockRate = RATE_HZ
    end.libInit(config)
    end.libStart()
    end.audDevManager().setNullDev()
    return end


def glide() -> pj.ToneGenerator:
    """Tones that change all the time, so that any two moments differ."""
    generator = pj.ToneGenerator()
    generator.createToneGenerator(RATE_HZ)
    tones = pj.ToneDescVector()
    for frequency in range(300, 3000, 100):
        tone = pj.ToneDesc()
        tone.freq1, tone.freq2, tone.on_msec, tone.off_msec = frequency, 0, 30, 0
        tones.append(tone)
    generator.play(tones, True)
    return generator


def recorded(end: pj.Endpoint, path: Path) -> dict[str, object]:
    """Left from the beginning, right half a second later, a pause in between."""
    generator, recorder = glide(), pj.CornettaRecorder()
    descriptors = len(os.listdir("/proc/self/fd"))
    recorder.create(str(path))
    generator.startTransmit(recorder.left())
    until(end, lambda: recorder.position() > 0.5)
    opened = len(os.listdir("/proc/self/fd")) - descriptors
    generator.startTransmit(recorder.right())
    until(end, lambda: recorder.position() > 1.5)
    recorder.pause(True)
    until(end, lambda: recorder.position() > 2.0)
    recorder.pause(False)
    until(end, lambda: recorder.position() > 3.0)
    recorder.close()
    recorder.close()
    assert pj.cornettaRecordingsSettled(2000)
    with wave.open(str(path)) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    left, right = both[:, 0], both[:, 1]
    frames = left[RATE_HZ : len(left) // FRAME * FRAME].reshape(-1, FRAME)
    begin = int(np.flatnonzero(right)[0])
    return {
        "descriptors": opened,
        "left_over": len(os.listdir("/proc/self/fd")) - descriptors,
        "ended": recorder.ended(),
        "problem": recorder.problem(),
        "seconds": recorder.seconds(),
        "lost": recorder.lost(),
        "right_begins_s": begin / RATE_HZ,
        "differ": int(np.count_nonzero(left[begin:] != right[begin:])),
        "silent_s": int((~frames.any(axis=1)).sum()) * FRAME / RATE_HZ,
    }


def main(path: Path) -> dict[str, object]:
    end = endpoint()
    found = recorded(end, path)
    gc.collect()
    end.libDestroy()
    return found


if __name__ == "__main__":
    gc.disable()
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201 (what the test reads)
