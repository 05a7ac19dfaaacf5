"""Agents who work in several campaigns are counted on by one of them at a time where contacts are dialed ahead."""

from __future__ import annotations

from typing import Any

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.agent.sharing import STAY_S
from dialer.callflow.tick.snapshot import snapshot_of
from dialer.campaigns.reason import NoCallsCode
from dialer.core.step import Step
from dialer.pacing import AgentStage, Decision, Observation, PacingSnapshot
from dialer.pacing.governor import Governor
from dialer.ports import Moment
from dialer.vocabulary.ids import AgentName, CampaignName
from dialer.vocabulary.reasons.reason import Said
from dialer.words import say
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import SPRING, campaign, record, settings

WINTER = CampaignName("winter")
CREW = tuple(AgentName(f"agent-{n:02d}") for n in range(40))
AHEAD = Mode.PREDICTIVE


class Silent:
    """Dials nothing, and remembers the stages of agents."""

    def __init__(self) -> None:
        self.stages: dict[str, AgentStage] = {}

    def observe(self, observation: Observation) -> None:
        if observation.stage is not None:
            self.stages[observation.agent] = observation.stage

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        return Decision(0, Said("decision", "silent"), (), {})


def two(spring: dict[str, Any], winter: dict[str, Any]) -> tuple[Floor, dict[CampaignName, Silent]]:
    """Two running campaigns with records, and the same agents, who are ready."""
    floor = Floor(
        settings(campaign(**{"mode": AHEAD, **spring}), campaign(**{"mode": AHEAD, **winter, "name": WINTER})),
        [record(n) for n in range(1, 2000)],
    )
    rules: dict[CampaignName, Silent] = {}

    def make(of: Any) -> Governor:
        rule = rules[CampaignName(of.name)] = Silent()
        return Governor(rule, 1)

    floor.world.make_pacer = make
    floor.open(*CREW)
    floor.start(SPRING)
    floor.start(WINTER)
    floor.ready(*CREW)
    floor.tick()
    return floor, rules


def idle(floor: Floor, name: CampaignName) -> int:
    step = Step(floor.world, Moment(floor.now, floor.utc))
    return snapshot_of(step, floor.world.campaigns[name]).idle


def test_equal_campaigns_share_the_agents_by_weight_and_nobody_is_counted_twice() -> None:
    floor, rules = two({"weight": 3}, {})
    assert idle(floor, SPRING) + idle(floor, WINTER) == len(CREW)
    assert 0.6 * len(CREW) < idle(floor, SPRING) < 0.9 * len(CREW)
    for name, agent in floor.world.agents.items():
        assert agent.lent_to is not None
        other = WINTER if agent.lent_to == SPRING else SPRING
        assert rules[agent.lent_to].stages[name] is AgentStage.IDLE
        assert rules[other].stages[name] is AgentStage.OUT


def test_the_campaign_that_comes_first_has_them_all_until_it_has_nothing_to_dial() -> None:
    floor, rules = two({"priority": 2}, {})
    assert (idle(floor, SPRING), idle(floor, WINTER)) == (0, len(CREW))
    floor.store_answers = False
    winter = floor.world.campaigns[WINTER]
    winter.pool.drop(frozenset(each.record for each in winter.pool))
    winter.waiting = winter.waiting.__class__(total=9)
    floor.tick()
    assert idle(floor, SPRING) == 0, "for a moment nobody is moved"
    floor.pass_time(STAY_S)
    floor.tick()
    assert (idle(floor, SPRING), idle(floor, WINTER)) == (len(CREW), len(CREW)), "nobody else dials"
    assert set(rules[SPRING].stages.values()) == {AgentStage.IDLE}


def test_one_to_one_takes_no_agent_on_whom_another_counts() -> None:
    floor, _ = two({"mode": Mode.PROGRESSIVE, "priority": 2}, {})
    assert {agent.state for agent in floor.world.agents.values()} == {AgentState.READY}
    reason = floor.campaign.reason
    assert reason is not None
    assert reason.code is NoCallsCode.ELSEWHERE
    assert "winter" in say(reason.reason)


def test_dialing_ahead_counts_on_nobody_who_is_given_records_one_to_one() -> None:
    floor, _ = two({"mode": Mode.PROGRESSIVE}, {"priority": 2})
    assert idle(floor, WINTER) == 0
    assert floor.agent(CREW[0]).state is AgentState.RESERVED


def test_agents_of_one_campaign_belong_to_it() -> None:
    floor, _ = two({}, {"teams": ("service",)})
    assert idle(floor, SPRING) == len(CREW)
    assert {agent.lent_to for agent in floor.world.agents.values()} == {None}
