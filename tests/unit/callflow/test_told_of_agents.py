"""A rule's observations of agents while its campaign stops, is stopped, and starts again: it learns nothing from the
hours between."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.outcome.outcome import Done
from dialer.campaigns.campaign import CampaignState
from dialer.interactions.leg import Leg
from dialer.pacing import AgentStage, Observed
from dialer.pacing.crew import Crew
from dialer.pacing.grid import make_grid
from dialer.vocabulary import commands, events
from tests.unit.callflow.ahead import Script, dial, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, SPRING

NIGHT_S = 14 * 3600.0
#: A conversation of this length spans the stop.
TALK_S = 90.0


def talks_over_the_stop() -> tuple[Floor, Script, Leg]:
    """Ada has talked for half of TALK_S when the campaign is stopped. Bob is ready."""
    floor, script = predictive(Mode.PREDICTIVE_ASM)
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    floor.pass_time(TALK_S / 2)
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert floor.campaign.state is CampaignState.STOPPING
    return floor, script, contact


def overnight(floor: Floor, contact: Leg) -> None:
    """The conversation ends, the work after it is done, the agents go home, and the campaign starts the next day."""
    floor.pass_time(TALK_S / 2)
    interaction = floor.agent().interaction
    assert interaction is not None
    floor.clear(contact)
    assert floor.campaign.state is CampaignState.LOADED
    floor.pass_time(5.0)
    floor.ask(Done(ADA, interaction))
    for name in (ADA, BOB):
        floor.ask(commands.LogOut(name))
    floor.pass_time(NIGHT_S)
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    for name in (ADA, BOB):
        floor.ask(commands.LogIn(name))
        floor.ask(commands.GoReady(name))


def longest_s(script: Script, stages: tuple[AgentStage, ...]) -> float:
    """The longest time of an agent in one of these stages by the observations, until another one or OUT."""
    since: dict[str, tuple[AgentStage, float]] = {}
    longest = 0.0
    for each in script.kinds(Observed.AGENT_CHANGED):
        stage, at = since.get(each.agent, (AgentStage.OUT, each.at))
        assert each.stage is not None
        if each.stage is not stage:
            longest = max(longest, each.at - at if stage in stages else 0.0)
            since[each.agent] = (each.stage, each.at)
    return longest


def test_a_conversation_that_spans_the_stop_ends_when_it_ends() -> None:
    floor, script, contact = talks_over_the_stop()
    overnight(floor, contact)
    ada = [each.stage for each in script.kinds(Observed.AGENT_CHANGED) if each.agent == ADA]
    assert ada[-6:-3] == [AgentStage.TALK, AgentStage.WRAP, AgentStage.OUT], "the last of them as it had stopped"
    assert ada[-3:] == [AgentStage.OUT, AgentStage.BREAK, AgentStage.IDLE], "started before anybody was there"
    assert longest_s(script, (AgentStage.TALK,)) == pytest.approx(TALK_S, abs=1.0)
    assert longest_s(script, tuple(AgentStage)[:-1]) < NIGHT_S, "nobody is in a stage over night"


def test_the_forecast_of_the_next_day_knows_a_short_conversation() -> None:
    """As if the campaign had never stopped, except for the after-call work, whose end it did not see."""
    floor, script, contact = talks_over_the_stop()
    overnight(floor, contact)
    told, usual = crew(), crew()
    for each in script.kinds(Observed.AGENT_CHANGED):
        assert each.stage is not None
        told.changed(each.agent, each.at, each.stage, leaving=each.leaving)
    usual.changed(ADA, 0.0, AgentStage.TALK, leaving=False)
    usual.changed(ADA, TALK_S, AgentStage.WRAP, leaving=False)
    usual.changed(ADA, TALK_S, AgentStage.OUT, leaving=False)
    assert soon_free(told, floor.now) == pytest.approx(soon_free(usual, floor.now), abs=0.005)


def crew() -> Crew:
    return Crew(make_grid(25.0, 2.0))


def soon_free(of: Crew, now: float) -> float:
    """The chance that an agent who has talked for TALK_S is free within a ring."""
    of.changed("eve", now - TALK_S, AgentStage.TALK, leaving=False)
    of.renew(now)
    return float(of.free(now)[-1, -1])


def test_of_a_campaign_that_has_stopped_everybody_is_out() -> None:
    floor, script, contact = talks_over_the_stop()
    floor.pass_time(TALK_S / 2)
    floor.clear(contact)
    assert {each.agent for each in script.told if each.stage is AgentStage.OUT} == {ADA, BOB}
    told = len(script.told)
    floor.ask(commands.GoNotReady(BOB, "break"))
    floor.know(BOB, team="service")
    floor.know(BOB)
    assert [each.stage for each in script.told[told:]] == [AgentStage.OUT], "of a stopped campaign nothing is told"


def test_a_start_before_it_has_stopped_goes_on() -> None:
    floor, script, contact = talks_over_the_stop()
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    floor.pass_time(TALK_S / 2)
    floor.clear(contact)
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    assert AgentStage.OUT not in {each.stage for each in script.told if each.agent == ADA}
    assert script.told[-1].stage is AgentStage.WRAP


def test_a_stopped_campaign_whose_pacing_is_set_anew_is_told_of_nobody() -> None:
    floor, script, contact = talks_over_the_stop()
    floor.pass_time(TALK_S / 2)
    floor.clear(contact)
    script.told.clear()
    changed = floor.world.settings.campaigns[0].model_copy(update={"ring_timeout_s": 20.0})
    floor.say(events.ConfigurationApplied(2, floor.world.settings.model_copy(update={"campaigns": (changed,)})))
    assert not script.kinds(Observed.AGENT_CHANGED)
