from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dialer.pacing import AgentStage, Decision, Outcome, Traits, Window
from dialer.pacing.grid import make_grid
from dialer.pacing.predictive import PredictivePacer
from dialer.words import say
from tests.unit.pacing.day import agent, answered, dialed, ended, pacer, rung, snapshot, warmed_up

SPENT = (Window("day", 0.03, 1000, 100, 7 * 3600.0, 8 * 3600.0),)


def test_a_cold_start_dials_more_than_one_line_each_but_not_wildly() -> None:
    rule = pacer()
    for number in range(10):
        agent(rule, 0.0, f"agent-{number}", AgentStage.IDLE)
    first = rule.decide(0.0, snapshot(10))
    assert 10 <= first.dial <= 16, "before the first answer hardly anything is risked"
    dialed(rule, 0.0, *(f"call-{n}" for n in range(10)))
    answered(rule, 4.0, "call-0")
    agent(rule, 4.0, "agent-0", AgentStage.TALK)
    second = rule.decide(4.0, snapshot(9, 1, ringing=9))
    assert 2 <= second.dial <= 30


def test_many_idle_agents_get_many_lines_whatever_their_number() -> None:
    """At 25 % a thousand idle agents need thousands of lines, which no array size may limit."""
    rule = pacer()
    warmed_up(rule, agents=4)
    at = 1700.0
    few = rule.decide(at, snapshot(100)).dial
    many = rule.decide(at, snapshot(1000, in_hand=100_000)).dial
    assert 250 <= few <= 420
    assert 3300 <= many <= 4300


@given(
    idle=st.integers(0, 40),
    waiting=st.integers(0, 5),
    ringing=st.integers(0, 40),
    talking=st.integers(0, 40),
    age_s=st.floats(0.0, 24.0),
)
def test_without_a_threshold_it_is_progressive(
    idle: int, waiting: int, ringing: int, talking: int, age_s: float
) -> None:
    rule = pacer()
    for number in range(talking):
        agent(rule, 0.0, f"agent-{number}", AgentStage.TALK)
    dialed(rule, 100.0, *(f"call-{number}" for number in range(ringing)))
    now = 100.0 + age_s
    told = snapshot(idle, talking, waiting=waiting, ringing=ringing, seconds_left=10.0)
    decision = rule.decide(now, told)
    assert decision.dial == max(0, idle - waiting - ringing)
    assert decision.figures["theta"] == 0.0


def test_a_spent_period_means_one_line_for_each_idle_agent() -> None:
    rule = pacer()
    at = warmed_up(rule)
    dialed(rule, at, "a", "b")
    told = snapshot(5, 5, ringing=2)
    free = rule.decide(at, told)
    spent = rule.decide(at, msgspec.structs.replace(told, windows=SPENT))
    assert free.dial >= spent.dial == 3
    assert "abandonment of the day is spent" in say(spent.reason)


def test_the_end_of_the_shift_is_progressive_in_the_last_ring() -> None:
    rule = pacer()
    at = warmed_up(rule)
    assert rule.decide(at, snapshot(3, 7, seconds_left=3600.0)).dial > 3
    last = rule.decide(at, snapshot(3, 7, seconds_left=24.0))
    assert last.dial == 3
    assert "ends within a ring" in say(last.reason)


def test_the_end_of_the_list_is_progressive() -> None:
    rule = pacer()
    at = warmed_up(rule)
    assert rule.decide(at, snapshot(3, 7, records_left=1000)).dial > 3
    last = rule.decide(at, snapshot(3, 7, records_left=8))
    assert last.dial == 3
    assert "list ends" in say(last.reason)
    assert rule.decide(at, snapshot(3, 7, records_left=2)).dial == 2
    assert rule.decide(at, snapshot(3, 7, records_left=0)).dial == 0


@pytest.mark.parametrize("bound", [{"may_dial": 2}, {"in_hand": 2}, {"may_dial": 0}])
def test_no_more_than_lines_and_records_allow(bound: dict[str, int]) -> None:
    rule = pacer()
    at = warmed_up(rule)
    decision = rule.decide(at, snapshot(8, 2, **bound))  # type: ignore[arg-type]  # the bounds are all whole numbers
    assert decision.dial == min(bound.values())
    assert "all that lines and records allow" in say(decision.reason)


