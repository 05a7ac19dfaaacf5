"""Seeded runs of the whole core, CORNETTA_SIMULATIONS in number; each prints its seed when it fails."""

from __future__ import annotations

import os
from typing import Any

import pytest

from config.model import USUAL_RETRIES, Disposition, Mode, Outcome, Retry, Settings
from dialer.ports import NewRecord, User
from dialer.vocabulary.ids import AgentName, CampaignName
from tests.simulation.centre import Centre
from tests.simulation.invariants import check, check_audio, check_end, check_strangers
from tests.simulation.people import People
from tests.unit.callflow.house import LONDON, NOON, campaign, settings, trunk

RUNS = int(os.environ.get("CORNETTA_SIMULATIONS", "12"))
#: Minutes of dense work, and time enough to finish and go home.
WORK_S = 300.0
HOME_S = 400.0
#: Short retries, so that there are always records to dial.
SOON = {result: Retry(delay_s=20, max_attempts=6) for result in USUAL_RETRIES}

MODES = (
    Mode.PROGRESSIVE_ASM,
    Mode.PREDICTIVE_ASM,
    Mode.PROGRESSIVE,
    Mode.PREDICTIVE,
    Mode.PUSH_PREVIEW,
    Mode.PREVIEW,
)
AGENTS = [AgentName(name) for name in ("ada", "bob", "cy", "di")]


def _settings(seed: int) -> Settings:
    more: dict[str, Any] = {
        "retries": SOON,
        "permissions": {"cancel": True},
        "outcome": Outcome(dispositions=(Disposition(code="sale", label="Sale"),)),
    }
    first = campaign(MODES[seed % 6], trunks=("main", "spare"), **more)
    second = campaign(
        MODES[seed // 6 % 6],
        name="autumn",
        teams=("sales", "service"),
        trunks=("spare",),
        on_stop_ringing="leave",
        join="required",
        unanswered={"desk": "show", "results": {"busy": "wait"}},
        **more,
    )
    trunks = (trunk(max_legs=3, probe="options"), trunk("spare", priority=2, max_calls_per_s=5))
    return settings(first, second, trunks=trunks)


def _centre(seed: int) -> Centre:
    users = [
        User(name, name.title(), "agent", "", f"{n}@desk", ("sales",) if n % 2 else ("service", "sales"))
        for n, name in enumerate(AGENTS, 101)
    ]
    rows = [NewRecord(n, f"+4420794600{n:02d}", "", f"Contact {n}", LONDON) for n in range(10, 90)]
    rows += [NewRecord(n, f"+1202555{n:04d}", "", f"Contact {n}", "America/New_York") for n in range(100, 130)]
    # On every second run the window in London closes in the middle of it.
    return Centre(_settings(seed), users, rows, seed, NOON if seed % 2 else NOON + 8 * 3600 - 150)


def _run(seed: int) -> Centre:
    centre = _centre(seed)
    centre.after_each = lambda: _check(centre)
    People(centre, AGENTS, [CampaignName("spring"), CampaignName("autumn")], WORK_S)
    while centre.now < WORK_S:
        centre.agenda.run(centre.now + 2.3)
        if centre.is_quiet:
            check_audio(centre)
    centre.agenda.run(WORK_S + HOME_S)
    check_end(centre)
    return centre


def _check(centre: Centre) -> None:
    check(centre.world)
    check_strangers(centre)


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_shift_by_chance(seed: int) -> None:
    _run(seed)


def test_the_same_seed_is_the_same_shift() -> None:
    assert _run(4711).trace.hexdigest() == _run(4711).trace.hexdigest()
