"""Whether an agent takes part in a campaign, by an OK to its notice where the campaign wants one."""

from __future__ import annotations

from config.model import Join
from dialer.agents.agent import Agent
from dialer.campaigns.campaign import Campaign


def may_work(campaign: Campaign, agent: Agent) -> bool:
    """Whether the agent has given the OK that the campaign requires."""
    return campaign.settings.join is Join.NOTICE or campaign.name in agent.joined
