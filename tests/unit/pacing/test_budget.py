from __future__ import annotations

import pytest

from dialer.pacing.budget import LEAST_THETA, USUAL_THETA, USUAL_THETA_SHEDDING, Budget
from dialer.pacing.pacer import Window


def day(answers: int, abandoned: int, *, elapsed_h: float = 4.0, limit: float = 0.03, name: str = "day") -> Window:
    return Window(name, limit, answers, abandoned, elapsed_h * 3600, 8 * 3600)


def test_it_starts_at_the_usual_threshold() -> None:
    on_course = (day(4000, 118),)
    assert Budget(shedding=False).allow(on_course).theta == pytest.approx(USUAL_THETA, rel=0.05)
    assert Budget(shedding=True).allow(on_course).theta == pytest.approx(USUAL_THETA_SHEDDING, rel=0.05)


def test_a_low_limit_starts_with_a_low_threshold() -> None:
    allowance = Budget(shedding=False).allow((day(4000, 4, limit=0.002),))
    assert LEAST_THETA < allowance.theta < 0.01


def test_the_period_that_leaves_least_decides() -> None:
    roomy = Window("30 days", 0.03, 50_000, 200, 15 * 86_400, 30 * 86_400)
    spent = day(2000, 58)
    both = Budget(shedding=False).allow((roomy, spent))
    alone = Budget(shedding=False).allow((spent,))
    assert both == alone
    assert both.window == "day"
    assert both.theta < Budget(shedding=False).allow((roomy,)).theta


@pytest.mark.parametrize("order", [0, 1])
def test_one_period_that_is_spent_is_enough_to_risk_nothing(order: int) -> None:
    roomy = Window("30 days", 0.03, 50_000, 200, 15 * 86_400, 30 * 86_400)
    for too_soon, theta in ((day(1000, 59), LEAST_THETA), (day(1000, 60), 0.0)):
        windows = [roomy, too_soon]
        allowance = Budget(shedding=False).allow(windows if order else windows[::-1])
        assert allowance.guarded
        assert allowance.theta == theta
        assert allowance.spent == (theta == 0.0)


def test_a_list_that_ends_today_still_gives_its_retries_to_the_days_after() -> None:
    """Second day of thirty: a little ahead of the course, 40 answers left today and 160 from tomorrow's retries."""
    month = Window("30 days", 0.03, 1100, 33, 12 * 3600.0, 240 * 3600.0, day=None)
    without, within = (Budget(shedding=False).allow((day(100, 2), month), 40.0, later) for later in (0.0, 160.0))
    assert within.bearable > without.bearable
    assert within.theta > without.theta == LEAST_THETA
    today = (day(100, 2),)
    assert Budget(shedding=False).allow(today, 40.0, 160.0) == Budget(shedding=False).allow(today, 40.0)


def test_who_is_ahead_of_the_budget_still_risks_a_little() -> None:
    """Progressive dialing for the rest of a day costs far more than the few abandoned contacts of the first steps above
    it."""
    ahead = Budget(shedding=False).allow((day(1000, 50),))
    assert ahead.guarded
    assert LEAST_THETA < ahead.theta < USUAL_THETA / 4


def test_before_the_first_answer_next_to_nothing_is_risked() -> None:
    assert Budget(shedding=False).allow((day(0, 0, elapsed_h=0.01),)).theta == LEAST_THETA


def test_a_low_limit_has_a_low_floor() -> None:
    ahead = Budget(shedding=False).allow((day(4000, 15, limit=0.002),))
    assert ahead.guarded
    assert ahead.theta <= 0.0004


def test_of_few_that_are_left_a_part_is_kept_and_of_many_three() -> None:
    """With a smaller reserve more of the short shifts end over their limit."""

    def spent(answers: int, abandoned: int) -> float:
        return Budget(shedding=False).allow((day(answers, abandoned),)).alpha * (answers + 25)

    assert spent(120, 6) == pytest.approx(0.6 * (7.08 - 6))
    assert spent(1200, 20) == pytest.approx(70.8 - 20 - 3)


def test_a_list_that_ends_first_decides_what_may_be_spent() -> None:
    """Contacts abandoned early are normally balanced by later answers: a list at its end has none."""
    budget, ahead = Budget(shedding=False), (day(1000, 31),)
    assert not budget.allow(ahead).guarded
    assert not budget.allow(ahead, to_come=5000).guarded
    assert budget.allow(ahead, to_come=20).guarded
    assert budget.allow(ahead, to_come=20).spent
    assert budget.allow((day(1000, 10),), to_come=20).alpha == 2 * 0.0295, "and what is left is not burnt at once"


def test_the_credit_on_answers_to_come_is_gone_at_the_end() -> None:
    early, late = day(1000, 29, elapsed_h=4.0), day(1000, 29, elapsed_h=8.0)
    assert not Budget(shedding=False).allow((early,)).guarded
    assert Budget(shedding=False).allow((late,)).guarded


def test_what_is_left_late_is_not_burnt_at_once() -> None:
    assert Budget(shedding=False).allow((day(1000, 0, elapsed_h=7.9),)).alpha <= 2 * 0.03


def test_more_abandoned_than_forecast_lower_the_threshold_and_fewer_raise_it() -> None:
    unlucky, lucky = Budget(shedding=False), Budget(shedding=False)
    windows = (day(4000, 118),)
    for budget, abandoned in ((unlucky, 60), (lucky, 15)):
        budget.allow(windows)
        budget.answered(1000)
        for _ in range(abandoned):
            budget.abandoned()
    assert unlucky.allow(windows).theta < USUAL_THETA < lucky.allow(windows).theta


def test_a_machine_is_taken_back() -> None:
    one, other = Budget(shedding=False), Budget(shedding=False)
    for budget in (one, other):
        budget.allow((day(400, 10),))
        budget.answered(100)
    one.answered(50)
    one.answered(-50)
    assert one.allow((day(400, 10),)) == other.allow((day(400, 10),))


def test_it_says_how_many_abandoned_contacts_the_tightest_period_can_still_bear() -> None:
    """Of the whole period: 4,000 answers by noon are 8,000 in the day."""

    def bearable(*windows: Window) -> int:
        return Budget(shedding=False).allow(windows).bearable

    assert bearable(day(4000, 100)) == 8000 * 0.0295 - 100
    assert bearable(day(4000, 100), day(40, 0, name="other")) == 2
    assert bearable(day(4000, 236)) == bearable(day(4000, 400)) == bearable(day(0, 0)) == 0
    both = Budget(shedding=False).allow((day(4000, 150), day(40, 0, name="other")))
    assert (both.window, both.bearable, both.bearing) == ("day", 2, "other")
    assert Budget(shedding=False).allow((day(4000, 100),), to_come=100).bearable == 20
