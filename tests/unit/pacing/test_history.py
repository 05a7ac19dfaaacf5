"""A pacer's use of former days, and of a calling list that changes."""

from __future__ import annotations

import pytest

from dialer.pacing import Observation, Observed, Outcome, Traits
from dialer.pacing.list_change import AWAY_S, ListWatch
from dialer.pacing.predictive import PredictivePacer
from dialer.vocabulary.habits import HabitCount
from dialer.words import say
from tests.unit.pacing.day import RING_S, answered, dialed, ended, pacer, snapshot, warmed_up

FIXED = Traits(hour=9, number_type="fixed", region="GB", list="march")
MOBILE = Traits(hour=9, number_type="mobile", region="GB", list="march")
EVENING = Traits(hour=19, number_type="mobile", region="GB", list="march")
HISTORY = (
    HabitCount(9, "fixed", "GB", 4000, 400),
    HabitCount(9, "mobile", "GB", 4000, 1600),
    HabitCount(19, "mobile", "GB", 4000, 2400),
)


def remember(to: PredictivePacer, at: float, *lists: str) -> None:
    to.observe(Observation(Observed.HISTORY, at, history=HISTORY, lists=lists))


def dialed_through(to: PredictivePacer, at: float, traits: Traits, one_in: int, count: int = 300) -> float:
    """This many calls, a second apart, of which one in so many is answered; returns the time when all of them count."""
    for number in range(count):
        name = f"{traits.list}-{at}"
        dialed(to, at, name, traits=traits)
        if number % one_in == 0:
            answered(to, at + 0.4, name)
            ended(to, at + 0.5, name, Outcome.HANDLED)
        else:
            ended(to, at + 0.9, name, Outcome.UNANSWERED)
        at += 1.0
        to.decide(at, snapshot(1, 5))
    to.decide(at + RING_S + 1.0, snapshot(1, 5))
    return at + RING_S + 1.0


@pytest.mark.parametrize("idle", [0, 1, 3])
def test_without_history_traits_change_nothing(idle: int) -> None:
    plain, told = pacer(), pacer()
    at = warmed_up(plain)
    assert warmed_up(told) == at
    known = tuple([FIXED, EVENING] * 32)
    first = plain.decide(at, snapshot(idle, 8))
    second = told.decide(at, snapshot(idle, 8, upcoming=known))
    assert (first.dial, first.reason, first.figures) == (second.dial, second.reason, second.figures)


def test_more_calls_are_placed_where_few_answer_and_fewer_where_many_do() -> None:
    dials = []
    for traits in (FIXED, MOBILE, EVENING):
        rule = pacer()
        remember(rule, 0.0, "march")
        dials.append(rule.decide(0.0, snapshot(10, upcoming=(traits,) * 64)).dial)
    assert dials[0] > 2 * dials[1] > 2 * dials[2] >= 20


def test_a_decision_says_what_former_days_have_to_do_with_it() -> None:
    rule = pacer()
    remember(rule, 0.0, "march")
    decision = rule.decide(0.0, snapshot(2, upcoming=(FIXED, EVENING)))
    assert decision.figures["forecast_rate"] == pytest.approx(0.35, abs=0.02)
    assert (decision.figures["habit_dials"], decision.figures["habit_dials_alike"]) == (12_000, 4000)
    assert "35% answers forecast of the next records, by 12000 dials of former days, 4000 of them alike" in (
        say(decision.reason)
    )
    scored = rule.decide(0.0, snapshot(2, upcoming=(Traits(score=0.3),)))
    assert "former days" not in say(scored.reason)


def test_a_great_crew_dials_more_records_than_it_can_look_at() -> None:
    rule = pacer()
    remember(rule, 0.0, "march")
    decision = rule.decide(0.0, snapshot(100, upcoming=(FIXED, MOBILE) * 32))
    assert decision.dial > 200
    assert decision.pick == ()


def test_the_level_of_the_day_is_learnt_beside_the_habits() -> None:
    """Half as many answers as on former days: every forecast is halved, also of hours that are to come."""
    rule = pacer()
    remember(rule, 0.0, "march")
    at = dialed_through(rule, 1.0, MOBILE, 5)
    evening = rule.decide(at, snapshot(1, 5, upcoming=(EVENING,)))
    assert evening.figures["forecast_rate"] == pytest.approx(0.3, abs=0.04)


def test_a_new_day_of_history_does_not_multiply_with_what_the_day_had_taught() -> None:
    rule = pacer()
    at = dialed_through(rule, 0.0, FIXED, 10)
    assert rule.decide(at, snapshot(1, 5)).figures["answer_rate"] == pytest.approx(0.1, abs=0.03)
    remember(rule, at, "march")
    forecast = rule.decide(at, snapshot(1, 5, upcoming=(FIXED,)))
    assert forecast.figures["forecast_rate"] == pytest.approx(0.1, abs=0.01)


