"""A trunk's calls per second: used to the full, not beyond, and not only at the tick."""

from __future__ import annotations

from config.model import Mode
from dialer.vocabulary.writes import BeginAttempt
from tests.unit.callflow.house import trunk
from tests.unit.callflow.scenes import dialing


def test_the_next_call_leaves_as_soon_as_the_trunk_may_take_it() -> None:
    floor = dialing(Mode.PROGRESSIVE_ASM, trunks=(trunk(max_calls_per_s=5),))
    floor.forget_outputs()
    floor.clear(floor.contact, 486)
    assert not floor.writes(BeginAttempt)
    floor.pass_time(0.19)
    assert not floor.writes(BeginAttempt)
    floor.pass_time(0.02)
    assert len(floor.writes(BeginAttempt)) == 1


def test_nobody_looks_again_while_no_agent_is_idle() -> None:
    floor = dialing(Mode.PROGRESSIVE_ASM, trunks=(trunk(max_calls_per_s=5),))
    assert "pace/trunk" not in floor.timers
