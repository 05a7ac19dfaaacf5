"""Plans are drawn from seed, number and ordinal alone."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import pytest

from dialer.vocabulary.errors import NotFound
from sip.lab.behaviours import Behaviour, number_for
from sip.lab.plan import LATE_DEFAULT_S, plan_call
from sip.lab.profile import (
    DEMO,
    MEASURED,
    MIXED,
    PACE_8H,
    PERSONS,
    PROFILES,
    PROMPT,
    LogNormal,
    Profile,
    profile_named,
)

NUMBERS = [f"+1{area}555{number:04d}" for area in range(202, 232) for number in range(100, 200)]


def test_the_order_of_dialing_changes_nothing() -> None:
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


def test_laws_by_variation_have_their_mean_and_spread() -> None:
    random = Random(4)
    drawn = [PACE_8H.talk.draw(random) for _ in range(40_000)]
    mean = sum(drawn) / len(drawn)
    assert mean == pytest.approx(120, rel=0.04)
    variance = sum((each - mean) ** 2 for each in drawn) / len(drawn)
    assert math.sqrt(variance) / mean == pytest.approx(1.0, abs=0.1)


def test_redrawn_rings_do_not_pile_up_at_the_end() -> None:
    random = Random(4)
    drawn = [PACE_8H.ring.draw(random) for _ in range(20_000)]
    assert max(drawn) < 25.0
    assert min(drawn) > 0.0
    hopeless = LogNormal(100.0, 0.1, 0.0, 1.0, redrawn=True)
    assert hopeless.draw(random) == 1.0


@pytest.mark.parametrize("profile", [PACE_8H, MEASURED, DEMO])
@pytest.mark.parametrize("share", [0.1, 0.25, 0.8])
def test_as_many_persons_answer_as_are_asked_for(profile: Profile, share: float) -> None:
    changed = profile.with_answer_rate(share)
    assert changed.answer_rate == pytest.approx(share)
    others = [behaviour for behaviour in profile.weights if behaviour not in PERSONS]
    ratios = {round(changed.weights[each] / profile.weights[each], 9) for each in others}
    assert len(ratios) == 1


def test_nobody_can_be_left_out_where_all_are_persons() -> None:
    for profile, share in ((PROMPT, 0.5), (MEASURED, 0.0), (MEASURED, 1.5)):
        with pytest.raises(ValueError, match="can be people who answer"):
            profile.with_answer_rate(share)
    assert PROMPT.with_answer_rate(1.0).answer_rate == 1.0


def test_of_pace_8h_those_who_do_not_answer_are_busy_soon_or_let_it_ring() -> None:
    plans = [plan_call(2, number, 1, PACE_8H) for number in NUMBERS]
    kinds = Counter(plan.behaviour for plan in plans)
    assert kinds[Behaviour.PERSON] / len(plans) == pytest.approx(0.25, abs=0.03)
    assert kinds[Behaviour.BUSY] / (len(plans) - kinds[Behaviour.PERSON]) == pytest.approx(0.25, abs=0.03)
    assert set(kinds) == {Behaviour.PERSON, Behaviour.BUSY, Behaviour.RINGS_ON}
    assert all(1.0 <= plan.refuses_after_s <= 4.0 for plan in plans)
    assert not any(plan.first_words for plan in plans)
