"""The engine outlives its analysis process and starts it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import TapId
from sip.engine.analysis.taps import TAPS_OF_A_LEG

from .rig import WAIT_S, Engine

TONE_HZ = 1000
#: A program that begins an analysis as an engine does, prints its path, and waits.
OWNER = """
from sip.engine.analysis.child import AnalysisProcess
print(AnalysisProcess(print).path, flush=True)
input()
"""


def _analysis_pid() -> int:
    """The engine of this test is in this process, and the analysis is its only child."""
    children = [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
    named = [
        int(pid) for pid in children if b"sip.engine.analysis.process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    assert len(named) == 1
    return named[0]


def test_what_a_dead_process_knew_is_lost_and_the_next_is_started(engine: Engine) -> None:
    ours, theirs = engine.conversation()
    engine.submit(telephony.Play(theirs, telephony.Tone(TONE_HZ)), telephony.StartAnalysis(ours, "tones"))
    engine.hear_for(1.0)
    os.kill(_analysis_pid(), signal.SIGKILL)
    engine.submit(telephony.StopAnalysis(ours, "tones"))
    lost = engine.expect(telephony.AnalysisCompleted)
    assert (lost.leg, lost.tones, lost.seconds) == (ours, (), 0.0)
    engine.submit(telephony.StartAnalysis(ours, "tones"))
    engine.hear_for(3.0)
    engine.submit(telephony.HangUp(ours))
    found = engine.expect(telephony.AnalysisCompleted)
    assert {tone.frequency_hz for tone in found.tones} == {TONE_HZ}


def test_an_unknown_analysis_is_a_fault(engine: Engine) -> None:
    ours, _ = engine.conversation()
    engine.submit(telephony.StartAnalysis(ours, "mind reading"))
    assert "mind reading" in engine.expect(telephony.EngineFault).problem


def test_a_leg_has_several_taps_each_with_a_beginning_and_an_end_of_its_own(engine: Engine) -> None:
    ours, theirs = engine.conversation()
    first, second = TapId("T1"), TapId("T2")
    engine.submit(telephony.Play(theirs, telephony.Tone(TONE_HZ)), telephony.StartAnalysis(ours, "tones", first))
    engine.hear_for(1.0)
    other_hz = TONE_HZ + 300
    engine.submit(telephony.Play(theirs, telephony.Tone(other_hz)), telephony.StartAnalysis(ours, "tones", second))
    engine.hear_for(1.0)
    engine.submit(telephony.StopAnalysis(ours, "tones", first))
    assert _heard(engine, first) == {TONE_HZ, other_hz}
    third_hz = TONE_HZ + 600
    engine.submit(telephony.Play(theirs, telephony.Tone(third_hz)), telephony.StartAnalysis(ours, "tones"))
    engine.hear_for(1.0)
    engine.submit(telephony.HangUp(ours))
    assert _heard(engine, second) == {other_hz, third_hz}
    assert _heard(engine, TapId("")) == {third_hz}


def test_the_taps_of_a_leg_have_a_bound(engine: Engine) -> None:
    ours, theirs = engine.conversation()
    engine.submit(telephony.Play(theirs, telephony.Tone(TONE_HZ)))
    taps = [TapId(f"T{number}") for number in range(TAPS_OF_A_LEG + 1)]
    engine.submit(*(telephony.StartAnalysis(ours, "tones", tap) for tap in taps))
    assert "8 taps at most" in engine.expect(telephony.EngineFault).problem
    engine.hear_for(1.0)
    engine.submit(telephony.HangUp(ours))
    for tap in taps[:-1]:
        assert _heard(engine, tap) == {TONE_HZ}


def _heard(engine: Engine, tap: TapId) -> set[int]:
    completed = engine.expect(telephony.AnalysisCompleted, lambda event: event.tap == tap)
    return {tone.frequency_hz for tone in completed.tones}


def test_nothing_is_left_of_an_engine_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        directory = Path(owner.stdout.readline().decode().strip()).parent
        assert directory.is_dir()
        owner.kill()
    until = time.monotonic() + WAIT_S
    while directory.exists():
        assert time.monotonic() < until, list(directory.iterdir())
        threading.Event().wait(0.02)
