"""What is heard while calls are placed one for each agent says nothing of what a risk costs."""

from __future__ import annotations

import pytest

from dialer.pacing import AgentStage, Outcome, PacingSnapshot, Window
from dialer.pacing.predictive import PredictivePacer
from tests.unit.pacing.day import agent, answered, dialled, ended, pacer

AGENTS = 10


def view(answers: int, busy: int = AGENTS) -> PacingSnapshot:
    """In the middle of a day of eight hours on which nobody was abandoned."""
    window = Window("day", 0.03, answers, 0, 14_400.0, 28_800.0)
    return PacingSnapshot(0, 0, busy, 0, 0, 1000, windows=(window,))


def one_to_one(to: PredictivePacer, answers: int, *, held: bool = False) -> float:
    """Answers every 10 s, each served; the rule hears them and is not asked, or `held` by a team of one. The time
    after."""
    for number in range(AGENTS):
        agent(to, 0.0, f"agent-{number}", AgentStage.IDLE)
    at = 0.0
    for number in range(answers):
        name = str(number)
        dialled(to, at, name)
        answered(to, at + 8, name)
        ended(to, at + 9, name, Outcome.HANDLED)
        at += 10.0
        if held:
            to.decide(at, view(number + 1, busy=1))
    return at


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("answers", [50, 300, 1000])
def test_a_day_of_one_call_for_one_agent_teaches_no_price(answers: int, held: bool) -> None:
    unused = pacer().decide(1.0, view(answers)).figures["theta"]
    taught = pacer()
    at = one_to_one(taught, answers, held=held)
    assert taught.decide(at + 1.0, view(answers)).figures["theta"] == pytest.approx(unused)


def test_answers_that_came_under_a_threshold_are_learnt() -> None:
    asked = pacer()
    at = 0.0
    for number in range(300):
        dialled(asked, at, str(number))
        answered(asked, at + 8, str(number))
        ended(asked, at + 9, str(number), Outcome.HANDLED)
        at += 10.0
        asked.decide(at, view(number + 1))
    fresh = pacer().decide(1.0, view(300)).figures["theta"]
    assert asked.decide(at + 0.5, view(300)).figures["theta"] > 1.5 * fresh


def test_a_conversation_that_goes_on_for_another_campaign_has_not_ended() -> None:
    lent, kept = pacer(), pacer()
    for each in (lent, kept):
        for number in range(AGENTS):
            agent(each, 0.0, f"agent-{number}", AgentStage.TALK)
        each.decide(1.0, view(100))
    for turn in range(40):
        at = 1.0 + turn
        for number in range(AGENTS):
            agent(lent, at, f"agent-{number}", AgentStage.OUT)
            agent(lent, 0.0, f"agent-{number}", AgentStage.TALK)
    free = [each.decide(60.0, view(100)).figures["expected_free"] for each in (lent, kept)]
    assert free[0] <= free[1] + 0.05
