"""Notices of campaigns to agents, and their OK."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState
from dialer.callflow import asm, observing
from dialer.callflow.step import Step
from dialer.callflow.world import Notice
from dialer.campaigns.campaign import Campaign, CampaignState
from dialer.vocabulary.ids import NoticeId
from dialer.vocabulary.writes import AcknowledgeNotice, AddNotice

#: What an agent who logs in later is told of a campaign in this state; nothing of the others.
PRESENT_STATE = {
    CampaignState.LOADED: "loaded",
    CampaignState.RUNNING: "started",
    CampaignState.STOPPING: "stopped",
}

#: Notices whose OK means "I join".
JOINING = frozenset({"loaded", "started"})


def tell_agents(step: Step, campaign: Campaign, kind: str) -> None:
    """One notice to every agent of the campaign who is logged in; none of a campaign that is not even loaded."""
    if campaign.state is CampaignState.INACTIVE:
        return
    for agent in step.world.agents_of(campaign):
        if agent.state is not AgentState.LOGGED_OUT:
            tell(step, agent, campaign, kind)


def tell_present_state(step: Step, agent: Agent) -> None:
    """One notice for each campaign of the agent with its present state, unless one of the kind waits already."""
    waiting = {(notice.campaign, notice.kind) for notice in step.world.notices.values() if notice.agent == agent.name}
    for campaign in step.world.campaigns.values():
        kind = PRESENT_STATE.get(campaign.state)
        told = campaign.name in agent.joined or (campaign.name, kind) in waiting
        if kind is not None and step.world.works_for(agent, campaign) and not told:
            tell(step, agent, campaign, kind)


def tell(step: Step, agent: Agent, campaign: Campaign, kind: str) -> None:
    id_ = step.world.mint.notice()
    for old in [each.id for each in step.world.notices.values() if _same(each, agent, campaign)]:
        del step.world.notices[old]
    step.world.notices[id_] = Notice(id_, agent.name, campaign.name, kind, step.utc)
    step.write(AddNotice(id_, agent.name, campaign.name, kind, step.utc))
    step.publish(
        agent.name,
        "notice",
        id_,
        {
            "campaign": campaign.name,
            "kind": kind,
            "mode": campaign.mode,
            "description": campaign.settings.description,
            "join": campaign.settings.join,
        },
    )
    step.notices_changed(agent.name)


def _same(notice: Notice, agent: Agent, campaign: Campaign) -> bool:
    return notice.agent == agent.name and notice.campaign == campaign.name


def acknowledge(step: Step, agent: Agent, id_: NoticeId) -> None:
    """OK. A second OK, or one to a notice that a newer one replaced, is no mistake."""
    notice = step.world.notices.get(id_)
    step.write(AcknowledgeNotice(id_, agent.name, step.utc))
    if notice is None or notice.agent != agent.name:
        return
    del step.world.notices[id_]
    step.notices_changed(agent.name)
    if notice.kind in JOINING:
        agent.joined.add(notice.campaign)
        step.agent_changed(agent.name)
        asm.engage(step, agent)
        observing.agent_changed(step, agent)
        step.start_timer("pace", 0.0)
