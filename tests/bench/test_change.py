"""Hours of one call for each agent give no credit and teach no price: the hours after them stay within the limit,
too."""

from __future__ import annotations

import json

import pytest

from bench.mode_change import failed_gates
from bench.pacing.cell import Cell
from bench.pacing.change import ChangedShift, OneToOne, Why, of_asked_hours, of_hours
from bench.pacing.profile import Profile
from bench.registry import FAILED_GATES, run_bench

LIMIT = 3.0
#: Two teams of ten: with a credit from the hours of one call each they would come to 4 to 6 %.
AGENTS, SEEDS = 10, (1, 2)


@pytest.mark.parametrize(
    ("one_to_one", "hours"),
    [
        pytest.param(OneToOne(0, 2), 3.0, id="progressive mode"),
        pytest.param(OneToOne(0, 2, Why.RESTART), 3.0, id="progressive mode and a restart"),
        pytest.param(OneToOne(1, 3, Why.LAG), 4.0, id="late events"),
    ],
)
def test_what_nobody_asked_for_is_not_spent_in_the_hours_that_are_asked(one_to_one: OneToOne, hours: float) -> None:
    cell = Cell(AGENTS, 0.25, hours=hours, profile=Profile.FLAT)
    outcomes = [ChangedShift(cell, seed, one_to_one).play() for seed in SEEDS]
    asked = [of_asked_hours(each, one_to_one) for each in outcomes]
    # Calls that ring as the lag begins may still find no agent.
    unasked = [of_hours(each, int(one_to_one.from_h), int(one_to_one.to_h) - 1) for each in outcomes]
    assert sum(asked) / len(asked) > 1.0, "it dials ahead"
    assert max(asked) <= LIMIT
    assert max(unasked) < 0.5
    assert max(each.abandonment for each in outcomes) <= LIMIT, "the day"


def test_the_command_tells_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_bench("mode_change", ["--cells", "5x25", "--seeds", "1-2", "--hours", "1", "--why", "restart"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    (cell,) = told["cells"]
    assert (told["why"], cell["agents"], cell["seeds"], told[FAILED_GATES]) == ("restart", 5, 2, [])
    assert cell["day"]["mean"] < cell["hours_after"]["mean"], "nobody was abandoned before the change"


@pytest.mark.parametrize(
    ("hour_after", "day_p95", "failed"), [(3.0, 3.0, []), (3.01, 1.0, ["hour_after"]), (1.0, 3.01, ["day"])]
)
def test_its_gates(hour_after: float, day_p95: float, failed: list[str]) -> None:
    cell = {"limit": 3.0, "hour_after": {"mean": hour_after, "p95": 9.0}, "day": {"mean": 1.0, "p95": day_p95}}
    assert failed_gates(cell) == failed