def test_a_new_list_does_not_inherit_the_rate_of_the_old_one() -> None:
    rule = pacer()
    at = dialed_through(rule, 0.0, FIXED, 20)
    assert rule.decide(at, snapshot(1, 5)).figures["answer_rate"] < 0.08
    april = Traits(hour=9, number_type="fixed", region="GB", list="april")
    dialed(rule, at, "last-of-march", traits=FIXED)
    dialed(rule, at, "first-of-april", traits=april)
    anew = rule.decide(at, snapshot(1, 5, ringing=2))
    assert anew.figures["answer_rate"] == pytest.approx(0.25)
    assert "the list april is new: what was known of answers is forgotten" in say(anew.reason)
    ended(rule, at + 1.0, "last-of-march", Outcome.UNANSWERED)
    answered(rule, at + 1.0, "first-of-april")
    after = rule.decide(at + RING_S + 1.0, snapshot(1, 5))
    assert after.figures["answer_rate"] == pytest.approx((2 + 1) / (2 + 0.25) * 0.25, rel=0.02), "april's dial alone"
    at = dialed_through(rule, at + RING_S + 1.0, april, 2)
    known = rule.decide(at, snapshot(1, 5))
    assert known.figures["answer_rate"] == pytest.approx(0.5, abs=0.05)
    assert "april" not in say(known.reason)


def test_calls_of_the_old_list_that_ring_keep_their_chances() -> None:
    rule = pacer()
    at = dialed_through(rule, 0.0, FIXED, 20)
    dialed(rule, at, *(f"march-{number}" for number in range(20)), traits=FIXED)
    before = rule.decide(at, snapshot(1, 5, ringing=20)).figures["expected_answers"]
    dialed(rule, at, "april", traits=Traits(list="april"))
    after = rule.decide(at, snapshot(1, 5, ringing=21)).figures["expected_answers"]
    assert before < 1.5
    assert after == pytest.approx(before + 0.25, abs=0.02)


def test_a_new_list_is_expected_to_answer_as_any_campaign_or_as_its_habits_if_they_say_more() -> None:
    low = pacer()
    low.observe(Observation(Observed.HISTORY, 0.0, history=(HISTORY[0],), lists=("march",)))
    april = Traits(hour=9, number_type="fixed", region="GB", list="april")
    dialed(low, 1.0, "a", traits=april)
    assert low.decide(1.0, snapshot(1, 5, upcoming=(april,))).figures["forecast_rate"] == pytest.approx(0.25, abs=0.01)
    high = pacer()
    remember(high, 0.0, "march")
    dialed(high, 1.0, "a", traits=april)
    figures = high.decide(1.0, snapshot(1, 5, upcoming=(EVENING,))).figures
    assert figures["forecast_rate"] == pytest.approx(0.6, abs=0.03)


def test_a_campaign_that_begins_with_several_lists_has_nothing_to_forget() -> None:
    rule = pacer()
    dialed(rule, 0.0, "a", traits=FIXED)
    dialed(rule, 0.1, "b", traits=Traits(list="april"))
    assert "is new" not in say(rule.decide(1.0, snapshot(1, 5, ringing=2)).reason)


def test_which_lists_are_new() -> None:
    watch = ListWatch()
    assert not watch.dialed("", 0.0)
    assert not watch.dialed("a", 0.0), "the first of all"
    assert watch.dialed("b", 1.0)
    assert not any(watch.dialed(name, at) for at, name in enumerate("abab", 2)), "two lists in turn"
    rounds = range(5, 10 + int(AWAY_S), 5)
    assert not any(watch.dialed("b", at) for at in rounds), "nothing else was dialed meanwhile"
    assert watch.dialed("a", rounds[-1]), "others were"
    later = ListWatch()
    later.know(("a",), 0.0)
    assert not later.dialed("a", 1.0)
    assert later.dialed("b", 2.0)
    assert sum(later.dialed(f"list-{number}", 3.0) for number in range(200)) == 200


def test_no_list_is_new_after_a_pause_of_the_whole_campaign() -> None:
    watch = ListWatch()
    for at, name in enumerate("abcabc"):
        watch.dialed(name, at)
    assert not any(watch.dialed(name, 10 * AWAY_S + at) for at, name in enumerate("abcabc"))
    assert watch.dialed("d", 10 * AWAY_S + 6), "a new one is new all the same"


def test_pauses_do_not_add_up_to_the_absence_of_a_list() -> None:
    watch = ListWatch()
    watch.dialed("a", 0.0)
    watch.dialed("b", 1.0)
    assert not any(watch.dialed("b", number * AWAY_S) for number in range(1, 6))
    assert not watch.dialed("a", 5 * AWAY_S + 1), "another list was dialed five times in all"


def test_a_pause_of_the_whole_campaign_forgets_no_answer_rate() -> None:
    rule, both = pacer(), (MOBILE, Traits(list="april"))
    for number in range(400):
        dialed(rule, float(number), f"a{number}", traits=both[number % 2])
        ended(rule, number + 0.5, f"a{number}", Outcome.UNANSWERED)
    learnt = rule.decide(430.0, snapshot(1, 5)).figures["answer_rate"]
    assert learnt < 0.05
    for number in range(2):
        dialed(rule, 10 * AWAY_S + number, f"b{number}", traits=both[number])
    assert rule.decide(10 * AWAY_S + 2.0, snapshot(1, 5, ringing=2)).figures["answer_rate"] == learnt


def test_a_list_of_former_days_is_no_new_one() -> None:
    rule = pacer()
    remember(rule, 0.0, "march")
    dialed(rule, 1.0, "a", traits=MOBILE)
    assert "is new" not in say(rule.decide(1.0, snapshot(1, 5, upcoming=(MOBILE,))).reason)
