"""From the name of a read model to the read model: what a feed sends when the core says that something changed."""

from __future__ import annotations

from msgspec import Struct

from dialer.ports import Moment
from dialer.views.agent import agent_summary, agent_view, notices
from dialer.views.campaign import campaign_view
from dialer.views.desk import on_desk
from dialer.views.interaction import interaction_summary
from dialer.views.overview import engine_summaries
from dialer.views.trunk import trunk_view
from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, TrunkName
from dialer.vocabulary.outputs import Audience, AudienceAgent
from dialer.world.world import World


class Notices(Struct, frozen=True):
    """All notices that wait for an agent's OK."""

    notices: tuple[object, ...]


def render(world: World, audience: Audience, topic: str, key: str, at: Moment) -> object | None:
    """The read model `topic` of the object `key`, as `audience` may see it; None when it is not there any more.

    An agent sees their own agent, interaction and notices; supervisors see summaries.
    """
    if isinstance(audience, AudienceAgent):
        return _for_agent(world, audience.name, topic, key, at)
    return _for_supervisors(world, topic, key, at)


def _for_agent(world: World, name: AgentName, topic: str, key: str, at: Moment) -> object | None:
    agent = world.agents.get(name)
    if agent is None:
        return None
    match topic:
        case "agent":
            return agent_view(world, agent)
        case "interaction":
            return on_desk(world, agent, at) if agent.interaction == key else None
        case "notices":
            return Notices(notices(world, agent))
        case "campaign":
            campaign = world.campaigns.get(CampaignName(key))
            mine = [each for each in agent_view(world, agent).campaigns if campaign and each.name == campaign.name]
            return mine[0] if mine else None
        case _:
            return None


def _for_supervisors(world: World, topic: str, key: str, at: Moment) -> object | None:
    match topic:
        case "agent":
            agent = world.agents.get(AgentName(key))
            return agent_summary(world, agent) if agent else None
        case "interaction":
            interaction = world.interactions.get(InteractionId(key))
            return interaction_summary(world, interaction, at) if interaction else None
        case "campaign":
            campaign = world.campaigns.get(CampaignName(key))
            return campaign_view(world, campaign) if campaign else None
        case "trunk":
            trunk = world.trunks.get(TrunkName(key))
            return trunk_view(trunk, at) if trunk else None
        case "engine":
            found = [each for each in engine_summaries(world) if each.name == key]
            return found[0] if found else None
        case _:
            return None
