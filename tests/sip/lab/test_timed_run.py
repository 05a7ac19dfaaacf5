"""A headless run that stops in the middle of its list: everything under way comes to its end, and is judged."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from config.model import Mode
from dialer.lab.autopilot import Habits
from dialer.lab.endless import endless
from dialer.lab.headless import run_headless
from dialer.lab.scenario import Scenario
from sip.lab.behaviours import Behaviour
from sip.lab.profile import PACE_8H, LogNormal, Span
from tests.sip.lab.rig import HASTY

AGENTS = 4
PEOPLE = changed(
    HASTY,
    weights=PACE_8H.weights | {Behaviour.PERSON: 60.0},
    ring=LogNormal(0.8, 0.5, 0.2, 2.0),
    refuses_after=Span(0.1, 0.4),
)


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE_ASM, Mode.PREDICTIVE])
async def test_a_run_for_a_set_time_leaves_nothing_open(tmp_path: Path, mode: Mode) -> None:
    told: list[str] = []
    scenario = Scenario(mode, AGENTS, 0, 5, PEOPLE, headless=True)
    scenario = replace(endless(scenario, 0.1, time.time()), records=300)
    report = await run_headless(scenario, tmp_path, told.append, Habits(talk_s=(0.5, 1.0)))
    assert report.is_clean, report
    assert (report.mode, report.records, report.minutes) == (mode, 300, 0.1)
    assert 0 < report.attempts < report.records
    assert report.results.get("cancelled", 0) > 0
    assert "none" not in report.results
    assert report.answers >= report.bridged > 0
    assert 0 < report.utilisation < 100
    assert report.dials_per_answer >= 1
    assert report.decisions["forecast"] > 5
    assert report.decision_us > 0
    assert any("of 0.1 min" in line for line in told)
