from __future__ import annotations

import pytest

from dialer.pacing import Decision, Observation, PacingSnapshot
from dialer.pacing.guarded import Guarded
from tests.unit.pacing.day import dialled, snapshot


class Fragile:
    """A rule that fails when it is told to."""

    def __init__(self, *, observing: bool = False, deciding: bool = False) -> None:
        self.observing, self.deciding, self.asked = observing, deciding, 0

    def observe(self, observation: Observation) -> None:
        if self.observing:
            raise KeyError(observation.attempt)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        self.asked += 1
        if self.deciding:
            raise ZeroDivisionError
        return Decision(99, "wild")


def test_a_rule_that_works_is_let_alone() -> None:
    rule = Guarded(Fragile())
    dialled(rule, 0.0, "a")
    assert rule.decide(0.0, snapshot(3)).dial == 99
    assert not rule.fault


@pytest.mark.parametrize("fragile", [Fragile(observing=True), Fragile(deciding=True)], ids=["observe", "decide"])
def test_a_rule_that_raises_falls_to_one_call_for_each_idle_agent_and_tells(fragile: Fragile) -> None:
    rule = Guarded(fragile)
    dialled(rule, 0.0, "a")
    for _ in range(2):
        decision = rule.decide(0.0, snapshot(5, ringing=1, waiting=1))
        assert decision.dial == 3
        assert "the pacing rule failed" in decision.reason
        assert decision.figures["failed"] == 1.0
    assert rule.fault
    assert "Traceback" in rule.story
    assert fragile.asked <= 1, "what it knows may be half written"


def test_late_events_fall_to_one_call_for_each_idle_agent_as_long_as_they_are_late() -> None:
    inner = Fragile()
    rule = Guarded(inner)
    late = rule.decide(0.0, snapshot(5, ringing=2, lag_s=1.5, may_dial=2))
    assert (late.dial, late.figures["failed"]) == (2, 0.0)
    assert "events are 1.5 s late" in late.reason
    assert rule.decide(0.5, snapshot(5, ringing=2, lag_s=0.2)).dial == 99
    assert inner.asked == 2, "its estimates go on meanwhile"
