"""Simulated agents under the campaign's rules for after-call work: the shift loses none of them."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import pytest

from config.model import CallingList, CampaignSettings
from dialer.agents.agent import AgentState, SystemReason
from dialer.simulation.laws import Breaks, Duration, Laws
from dialer.simulation.profile import FLAT, Profile
from dialer.simulation.setting import Plan
from dialer.simulation.shift import SimulatedShift
from dialer.vocabulary.ids import AgentName
from dialer.vocabulary.writes import CommitReport, SaveAgent, Write
from tests.simulation.invariants import check_drained

AGENTS, HOURS = 4, 2.0
BY_DEFAULT: Mapping[str, object] = {}
UNLIMITED: Mapping[str, object] = {"limit_s": 86_400}
CLOSED_AT_LIMIT: Mapping[str, object] = {
    "limit_s": 30,
    "at_limit": "default_disposition",
    "default_disposition": "none",
}


class Noted(SimulatedShift):
    """A shift that keeps the writes about agents."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.saved: list[SaveAgent] = []
        super().__init__(plan, seed)

    def committed(self, writes: list[Write], report: CommitReport) -> None:
        self.saved.extend(each for each in writes if isinstance(each, SaveAgent))
        super().committed(writes, report)


def _campaign(after_call: Mapping[str, object], mode: str = "PREDICTIVE_ASM") -> CampaignSettings:
    lists = (CallingList(name="a"),)
    return CampaignSettings.model_validate(
        {"name": "spring", "mode": mode, "teams": ("sales",), "lists": lists, "trunks": ("main",)}
        | {"after_call": after_call, "unanswered": {"desk": "close"}}
    )


def _shift(
    after_call: Mapping[str, object],
    rule: str,
    *,
    laws: Laws | None = None,
    hours: float = HOURS,
    mode: str = "PREDICTIVE",
) -> Noted:
    profile: Profile = FLAT if laws is None else FLAT.model_copy(update={"laws": laws})
    return Noted(Plan(AGENTS, 0.25, rule, hours, profile, campaign=_campaign(after_call, mode)), 1)


@pytest.mark.parametrize(
    ("after_call", "rule", "mode"),
    [
        (BY_DEFAULT, "predictive", "PREDICTIVE_ASM"),
        (BY_DEFAULT, "progressive", "PREDICTIVE"),
        ({"then": "not_ready"}, "progressive", "PREDICTIVE_ASM"),
    ],
)
def test_agents_who_are_made_not_ready_come_back(after_call: Mapping[str, object], rule: str, mode: str) -> None:
    """One in 25 takes longer than the 60 s of the default; without a press of Ready all would be gone within the
    hour."""
    shift, free = (_shift(each, rule, mode=mode) for each in (after_call, UNLIMITED))
    shift.run()
    free.run()
    reasons = {each.reason for each in shift.saved if each.state == AgentState.NOT_READY}
    assert reasons & {SystemReason.AFTER_CALL_OVERRUN, SystemReason.AFTER_CALL}
    assert shift.tally.staffed_s >= 0.95 * AGENTS * HOURS * 3600
    assert shift.tally.conversations == pytest.approx(free.tally.conversations, rel=0.1)
    assert shift.fallback == ""


def test_an_overrun_is_work_and_no_time_away() -> None:
    """Without the minutes after the limit, a shorter limit would seem to give a better utilisation."""
    laws = Laws(talk=Duration(mean_s=60, cv=0), wrap=Duration(mean_s=120, cv=0))
    shift, free = (_shift(each, "progressive", laws=laws) for each in (BY_DEFAULT, UNLIMITED))
    shift.run()
    free.run()
    assert sum(each.reason == SystemReason.AFTER_CALL_OVERRUN for each in shift.saved) > 50
    assert shift.tally.staffed_s == pytest.approx(free.tally.staffed_s)
    assert shift.tally.working_s == pytest.approx(free.tally.working_s, rel=0.02)


@pytest.mark.parametrize("then", ["ready", "not_ready"])
def test_after_call_work_that_the_system_closes_is_over(then: str) -> None:
    """The agent's remaining time does not carry over to the next call."""
    laws = Laws(talk=Duration(mean_s=5, cv=0), wrap=Duration(mean_s=50, cv=0))
    shift = _shift({**CLOSED_AT_LIMIT, "then": then}, "progressive", laws=laws, hours=0.5)
    shift.run()
    lengths = _lengths(shift.saved, AgentState.AFTER_CALL_WORK)
    assert len(lengths) > 40
    assert lengths == pytest.approx([30.0] * len(lengths))
    # An agent who is not made ready finishes the work, and then presses Ready.
    away = _lengths([each for each in shift.saved if each.reason != SystemReason.LOGGED_IN], AgentState.NOT_READY)
    assert away == pytest.approx([] if then == "ready" else [20.0] * len(away))
    assert shift.tally.staffed_s == pytest.approx(AGENTS * 1800)


def _lengths(saved: list[SaveAgent], state: AgentState) -> list[float]:
    """How long agents were in a state, each time that they left it."""
    since: dict[AgentName, float] = {}
    found = []
    for each in saved:
        if each.state == state:
            since.setdefault(each.agent, each.at)
        elif each.agent in since:
            found.append(each.at - since.pop(each.agent))
    return found


@pytest.mark.parametrize("announced", [False, True])
def test_a_break_or_the_way_home_is_not_cut_by_an_overrun(announced: bool) -> None:
    breaks = Breaks(every_s=900, shortest_s=300, longest_s=400, announced=announced)
    laws = Laws(breaks=breaks, log_off_percent=50, talk=Duration(mean_s=30), wrap=Duration(mean_s=60))
    shift = _shift({"then": "not_ready"}, "progressive", laws=laws, hours=1.5)
    shift.run()
    saved = [each for each in shift.saved if each.state != AgentState.NOT_READY or each.reason == "break"]
    rests = _lengths(saved, AgentState.NOT_READY)
    assert len(rests) > 6
    # A break counts from the request, which sometimes comes during a conversation.
    assert max(rests) <= 400
    assert median(rests) >= (200 if announced else 300)
    assert sum(agent.state is AgentState.LOGGED_OUT for agent in shift.world.agents.values()) == AGENTS / 2
    shift.drain()
    check_drained(shift)
