"""Predictive modes: the agents that the rule counts on, and how fast its decisions are dialed."""

from __future__ import annotations

import pytest

from config.model import Accept, Engine, Mode, Offer, Team
from dialer.agents.agent import AgentState, SystemReason
from dialer.callflow.dial.ahead import engine_for
from dialer.core.step import Step
from dialer.interactions.leg import LegPurpose
from dialer.pacing import AgentStage
from dialer.pacing.governor import Governor
from dialer.ports import Moment
from dialer.vocabulary import commands, events, telephony
from dialer.vocabulary.ids import CampaignName, EngineId, TeamName
from dialer.vocabulary.telephony import Dial
from dialer.vocabulary.writes import BeginAttempt
from tests.unit.callflow.ahead import Script, dial, of, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, ENGINE, SPRING, campaign, record, settings, trunk
from tests.unit.callflow.scenes import opened

OTHER = EngineId("engine-2")
WINTER = CampaignName("winter")


def test_a_slow_trunk_is_used_to_the_full_while_everybody_talks() -> None:
    floor, script = predictive(agents=(ADA,), trunks=(trunk(max_calls_per_s=10),))
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    floor.tick()
    floor.pass_time(0.5)
    floor.forget_outputs()
    asked = len(script.asked)
    script.dial = 1
    floor.say(events.Ticked())
    assert "pace/trunk" in floor.timers
    for _ in range(4):
        script.dial = 1
        floor.pass_time(0.11)
    assert len(floor.writes(BeginAttempt)) == 5
    floor.pass_time(1)
    assert "pace/trunk" not in floor.timers, "nobody looks again for nothing"
    assert len(script.asked) <= asked + 7


def test_an_agent_without_a_phone_is_counted_on_by_no_rule() -> None:
    floor, script = predictive(Mode.PREDICTIVE, agents=(ADA, BOB))
    floor.say(events.UserKnown(BOB, "Bob", "", (TeamName("sales"),)))
    floor.tick()
    assert (floor.agent(BOB).state, floor.agent(BOB).reason) == (AgentState.NOT_READY, SystemReason.PHONE_NO_ANSWER)
    assert "phone_failed" in floor.topics()
    assert script.asked[-1].idle == 1


def test_an_agent_whose_phone_is_unknown_costs_one_contact_nothing_and_is_told() -> None:
    floor, script = predictive(Mode.PREDICTIVE, agents=(ADA, BOB))
    floor.say(events.UserKnown(ADA, "Ada", "100@nowhere", (TeamName("sales"),)))
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    assert floor.agent(ADA).state is AgentState.NOT_READY
    assert floor.agent(BOB).interaction == contact.interaction
    assert len(floor.commands(Dial)) == 1


