"""Which supervisors are told of an agent and of an interaction."""

from __future__ import annotations

import pytest

from config.model import Team
from dialer.agents.agent import AgentState
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import events, topics
from dialer.vocabulary.ids import TeamName
from dialer.vocabulary.topics import Teams, Topic
from tests.unit.callflow.ahead import dial, of, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA
from tests.unit.callflow.scenes import after_call, opened

SALES, SERVICE = frozenset({TeamName("sales")}), frozenset({TeamName("service")})


def told(floor: Floor, topic: Topic) -> set[Teams]:
    """To the supervisors of which teams the events of a topic went."""
    audiences = [each.audience for each in floor.published if each.topic is topic]
    return {each.teams for each in audiences if isinstance(each, topics.TeamSupervisors)}


def test_a_state_of_an_agent_is_told_to_supervisors_of_their_teams() -> None:
    floor = opened()
    floor.know(ADA, team="service")
    floor.published.clear()
    floor.ready()
    assert floor.agent().state is AgentState.READY
    assert told(floor, topics.TEAM_AGENT) == {SERVICE}


def test_an_interaction_is_told_to_supervisors_of_its_campaign_and_of_its_agent_to_its_end() -> None:
    floor = after_call()
    floor.published.clear()
    floor.know(ADA, team="service")
    assert told(floor, topics.TEAM_INTERACTION) == {SALES | SERVICE}
    floor.published.clear()
    interaction = floor.interaction
    floor.ask(Done(ADA, interaction.id))
    assert interaction.state is InteractionState.FINALIZED
    assert told(floor, topics.TEAM_INTERACTION) == {SALES | SERVICE}


def test_a_contact_without_an_agent_is_told_to_supervisors_of_the_campaign() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    floor.answer(first)
    floor.published.clear()
    floor.answer(second)
    assert of(floor, second).agent is None
    assert told(floor, topics.TEAM_INTERACTION) == {SALES}


@pytest.mark.parametrize("how", ["user", "reload"])
def test_supervisors_whose_team_an_agent_leaves_are_told(how: str) -> None:
    floor = opened()
    floor.know(ADA, team="none")
    in_sales, in_service = (
        floor.world.settings.model_copy(update={"teams": (Team(name=name, agents=(ADA,)),)})
        for name in ("sales", "service")
    )
    floor.say(events.ConfigurationApplied(2, in_sales))
    before = floor.agent().teams
    assert before >= SALES
    floor.published.clear()
    if how == "user":
        floor.know(ADA, team="service")
    else:
        floor.say(events.ConfigurationApplied(3, in_service))
    assert floor.agent().teams != before
    assert before | floor.agent().teams in told(floor, topics.TEAM_AGENT)
