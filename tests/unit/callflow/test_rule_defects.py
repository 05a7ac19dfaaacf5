"""A rule that fails, or makes an impossible decision: the campaign goes on with one call for one agent."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.interactions.leg import LegPurpose
from dialer.pacing import Decision, Observation
from dialer.pacing.governor import Basis
from dialer.vocabulary.ids import AttemptId
from dialer.vocabulary.reasons.reason import Said
from dialer.vocabulary.reasons.rule_failures import RuleRaised
from dialer.words import say
from tests.unit.callflow.ahead import Script, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import SPRING

WHY = Said("decision", "as told")


class Strange(Exception):
    """An exception of a foreign rule."""


def goes_on_one_to_one(floor: Floor, problem: str) -> None:
    governor = floor.world.pacers[SPRING]
    assert governor.failure is not None
    assert problem in say(governor.failure)
    assert governor.last is not None
    assert governor.last.basis is Basis.FAILURE
    assert sum(1 for leg in floor.world.legs.values() if leg.purpose is LegPurpose.CONTACT) == 2, "one for each agent"
    assert floor.history().count("pacing_failed") == 1
    floor.tick()
    assert floor.history().count("pacing_failed") == 1


@pytest.mark.parametrize("error", [Strange("my own"), StopIteration("done"), OSError("no file"), MemoryError("full")])
def test_whatever_a_rule_raises(error: Exception) -> None:
    floor, script = predictive()

    def fail() -> None:
        raise error

    script.breaks = fail
    floor.tick()
    goes_on_one_to_one(floor, f"{type(error).__name__}: {error}")


def test_whatever_a_rule_raises_when_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    floor, script = predictive()

    def fail(_: Script, __: Observation) -> None:
        raise Strange("not that again")

    monkeypatch.setattr(Script, "observe", fail)
    script.dial = 9
    floor.tick()
    floor.tick()
    assert floor.world.pacers[SPRING].failure == RuleRaised("Strange", "not that again")
    assert floor.history().count("pacing_failed") == 1


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (17, "the rule's decision has the type int; it must be a Decision"),
        (Decision(1.5, WHY), "dials 1.5, which is no whole number"),  # type: ignore[arg-type]  # nonsense on purpose
        (Decision(float("nan"), WHY), "dials nan, which is no whole number"),  # type: ignore[arg-type]  # nonsense on purpose
        (Decision(-3, WHY), "dials -3, less than nothing"),
        (Decision(1, WHY, pick=(99_999,)), "picks record 99999 of 0"),
        (Decision(2, WHY, pick=(0, 0)), "picks a record twice"),
        (Decision(0, WHY, shed=(AttemptId("a"), AttemptId("b")), shed_chances=(0.5,)), "1 chances for 2 calls"),
        (Decision(0, "as told"), "reason of the rule's decision has the type str"),  # type: ignore[arg-type]  # on purpose
        (Decision(0, WHY, figures=None), "figures of the rule's decision have the type NoneType"),  # type: ignore[arg-type]  # on purpose
    ],
)
def test_what_nobody_can_carry_out(said: Any, problem: str) -> None:
    floor, script = predictive()
    script.says = said
    floor.tick()
    goes_on_one_to_one(floor, problem)


def test_a_rule_that_says_nothing_at_all() -> None:
    floor, script = predictive()
    script.decide = lambda now, snapshot: None  # type: ignore[method-assign,assignment,return-value]  # on purpose
    floor.tick()
    goes_on_one_to_one(floor, "the rule's decision has the type NoneType; it must be a Decision")