@pytest.mark.parametrize("how", ["user", "reload"])
def test_who_leaves_the_team_while_talking_is_awaited_no_more(how: str) -> None:
    floor, script = predictive(agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    assert script.told[-1].stage is AgentStage.TALK
    if how == "user":
        floor.say(events.UserKnown(ADA, "Ada", "103@desk", (TeamName("service"),)))
    else:
        now = floor.world.settings.model_copy(update={"campaigns": (_moved(floor),)})
        floor.say(events.ConfigurationApplied(2, now))
    assert (script.told[-1].agent, script.told[-1].stage) == (ADA, AgentStage.OUT)
    floor.know(ADA, team="service" if how == "reload" else "sales")
    assert (script.told[-1].agent, script.told[-1].stage) == (ADA, AgentStage.TALK)


def _moved(floor: Floor) -> object:
    return floor.world.settings.campaigns[0].model_copy(update={"teams": (Team(name="service").name,)})


def test_a_live_switch_to_predictive_is_refused_where_agents_accept_by_a_click() -> None:
    floor = opened(Mode.PROGRESSIVE, offer=Offer(accept=Accept.AGENT))
    assert floor.refusal(commands.ChangeMode(SPRING, "PREDICTIVE", "sue")) == "manual_accept"
    assert floor.campaign.mode is Mode.PROGRESSIVE


# ------------------------------------------------------------------ two engines


def two_engines(mode: Mode) -> tuple[Floor, Script]:
    """Ada is engaged at the second engine, for either campaign; the first engine has fewer legs."""
    script = Script()
    first = campaign(mode, predictive={"min_agents": 1})
    asm = campaign(Mode.PROGRESSIVE_ASM, name=WINTER, lists=("nothing",))
    floor = Floor(
        settings(first, asm, engines=(Engine(name=ENGINE), Engine(name=OTHER))), [record(n) for n in range(1, 30)]
    )
    floor.world.make_pacer = lambda each: Governor(script, 1)
    floor.open(ADA)
    floor.say(events.EngineConnected(OTHER, "boot-1"))
    floor.engine_says(telephony.EngineReady(OTHER, "boot-1", 1000, "1", floor.now), OTHER)
    floor.engine_says(telephony.SnapshotTaken(OTHER, "boot-1", (), (), floor.now), OTHER)
    floor.world.engines[ENGINE].legs = 9
    floor.start(SPRING)
    floor.store_answers = False
    floor.start(WINTER)
    floor.ready(ADA)
    floor.answer(floor.engaged)
    floor.store_answers = True
    floor.world.engines[ENGINE].legs = 0
    floor.world.engines[OTHER].legs = 9
    return floor, script


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE, Mode.PREDICTIVE_ASM])
def test_contacts_are_not_dialed_over_an_engine_that_is_short_of_something(mode: Mode) -> None:
    floor, _ = two_engines(mode)
    floor.world.engines[OTHER].run_short("engine-2 has no free RTP port", floor.now)
    assert engine_for(Step(floor.world, Moment(floor.now, floor.utc)), floor.campaign) == ENGINE


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE, Mode.PREDICTIVE_ASM])
def test_contacts_are_dialed_where_the_engaged_agents_are(mode: Mode) -> None:
    floor, script = two_engines(mode)
    assert floor.engaged.engine == OTHER
    assert engine_for(Step(floor.world, Moment(floor.now, floor.utc)), floor.campaign) == OTHER
    (contact,) = dial(floor, script, 1)
    assert contact.engine == OTHER
    floor.answer(contact)
    assert floor.agent().interaction == contact.interaction
    assert [leg.purpose for leg in floor.world.legs.values()] == [LegPurpose.ENGAGED, LegPurpose.CONTACT]


def test_one_pacing_counts_the_agents_of_all_engines_while_these_take_commands() -> None:
    """Ada is engaged at the second engine, Bob at the first."""
    floor, script = two_engines(Mode.PREDICTIVE_ASM)
    floor.know(BOB)
    floor.ask(commands.LogIn(BOB))
    floor.ready(BOB)
    floor.answer(floor.world.legs[floor.agent(BOB).engaged or floor.engaged.id])
    assert {leg.engine for leg in floor.world.legs.values()} == {ENGINE, OTHER}
    floor.tick()
    assert script.asked[-1].idle == 2
    told = len(script.told)
    floor.say(events.EngineDisconnected(OTHER))
    floor.tick()
    assert script.asked[-1].idle == 1
    assert len(script.told) == told, "the agents are where they were"
    (contact,) = dial(floor, script, 1)
    assert contact.engine == ENGINE
    floor.answer(contact)
    assert floor.agent(BOB).interaction == contact.interaction


def test_an_agent_who_presses_ready_in_a_conversation_is_still_counted_on() -> None:
    floor, script = predictive(agents=(ADA, BOB))
    for _ in (ADA, BOB):
        (contact,) = dial(floor, script, 1)
        floor.answer(contact)
        floor.tick()
    (ringing,) = dial(floor, script, 1)
    for name in (ADA, BOB):
        floor.ask(commands.GoReady(name))
        assert floor.agent(name).pending is not None
    floor.pass_time(20)
    floor.tick()
    assert script.asked[-1].busy == 2
    assert not of(floor, ringing).attempt.cancelled
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.tick()
    assert script.asked[-1].busy == 1
