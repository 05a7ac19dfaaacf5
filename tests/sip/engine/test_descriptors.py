"""An engine without file descriptors for a while: its reports, and its recovery."""

from __future__ import annotations

from dialer.vocabulary import telephony
from tests.sip.wire.descriptors import descriptors_left

from .rig import Engine


def test_without_descriptors_statistics_go_on_and_calls_come_back(engine: Engine) -> None:
    """A leg needs four for its media: it is refused, and standing legs go on."""
    ours, theirs = engine.conversation()
    with descriptors_left(1):
        for _ in range(3):
            assert not engine.cleared(engine.dial()).answered
        engine.hear_for(1.0)
        assert engine.of(telephony.LegCleared, ours) == []
    engine.hear_for(0.3)
    engine.conversation()
    engine.submit(telephony.HangUp(theirs))
    assert engine.cleared(ours).answered
