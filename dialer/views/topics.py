"""How topics are rendered: the events that a feed sends for changes in the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from dialer.agents.agent import Agent
from dialer.ports import Moment
from dialer.views.agent import AgentSummary, AgentView, NoticeView, agent_summary, agent_view, notices
from dialer.views.campaign import CampaignView, campaign_view
from dialer.views.desk import on_desk
from dialer.views.interaction import InteractionSummary, InteractionView, interaction_summary
from dialer.views.trunk import TrunkView, trunk_view
from dialer.vocabulary import topics
from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, TrunkName
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.topics import Fact, Model, OwnDesk, Teams, Topic
from dialer.world.teams import teams_of
from dialer.world.world import World

#: The part of the live state in an event.
View = Callable[[World, Publish, Moment], Struct | None]


class Notices(Struct, frozen=True):
    """All notices that wait for an agent's OK."""

    notices: tuple[NoticeView, ...]


@dataclass(frozen=True, slots=True)
class ReadModel:
    """A model's event: a `body`, made by `view`, or None for an object that is gone. `teams` gives the teams of the
    object that a key names; None: it is told to all supervisors."""

    body: type[Struct]
    view: View
    teams: Callable[[World, str], Teams] | None = None


def render(world: World, event: Publish, at: Moment, teams: Teams | None = None) -> Struct | None:
    """The body of an event now: that of a fact, or the read model. `teams`: for their supervisors, to whom an object of
    other teams is gone."""
    if isinstance(event.topic, Fact):
        return event.body
    model = READ_MODELS[event.topic]
    if teams is not None and model.teams is not None and teams.isdisjoint(model.teams(world, event.key)):
        return None
    return model.view(world, event, at)


def body_of(topic: Topic) -> type[Struct]:
    """The type of a topic's bodies; that of a model may be None instead."""
    return topic.body if isinstance(topic, Fact) else READ_MODELS[topic].body


def all_topics() -> tuple[Model[Any] | Fact[Any, Any], ...]:
    """Every row: models first."""
    return (*topics.MODELS, *topics.FACTS)


def _own(view: Callable[[World, Agent, str, Moment], Struct | None]) -> View:
    """A view of the agent's own desk, of the object that the key names."""

    def shown(world: World, event: Publish, at: Moment) -> Struct | None:
        agent = world.agents.get(event.audience.name) if isinstance(event.audience, OwnDesk) else None
        return None if agent is None else view(world, agent, event.key, at)

    return shown


def _interaction_on_desk(world: World, agent: Agent, key: str, at: Moment) -> InteractionView | None:
    return on_desk(world, agent, at) if agent.interaction == key else None


def _agent(world: World, event: Publish, _: Moment) -> AgentSummary | None:
    agent = world.agents.get(AgentName(event.key))
    return agent_summary(world, agent) if agent else None


def _teams_of_agent(world: World, key: str) -> Teams:
    agent = world.agents.get(AgentName(key))
    return frozenset() if agent is None else agent.teams


def _teams_of_interaction(world: World, key: str) -> Teams:
    interaction = world.interactions.get(InteractionId(key))
    return frozenset() if interaction is None else teams_of(world, interaction)


def _interaction(world: World, event: Publish, at: Moment) -> InteractionSummary | None:
    interaction = world.interactions.get(InteractionId(event.key))
    return interaction_summary(world, interaction, at) if interaction else None


def _campaign(world: World, event: Publish, _: Moment) -> CampaignView | None:
    campaign = world.campaigns.get(CampaignName(event.key))
    return campaign_view(world, campaign) if campaign else None


def _trunk(world: World, event: Publish, at: Moment) -> TrunkView | None:
    trunk = world.trunks.get(TrunkName(event.key))
    return trunk_view(trunk, at) if trunk else None


#: Agents see themselves, their interaction and their notices; supervisors see summaries.
READ_MODELS: Mapping[Topic, ReadModel] = {
    topics.DESK_AGENT: ReadModel(AgentView, _own(lambda world, agent, _key, _at: agent_view(world, agent))),
    topics.DESK_INTERACTION: ReadModel(InteractionView, _own(_interaction_on_desk)),
    topics.DESK_NOTICES: ReadModel(Notices, _own(lambda world, agent, _key, _at: Notices(notices(world, agent)))),
    topics.TEAM_AGENT: ReadModel(AgentSummary, _agent, _teams_of_agent),
    topics.TEAM_INTERACTION: ReadModel(InteractionSummary, _interaction, _teams_of_interaction),
    topics.FLOOR_CAMPAIGN: ReadModel(CampaignView, _campaign),
    topics.FLOOR_TRUNK: ReadModel(TrunkView, _trunk),
}
