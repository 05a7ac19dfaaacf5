from __future__ import annotations

import msgspec
import pytest

from config.model import Predictive
from dialer.pacing import Outcome, Traits
from dialer.pacing.calibration import Calibration
from dialer.pacing.habits import HabitCount, Habits, faded, merged
from dialer.pacing.predictive import PredictivePacer
from tests.unit.pacing.day import RING_S, answered, dialled, ended, pacer, snapshot

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


def test_history_is_plain_data_that_adds_up_and_fades() -> None:
    data = msgspec.json.encode(HISTORY)
    assert msgspec.json.decode(data, type=tuple[HabitCount, ...]) == HISTORY
    twice = merged(HISTORY, HISTORY)
    assert [each.dials for each in twice] == [8000] * 4
    assert faded(twice, 0.5) == merged(HISTORY)
    assert faded((HabitCount(9, "", "", 0.6, 0.1),), 0.5) == ()


def test_a_run_hands_out_what_it_has_learned_and_the_next_one_expects_it() -> None:
    rule = pacer()
    evening = Traits(hour=19, number_type="mobile", region="IT")
    for number in range(400):
        at, name = float(number), f"call-{number}"
        dialled(rule, at, name, traits=evening)
        if number % 2:
            answered(rule, at + 5.0, name)
            ended(rule, at + 60.0, name, Outcome.HANDLED)
        else:
            ended(rule, at + RING_S, name, Outcome.UNANSWERED)
        rule.decide(at, snapshot(1, 3))
    rule.decide(500.0, snapshot(1, 3))
    learned = rule.learned()
    assert learned == (HabitCount(19, "mobile", "IT", 400.0, 200.0),)
    second = PredictivePacer(Predictive(), RING_S, learned)
    assert second.decide(0.0, snapshot(1)).figures["answer_rate"] == pytest.approx(0.5, abs=0.01)


def test_a_score_that_promises_too_much_is_corrected_beside_the_level_of_all() -> None:
    calibration = Calibration()
    assert calibration.chance(0.6) == 0.6
    for number in range(500):
        calibration.learn(0.65, 1.0, float(number % 4 == 0))
        calibration.learn(0.25, 0.5, float(number % 8 == 0))
    assert calibration.chance(0.65) == pytest.approx(0.25, abs=0.05)
    assert calibration.chance(0.25) == pytest.approx(0.25, abs=0.03), "low as its level: that is not the score's fault"
