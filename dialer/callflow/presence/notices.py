"""Notices of campaigns to agents, and their OK."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState
from dialer.callflow.agent import engaged
from dialer.callflow.pacing import observations
from dialer.campaigns.campaign import Campaign, CampaignState
from dialer.core.step import Step
from dialer.vocabulary import events, topics
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import NoticeId
from dialer.vocabulary.topics import OwnDesk
from dialer.vocabulary.writes import AcknowledgeNotice, AddNotice
from dialer.world.world import Notice

#: What an agent who logs in later is told of a campaign in this state; nothing of the others.
PRESENT_STATE = {
    CampaignState.LOADED: "loaded",
    CampaignState.RUNNING: "started",
    CampaignState.STOPPING: "stopped",
}


#: Notices whose OK means "I join". A change of the mode replaces the notice of the load that waited.
JOINING = frozenset({"loaded", "started", "mode_changed"})


def tell_agents(step: Step, campaign: Campaign, kind: str) -> None:
    """One notice to every agent of the campaign who is logged in; none of a campaign that is not even loaded."""
    if campaign.state is CampaignState.INACTIVE:
        return
    for agent in step.world.agents_of(campaign):
        if agent.state is not AgentState.LOGGED_OUT:
            tell(step, agent, campaign, kind)


def tell_present_state(step: Step, agent: Agent) -> None:
    """One notice for each campaign of the agent with its present state, unless one of the kind waits already, or the
    agent has said OK to one since it last changed: a start is news for who said OK to the load."""
    waiting = {(notice.campaign, notice.kind) for notice in step.world.notices.values() if notice.agent == agent.name}
    for campaign in step.world.campaigns.values():
        kind = PRESENT_STATE.get(campaign.state)
        informed = agent.informed.get(campaign.name)
        told = (informed is not None and informed >= campaign.news_utc) or (campaign.name, kind) in waiting
        if kind is not None and step.world.works_for(agent, campaign) and not told:
            tell(step, agent, campaign, kind)


def tell(step: Step, agent: Agent, campaign: Campaign, kind: str) -> None:
    id_ = step.world.mint.notice()
    for old in [each.id for each in step.world.notices.values() if _same(each, agent, campaign)]:
        put_away(step, old)
    step.world.notices[id_] = Notice(id_, agent.name, campaign.name, kind, step.utc)
    step.write(AddNotice(id_, agent.name, campaign.name, kind, step.utc))
    told = topics.NoticeCame(campaign.name, kind, campaign.mode, campaign.settings.description, campaign.settings.join)
    step.publish(topics.NOTICE, OwnDesk(agent.name), id_, told)
    step.notices_changed(agent.name)


def put_away(step: Step, id_: NoticeId) -> None:
    """A notice waits no more."""
    notice = step.world.notices.pop(id_)
    agent = step.world.agents.get(notice.agent)
    if agent is not None:
        agent.past_notices.append(id_)


def _same(notice: Notice, agent: Agent, campaign: Campaign) -> bool:
    return notice.agent == agent.name and notice.campaign == campaign.name


def acknowledge(step: Step, agent: Agent, id_: NoticeId) -> None:
    """OK. A second OK, or one to a notice that a newer one replaced, is no mistake. Raises NotFound for a notice that
    the agent never had."""
    notice = step.world.notices.get(id_)
    mine = notice is not None and notice.agent == agent.name
    if not mine and id_ not in agent.past_notices:
        raise NotFound("notice", id_)
    step.write(AcknowledgeNotice(id_, agent.name, step.utc))
    if notice is None or not mine:
        return
    put_away(step, id_)
    agent.informed[notice.campaign] = notice.at_utc
    step.notices_changed(agent.name)
    if notice.kind in JOINING:
        agent.joined.add(notice.campaign)
        step.agent_changed(agent.name)
        engaged.engage(step, agent)
        observations.agent_changed(step, agent)
        step.start_timer("pace", 0.0)


def on_remembered(step: Step, event: events.NoticeRemembered) -> None:
    """A notice from before a restart. It counts for the load in which it was told: an OK to an earlier one is none to
    this, and what waited for an OK then waits no more."""
    agent, campaign = step.world.agents.get(event.agent), step.world.campaigns.get(event.campaign)
    if agent is None or campaign is None:
        return
    unloaded = event.kind == "unloaded"
    if (campaign.state is CampaignState.INACTIVE) is not unloaded or event.at < campaign.loaded_utc:
        return
    if not event.acknowledged:
        notice = Notice(event.notice, agent.name, campaign.name, event.kind, event.at)
        step.world.notices[event.notice] = notice
        return
    agent.past_notices.append(event.notice)
    if not unloaded:
        agent.informed[campaign.name] = max(event.at, agent.informed.get(campaign.name, 0.0))
    if event.kind in JOINING:
        agent.joined.add(campaign.name)
