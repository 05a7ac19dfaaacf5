"""The gates of `cornetta bench live`, and its exit code."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bench.live import failed_gates
from bench.live_runs import LiveRuns
from bench.live_twin import TwinShift, twin
from bench.registry import FAILED_GATES, exit_code
from dialer.lab.autopilot import LOOK_S, wrap_times
from dialer.lab.contacts import contacts
from dialer.lab.order import Order
from dialer.lab.report import RunReport
from sip.lab.behaviours import Behaviour
from sip.lab.plan import plan_call

FINE = RunReport(
    mode="PREDICTIVE_ASM",
    agents=20,
    records=640,
    attempts=627,
    results={"ANSWER": 194, "ABANDONED": 6},
    bridged=194,
    audio_both_ways=194,
    cross_talk=0,
    answer_to_agent_ms={"p50": 1.6, "p99": 7.4},
    lost=0,
    duplicates=0,
    unknown_invites=0,
    orphan_legs=0,
    invites_on_the_wire=627,
    seconds=1203.0,
    seed=1,
    minutes=20.0,
    answer_rate=25.0,
    utilisation=85.4,
    abandonment=3.0,
    answers=200,
    abandoned=6,
    wait_s=22.4,
    dials_per_answer=3.1,
    decisions={"forecast": 2400},
    decision_us=500.0,
)


def test_a_run_on_all_limits_passes() -> None:
    assert failed_gates(LiveRuns((FINE,)), 3.0, [-3.0]) == []
    assert failed_gates(LiveRuns((FINE,)), -3.0, [3.0]) == []


@pytest.mark.parametrize(
    ("gate", "changed"),
    [
        ("lost", {"lost": 1}),
        ("duplicates", {"duplicates": 1}),
        ("unknown_invites", {"unknown_invites": 1}),
        ("orphans", {"orphan_legs": 1}),
        ("cross_talk", {"cross_talk": 1}),
        ("abandonment", {"abandoned": 7}),
    ],
)
def test_each_gate_is_told_by_its_name(gate: str, changed: dict[str, Any]) -> None:
    assert failed_gates(LiveRuns((FINE, replace(FINE, **changed), FINE)), 0.0, [0.0, 0.0, 0.0]) == [gate]


@pytest.mark.parametrize("difference", [3.01, -3.01])
def test_a_run_far_from_the_simulation_fails_on_either_side(difference: float) -> None:
    assert failed_gates(LiveRuns((FINE,)), difference, [0.0]) == ["difference"]


def test_a_run_far_from_its_twins_fails_whatever_the_others_do() -> None:
    assert failed_gates(LiveRuns((FINE, FINE)), 0.0, [-3.01, 3.0]) == ["twins"]


def test_twins_have_the_contacts_and_agents_of_the_lab() -> None:
    """Their calls meet the contacts of the lab's carrier, their after-call work is that of the lab's agents."""
    order = Order(mode="PREDICTIVE_ASM", agents=3, seed=7, answer_rate=40.0, minutes=5.0)
    scenario, habits = order.scenario(0.0)
    shift = TwinShift(scenario, habits, 1)
    fates = [shift.crowd.fate("sip:whoever@example.net") for _ in range(40)]
    plans = [plan_call(7, record.number, 1, scenario.profile) for record in contacts(40, 7)]
    assert [fate.answers for fate in fates] == [plan.behaviour is Behaviour.PERSON for plan in plans]
    assert {fate.talk_s for fate in fates if fate.answers} == {
        plan.talk_s for plan in plans if plan.behaviour is Behaviour.PERSON
    }
    live = wrap_times(7, "agent2", habits)
    second = list(shift.agents.wraps)[1]
    assert [shift.desks.draw_wrap(second) for _ in range(5)] == [next(live) + LOOK_S for _ in range(5)]
    assert twin(scenario, habits, 1).trace_hash == twin(scenario, habits, 1).trace_hash
    assert twin(scenario, habits, 1).trace_hash != twin(scenario, habits, 2).trace_hash


def test_runs_are_their_median_and_their_contacts_together() -> None:
    quiet = replace(FINE, seed=2, utilisation=80.0, answers=100, abandoned=1)
    busy = replace(FINE, seed=3, utilisation=86.0, answers=100, abandoned=2)
    runs = LiveRuns((quiet, FINE, busy))
    assert runs.utilisation == FINE.utilisation
    assert runs.abandonment == pytest.approx(2.25)  # 9 of 400
    assert [each["seed"] for each in runs.as_json()] == [2, 1, 3]
    assert LiveRuns((replace(quiet, orphan_legs=2), replace(busy, orphan_legs=3, lost=1))).faults == {
        "lost": 1,
        "duplicates": 0,
        "unknown_invites": 0,
        "orphans": 5,
        "cross_talk": 0,
    }


def test_gates_that_are_not_passed_are_an_exit_code_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("live", {FAILED_GATES: []}) == 0
    assert exit_code("media", {}) == 0
    assert not capsys.readouterr().err
    assert exit_code("live", {FAILED_GATES: ["lost", "difference"]}) == 1
    assert "lost, difference" in capsys.readouterr().err