def _talking_long(rule: PredictivePacer, at: float, *, leaving: bool) -> None:
    for number in range(10):
        agent(rule, at - 200.0, f"agent-{number}", AgentStage.TALK)
        agent(rule, at - 2.0, f"agent-{number}", AgentStage.WRAP, leaving=leaving)


def test_an_agent_who_asked_for_a_break_is_no_supply() -> None:
    staying, leaving = pacer(), pacer()
    at = max(warmed_up(staying), warmed_up(leaving)) + 300.0
    _talking_long(staying, at, leaving=False)
    _talking_long(leaving, at, leaving=True)
    one, other = staying.decide(at, snapshot(0, 10)), leaving.decide(at, snapshot(0, 10))
    assert one.figures["expected_free"] > 3.0
    assert one.dial > 0
    assert other.figures["expected_free"] == 0.0
    assert other.dial == 0


def test_a_break_asked_for_in_mid_conversation_counts_at_once_and_can_be_taken_back() -> None:
    rule = pacer()
    agent(rule, 0.0, "a", AgentStage.TALK)
    before = rule.decide(50.0, snapshot(0, 1)).figures["expected_free"]
    agent(rule, 50.0, "a", AgentStage.TALK, leaving=True)
    assert rule.decide(50.0, snapshot(0, 1)).figures["expected_free"] == 0.0
    agent(rule, 50.0, "a", AgentStage.TALK)
    assert rule.decide(50.0, snapshot(0, 1)).figures["expected_free"] == before > 0.0


def test_late_rings_are_given_up_when_no_agent_is_left_for_them() -> None:
    keeping, shedding = pacer(), pacer(shed=True)
    at = warmed_up(keeping)
    warmed_up(shedding)
    for rule in (keeping, shedding):
        for number in range(10):
            agent(rule, at, f"agent-{number}", AgentStage.TALK)
        dialed(rule, at - 16.0, "old")
        dialed(rule, at - 14.5, "young")
    assert keeping.decide(at, snapshot(0, 10, ringing=2)).shed == ()
    decision = shedding.decide(at, snapshot(0, 10, ringing=2))
    assert decision.shed == ("old",), "never before 15 s of ringing"
    assert "gives up 1 that rang long" in say(decision.reason)


def test_a_ring_begins_when_it_is_told_not_at_the_dial() -> None:
    rule = pacer(shed=True)
    at = warmed_up(rule)
    for number in range(10):
        agent(rule, at, f"agent-{number}", AgentStage.TALK)
    dialed(rule, at - 20.0, "silent", "slow", "quick")
    rung(rule, at - 19.0, "quick")
    rung(rule, at - 12.0, "slow")
    assert rule.decide(at, snapshot(0, 10, ringing=3)).shed == ("quick",)


def test_calls_that_nobody_told_of_count_as_new_ones() -> None:
    rule = pacer()
    at = warmed_up(rule)
    assert rule.decide(at, snapshot(3, 7)).dial > rule.decide(at, snapshot(3, 7, ringing=6)).dial


def test_one_agent_is_dialed_one_line_that_is_renewed_when_it_rings_long() -> None:
    for shed in (False, True):
        rule = pacer(shed=shed)
        agent(rule, 0.0, "a", AgentStage.IDLE)
        assert rule.decide(0.0, snapshot(1)).dial == 1
        dialed(rule, 0.0, "first")
        assert rule.decide(10.0, snapshot(1, ringing=1)).dial == 0
        late = rule.decide(15.5, snapshot(1, ringing=1))
        assert (late.dial, late.shed) == ((1, ("first",)) if shed else (0, ()))


