"""Plans are drawn from seed, number and ordinal alone."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from dialer.vocabulary.errors import NotFound
from sip.lab.behaviours import Behaviour, number_for
from sip.lab.plan import LATE_DEFAULT_S, plan_call
from sip.lab.profile import DEMO, MEASURED, MIXED, PROFILES, PROMPT, LogNormal, profile_named

NUMBERS = [f"+1{area}555{number:04d}" for area in range(202, 232) for number in range(100, 200)]


def test_the_order_of_dialling_changes_nothing() -> None:
    forwards = {number: plan_call(7, number, 1, DEMO) for number in NUMBERS}
    backwards = {number: plan_call(7, number, 1, DEMO) for number in reversed(NUMBERS)}
    assert forwards == backwards


def test_another_seed_and_another_call_give_other_plans() -> None:
    number = NUMBERS[0]
    plans = {plan_call(seed, number, nth, DEMO) for seed in range(5) for nth in range(1, 5)}
    assert len(plans) == 20


def test_behaviours_follow_the_weights() -> None:
    drawn = Counter(plan_call(3, number, 1, MEASURED).behaviour for number in NUMBERS)
    total = sum(MEASURED.weights.values())
    for behaviour, weight in MEASURED.weights.items():
        assert drawn[behaviour] / len(NUMBERS) == pytest.approx(weight / total, abs=0.03)
    assert set(drawn) <= set(MEASURED.weights)


def test_a_number_of_the_table_overrides_the_profile_and_a_pin_overrides_both() -> None:
    number = number_for(Behaviour.FAX)
    assert plan_call(1, number, 1, PROMPT).behaviour is Behaviour.FAX
    assert plan_call(1, number, 1, PROMPT, Behaviour.BUSY).behaviour is Behaviour.BUSY


@pytest.mark.parametrize(("last_digit", "seconds"), [(0, LATE_DEFAULT_S), (1, 1.0), (7, 7.0)])
def test_a_late_number_is_quiet_for_as_many_seconds_as_its_last_digit(last_digit: int, seconds: float) -> None:
    assert plan_call(1, number_for(Behaviour.LATE, last_digit), 1, MEASURED).alert_after_s == seconds


def test_measured_people_stay_long_enough_to_be_proved() -> None:
    for number in NUMBERS:
        plan = plan_call(5, number, 1, MEASURED)
        assert plan.talk_s is None or plan.talk_s >= 6.0
        assert 0.3 <= plan.speech_after_s <= 1.5


def test_ring_times_have_the_mean_of_the_profile() -> None:
    random = Random(9)
    spread = LogNormal(8.0, 0.5, 0.0, 1000.0)
    drawn = [spread.draw(random) for _ in range(20_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(8.0, rel=0.05)


def test_profiles_by_name() -> None:
    assert {profile_named(name).weights is PROFILES[name].weights for name in PROFILES} == {True}
    assert Behaviour.SILENT in MIXED.weights
    with pytest.raises(NotFound, match="profile 'nobody'"):
        profile_named("nobody")
