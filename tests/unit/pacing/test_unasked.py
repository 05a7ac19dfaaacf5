"""Observations during one call for each agent teach nothing of the cost of a risk."""

from __future__ import annotations

import pytest

from dialer.pacing import AgentStage, Outcome, PacingSnapshot, Window
from dialer.pacing.budget import AIM, Allowance, Budget
from dialer.pacing.predictive import PredictivePacer
from tests.unit.pacing.day import agent, answered, dialed, ended, pacer

AGENTS = 10


def view(answers: int, busy: int = AGENTS) -> PacingSnapshot:
    """A snapshot in the middle of a day of eight hours without abandoned contacts."""
    window = Window("day", 0.03, answers, 0, 14_400.0, 28_800.0)
    return PacingSnapshot(0, 0, busy, 0, 0, 1000, windows=(window,))


def one_to_one(to: PredictivePacer, answers: int, *, held: bool = False) -> float:
    """Answers every 10 s, each served; the rule observes them and makes no decisions, or is `held` by a team of one.
    Returns the time after."""
    for number in range(AGENTS):
        agent(to, 0.0, f"agent-{number}", AgentStage.IDLE)
    at = 0.0
    for number in range(answers):
        name = str(number)
        dialed(to, at, name)
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
        dialed(asked, at, str(number))
        answered(asked, at + 8, str(number))
        ended(asked, at + 9, str(number), Outcome.HANDLED)
        at += 10.0
        asked.decide(at, view(number + 1))
    fresh = pacer().decide(1.0, view(300)).figures["theta"]
    assert asked.decide(at + 0.5, view(300)).figures["theta"] > 1.5 * fresh


def test_many_dials_that_nobody_asked_about_are_not_kept_for_the_first_decision() -> None:
    """Otherwise a campaign that is progressive for weeks would keep them all."""
    asked = pacer()
    asked.decide(0.0, view(0))
    one_to_one(asked, 1000)
    assert len(asked._calls.ripen(9_990.0)) < 10


class TestCredit:
    """The rest of an even share of the limit, by the hour of the decision; a day of eight hours."""

    def window(self, answers: int, abandoned: int = 0, elapsed_h: float = 4.0, day: int = 1) -> Window:
        return Window("day", 0.03, answers, abandoned, elapsed_h * 3600, 8 * 3600, day)

    def unasked(self, budget: Budget, window: Window) -> Allowance:
        budget.unasked()
        return budget.allow((window,))

    def test_a_morning_that_nobody_asked_for_leaves_nothing_for_the_afternoon(self) -> None:
        earned, unasked = Budget(shedding=False), Budget(shedding=False)
        assert earned.allow((self.window(1000),)).alpha > 1.8 * 0.03 * AIM
        assert self.unasked(unasked, self.window(1000)).alpha <= 0.03 * AIM

    def test_nor_does_a_gap_at_noon(self) -> None:
        budget = Budget(shedding=False)
        budget.allow((self.window(500, 14, elapsed_h=2),))
        before = budget.allow((self.window(500, 14, elapsed_h=2),)).bearable
        after = self.unasked(budget, self.window(1000, 14, elapsed_h=4)).bearable
        assert after < before, "fewer answers are to come, and those at noon bring nothing"
        assert after == pytest.approx(0.03 * AIM * 1500 - 14, abs=1)

    def test_what_was_abandoned_meanwhile_is_paid_for(self) -> None:
        """As after a restart in the middle of a day: a balanced count stays balanced, an early excess stays an
        excess."""
        for abandoned in (20, 30, 50):
            earned = Budget(shedding=False).allow((self.window(1000, abandoned),))
            anew = self.unasked(Budget(shedding=False), self.window(1000, abandoned))
            assert anew.alpha <= earned.alpha
            assert (anew == earned) == (abandoned >= 30)

    def test_what_was_spent_ahead_before_is_made_up_for(self) -> None:
        budget = Budget(shedding=False)
        budget.allow((self.window(200, 10, elapsed_h=1),))
        even = self.unasked(budget, self.window(1000, 10))
        assert even == self.unasked(Budget(shedding=False), self.window(1000, 10))
        assert even.alpha == pytest.approx((0.03 * AIM * 1000 - 3) / 1025), "an even share, less the reserve"

    def test_it_is_not_earned_back_by_a_machine_that_leaves_the_answers(self) -> None:
        budget = Budget(shedding=False)
        self.unasked(budget, self.window(1000))
        assert budget.allow((self.window(999),)).alpha <= 0.03 * AIM

    @pytest.mark.parametrize(("answers", "elapsed_h"), [(0, 0.0), (0, 7.5), (300, 7.5), (1500, 1.0), (1500, 7.5)])
    def test_another_day_begins_anew_at_whatever_hour_and_with_whatever_was_heard(
        self, answers: int, elapsed_h: float
    ) -> None:
        """There is no decision before its first look, which may be at a later hour than yesterday's last one."""
        budget, fresh = Budget(shedding=False), Budget(shedding=False)
        self.unasked(budget, self.window(1000, elapsed_h=7.0))
        for each in (budget, fresh):
            self.unasked(each, self.window(answers, elapsed_h=elapsed_h, day=2))
        later = (self.window(answers + 300, 2, elapsed_h=elapsed_h + 0.25, day=2),)
        assert budget.allow(later) == fresh.allow(later)

    def test_a_period_of_many_days_keeps_what_its_days_have_left(self) -> None:
        """Also when its oldest day drops out overnight, and after a restart of the node."""

        def month(answers: int, elapsed_h: float) -> Window:
            return Window("30 days", 0.03, answers, 5, elapsed_h * 3600, 30 * 8 * 3600, day=None)

        kept, anew = Budget(shedding=False), Budget(shedding=False)
        kept.allow((month(600, 240.0),))
        morning = month(580, 232.0)
        assert self.unasked(kept, morning) == self.unasked(anew, morning) == Budget(shedding=False).allow((morning,))

    def test_what_is_left_is_told_without_it(self) -> None:
        assert self.unasked(Budget(shedding=False), self.window(1000)).left == pytest.approx(0.0, abs=1.0)

    def test_each_period_has_its_own(self) -> None:
        budget = Budget(shedding=False)
        days = Window("30 days", 0.03, 50_000, 1400, 15 * 86_400, 30 * 86_400, day=None)
        budget.unasked()
        both = budget.allow((self.window(1000), days))
        assert both.window == "day"
        assert both.alpha <= 0.03 * AIM


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
