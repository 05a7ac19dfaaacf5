"""Agents who work in several campaigns, one of which dials ahead of free agents. Each of them counts in one campaign
at a time: two that counted on the same agent would both dial for them, and one of two contacts would be abandoned.
Whoever answers is still given to anybody who works for the campaign."""

from __future__ import annotations

import math
from hashlib import blake2b

from dialer.agents.agent import Agent
from dialer.callflow.pacing import observations
from dialer.campaigns.campaign import Campaign
from dialer.core.step import Step
from dialer.trunks.choice import choose
from dialer.vocabulary.ids import AgentName, CampaignName
from dialer.world.consent import may_work

#: How long an agent stays with a campaign at least, and with one that has nothing to dial: a list that is refilled
#: takes nobody away for a moment.
STAY_S = 10.0


_LOT_BYTES = 8


def lend(step: Step, running_now: list[Campaign]) -> None:
    """Say for each agent which campaign counts on them: the one of the lowest priority number that has something to
    dial, and among equal ones each gets its share of the agents by weight."""
    shared = len(running_now) > 1 and any(each.is_predictive for each in running_now)
    able = [each for each in running_now if not each.is_preview and _can_dial(step, each)] if shared else []
    for agent in step.world.agents.values():
        if shared or agent.lent_to is not None:
            _lend_one(step, agent, able)


def _lend_one(step: Step, agent: Agent, able: list[Campaign]) -> None:
    world = step.world
    mine = [each for each in able if world.works_for(agent, each) and may_work(each, agent)]
    stays = any(each.name == agent.lent_to for each in mine) and step.now < agent.lent_at + STAY_S
    if stays:
        return
    chosen = _chosen(agent.name, mine) if any(each.is_predictive for each in mine) and len(mine) > 1 else None
    if chosen != agent.lent_to:
        agent.lent_to, agent.lent_at = chosen, step.now
        observations.agent_changed(step, agent)


def _can_dial(step: Step, campaign: Campaign) -> bool:
    """Whether it has records, and a trunk that carries calls, or had them a moment ago."""
    has_records = len(campaign.pool) > 0 or campaign.waiting.due > 0
    if has_records and not choose(step.world.trunks_of(campaign), frozenset(), step.now).is_dead:
        campaign.could_dial_at = step.now
    return campaign.could_dial_at is not None and step.now < campaign.could_dial_at + STAY_S


def _chosen(agent: AgentName, campaigns: list[Campaign]) -> CampaignName:
    first = min(each.settings.priority for each in campaigns)
    equal = [each for each in campaigns if each.settings.priority == first]
    return max(equal, key=lambda each: (_draw(agent, each), each.name)).name


def _draw(agent: AgentName, campaign: Campaign) -> float:
    """The lot of an agent in a campaign: the highest wins, in proportion to the weights (weighted rendezvous hashing;
    Schindelhauer and Schomaker, SPAA 2005). No state, and no chance: the same agents always."""
    drawn = int.from_bytes(blake2b(f"{campaign.name}/{agent}".encode(), digest_size=_LOT_BYTES).digest())
    return campaign.settings.weight / -math.log((drawn + 0.5) / 256**_LOT_BYTES)
