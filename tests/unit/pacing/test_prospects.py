from __future__ import annotations

import pytest

from dialer.pacing import Traits
from dialer.pacing.calibration import Calibration
from dialer.pacing.habits import HALF_LIFE_DAYS, Habits, weighed
from dialer.vocabulary.habits import DayHabit, HabitCount
from dialer.vocabulary.ids import ListName

HISTORY = (
    HabitCount(9, "fixed", "IT", 4000, 400),
    HabitCount(9, "mobile", "IT", 4000, 800),
    HabitCount(18, "fixed", "IT", 4000, 1200),
    HabitCount(18, "mobile", "IT", 4000, 2400),
)


def test_hours_and_types_are_told_apart() -> None:
    habits = Habits(HISTORY)
    for each in HISTORY:
        rate = habits.rate(Traits(hour=each.hour, number_type=each.number_type, region=each.region))
        assert rate == pytest.approx(each.answers / each.dials, rel=0.05)


def test_what_was_never_seen_together_follows_from_what_was_seen_apart() -> None:
    habits = Habits(HISTORY[:3])
    expected = habits.rate(Traits(hour=18, number_type="mobile", region="IT"))
    assert expected > habits.rate(Traits(hour=18, number_type="fixed", region="IT"))


def test_few_dials_hardly_count() -> None:
    lucky = (*HISTORY, HabitCount(18, "fixed", "FR", 2, 2))
    rate = Habits(lucky).rate(Traits(hour=18, number_type="fixed", region="FR"))
    assert 0.25 < rate < 0.40


def test_nothing_known_is_the_rate_of_all() -> None:
    assert Habits().rate(Traits(hour=9)) == 0.25
    assert Habits(HISTORY).rate(None) == pytest.approx(4800 / 16000, rel=0.01)


def test_days_add_up_and_weigh_less_the_older_they_are() -> None:
    march, april = ListName("march"), ListName("april")
    days = (
        DayHabit(march, 1000, 9, "fixed", "IT", 40, 8.0),
        DayHabit(april, 1000, 9, "fixed", "IT", 40, 4.0),
        DayHabit(march, 1000 - int(HALF_LIFE_DAYS), 9, "fixed", "IT", 40, 8.0),
        DayHabit(march, 1000, -1, "", "", 2, 1.0),
    )
    assert weighed(days, 1000) == (HabitCount(-1, "", "", 2, 1.0), HabitCount(9, "fixed", "IT", 100, 16.0))
    later = weighed(days, 1000 + int(HALF_LIFE_DAYS))
    assert later[1] == HabitCount(9, "fixed", "IT", 50, 8.0)


def test_a_score_that_promises_too_much_is_corrected_beside_the_level_of_all() -> None:
    calibration = Calibration()
    assert calibration.chance(0.6) == 0.6
    for number in range(500):
        calibration.learn(0.65, 1.0, float(number % 4 == 0))
        calibration.learn(0.25, 0.5, float(number % 8 == 0))
    assert calibration.chance(0.65) == pytest.approx(0.25, abs=0.05)
    assert calibration.chance(0.25) == pytest.approx(0.25, abs=0.03), "low as its level: that is not the score's fault"