def test_likely_answers_are_picked_for_free_agents_and_the_order_is_kept_without_scores() -> None:
    rule = pacer()
    at = warmed_up(rule)
    scored = tuple(Traits(score=score) for score in (0.05, 0.45) * 20)
    picked = rule.decide(at, snapshot(2, 8, upcoming=scored))
    assert picked.dial == len(picked.pick) >= 2
    assert [scored[position].score for position in picked.pick[:2]] == [0.45, 0.45]
    unscored = tuple(Traits(hour=9, number_type="mobile") for _ in range(40))
    plain = rule.decide(at, snapshot(2, 8, upcoming=unscored))
    assert plain.pick == tuple(range(plain.dial))


def test_a_machine_leaves_the_live_answers_and_what_is_told_twice_counts_once() -> None:
    rule = pacer()
    dialed(rule, 0.0, "person", "machine", "nobody")
    answered(rule, 5.0, "person")
    answered(rule, 6.0, "machine")
    answered(rule, 6.0, "machine")
    ended(rule, 7.0, "person", Outcome.ABANDONED)
    ended(rule, 7.1, "person", Outcome.HANDLED)
    ended(rule, 8.0, "machine", Outcome.MACHINE)
    ended(rule, 25.0, "nobody", Outcome.UNANSWERED)
    figures = rule.decide(30.0, snapshot(2)).figures
    assert (figures["answers"], figures["abandoned"], figures["ringing"]) == (1, 1, 0)


def test_calls_that_never_reached_anybody_say_nothing_of_answers() -> None:
    rule = pacer()
    for number in range(100):
        dialed(rule, 0.0, f"call-{number}")
        ended(rule, 0.1, f"call-{number}", Outcome.FAILED)
    assert rule.decide(60.0, snapshot(2)).figures["answer_rate"] == pytest.approx(0.25)


def test_the_same_story_gives_the_same_decisions() -> None:
    def story() -> list[Decision]:
        rule = pacer(shed=True)
        at = warmed_up(rule, agents=6)
        dialed(rule, at, *(f"x-{number}" for number in range(9)))
        return [rule.decide(at + number / 2, snapshot(2, 4, ringing=9)) for number in range(40)]

    assert story() == story()


def test_a_decision_says_what_it_is_made_of() -> None:
    rule = pacer()
    decision = rule.decide(warmed_up(rule), snapshot(1, 9, waiting=1))
    assert set(decision.figures) == {
        "idle", "waiting", "ringing", "expected_answers", "expected_free", "answer_rate", "beta", "theta", "alpha",
        "answers", "abandoned", "budget_left", "bearable",
    }  # fmt: skip
    assert decision.figures["answers"] == 200
    assert "would risk" in say(decision.reason)


def _decided(answers: int, abandoned: int, elapsed_s: float = 3600.0) -> Decision:
    rule = pacer()
    at = warmed_up(rule, agents=20)
    for number in range(12):
        agent(rule, at - 6.0 * number, f"agent-{number}", AgentStage.TALK)
    day = Window("day", 0.03, answers, abandoned, elapsed_s, 7200.0)
    return rule.decide(at, structs.replace(snapshot(8, 12), windows=(day,)))


def test_less_is_dialed_and_said_so_where_a_burst_would_break_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    much, little = _decided(4000, 100), _decided(80, 2)
    assert (much.figures["bearable"], little.figures["bearable"]) == (136, 2)
    assert "the next would risk" in say(much.reason)
    assert "(with bursts, as the day bears 2 more), allowed are" in say(little.reason)
    monkeypatch.setattr("dialer.pacing.loss.BURST_WEIGHT", 0.0)
    assert _decided(4000, 100).dial == much.dial
    assert 0 < little.dial < _decided(80, 2).dial


def test_a_period_that_can_bear_none_is_said_to() -> None:
    assert "as the day bears none more" in say(_decided(985, 29, 7199.0).reason)


@pytest.mark.parametrize("ring_s", [15.0, 25.0, 30.0, 60.0, 120.0])
def test_the_grid_reaches_beyond_every_ring(ring_s: float) -> None:
    grid = make_grid(ring_s, 2.0)
    assert grid.tau_s[-1] >= ring_s
    assert grid.size <= 16
