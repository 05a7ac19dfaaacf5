"""The owner's timers and statistics, also under failures."""

from __future__ import annotations

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from sip.engine.loop import Loop
from sip.engine.pulse import Pulse
from tests.sip.wire.descriptors import descriptors_left


@pytest.fixture
def told() -> list[telephony.Event]:
    return []


@pytest.fixture
def loop(told: list[telephony.Event]) -> Loop:
    return Loop(told.append, lambda: None)


def test_what_is_done_again_and_again_goes_on_when_it_fails(loop: Loop, told: list[telephony.Event]) -> None:
    """Statistics stopped for ever at the first error of the system."""
    done = []

    def fail() -> None:
        done.append(1)
        raise OSError(24, "Too many open files")

    loop.every(0.0, fail)
    for _ in range(50):
        loop.turn()
    assert len(done) == 50
    assert len(told) == 10
    assert isinstance(told[0], telephony.EngineFault)
    assert "Too many open files" in told[0].problem


def test_faults_of_one_leg_are_bounded_and_those_of_another_are_told(loop: Loop, told: list[telephony.Event]) -> None:
    for _ in range(10_000):
        loop.fault("onDtmfDigit", ValueError("one"), LegId("L1"))
    loop.fault("onDtmfDigit", ValueError("other"), LegId("L2"))
    assert len(told) == 11


def test_faults_hold_no_control_characters(loop: Loop, told: list[telephony.Event]) -> None:
    loop.fault("x", ValueError("a\x1b]0;b\x07\udce9"))
    assert isinstance(told[0], telephony.EngineFault)
    assert told[0].problem == "ValueError: a]0;b\ufffd"


def test_the_memory_is_told_without_a_descriptor() -> None:
    pulse = Pulse(1.0)
    with descriptors_left(0):
        assert pulse.rss_mb() > 1.0
    pulse.close()
