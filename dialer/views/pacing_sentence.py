"""The pacing of a campaign now, in a sentence with the reason."""

from __future__ import annotations

from collections import Counter

from dialer.agents.agent import Agent, AgentState
from dialer.campaigns.campaign import Campaign
from dialer.pacing.governor import LAG_LIMIT_S, Basis, PastDecision
from dialer.views.agent import Engagement, engagement
from dialer.vocabulary.reasons.pacing import (
    AgentsAt,
    AgentsLent,
    BasisFailure,
    BasisFewAgents,
    BasisFewAgentsOf,
    BasisForecast,
    BasisLag,
    BasisMode,
    ByForecast,
    ByOtherRule,
    CannotDialYet,
    NothingDecided,
)
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.why import NotRunning
from dialer.world.consent import may_work
from dialer.world.world import World


def pacing_reason(world: World, campaign: Campaign) -> Reason:
    """The basis of the last decision, and its result."""
    if not campaign.is_running:
        return NotRunning(campaign.state)
    if not is_paced(world, campaign):
        return campaign.reason.reason if campaign.reason is not None else CannotDialYet()
    last = world.pacers[campaign.name].last
    decided = None if last is None else last.reason.reason
    if last is None or decided is None:
        return NothingDecided()
    if last.basis is Basis.FORECAST:
        return ByForecast(decided, _later(campaign, last))
    return ByOtherRule(basis_reason(world, campaign, last.basis), decided)


def _later(campaign: Campaign, decision: PastDecision) -> int:
    """The number of records in other zones: for the pacing a list ends with its last record that can be dialed now."""
    lines = decision.ringing + decision.idle + decision.busy
    ends = decision.records_left is not None and decision.records_left <= lines
    return campaign.waiting.out_of_window if ends else 0


def is_paced(world: World, campaign: Campaign) -> bool:
    """Whether decisions are made now; otherwise the last one is out of date."""
    return campaign.is_running and world.restored and not world.store_problem and world.usable_engine() is not None


def basis_reason(world: World, campaign: Campaign, basis: Basis) -> Reason:
    """The reason why contacts are dialed by forecast, or one for each idle agent, with the figures of its rule."""
    match basis:
        case Basis.FORECAST:
            return BasisForecast()
        case Basis.MODE:
            return BasisMode(campaign.mode)
        case Basis.LAG:
            return BasisLag(round(world.lag_s, 1), LAG_LIMIT_S)
        case Basis.FAILURE:
            return BasisFailure(world.pacers[campaign.name].failure or NothingDecided())
        case Basis.FEW_AGENTS:
            return _few(world, campaign)


def _few(world: World, campaign: Campaign) -> Reason:
    """The agents at work, and the places of the others."""
    least = campaign.settings.predictive.min_agents
    places = Counter(_place(world, campaign, agent) for agent in world.agents_of(campaign))
    del places[_OUT]
    at_work = places.pop(_AT_WORK, 0)
    if not places:
        return BasisFewAgents(at_work, least)
    return BasisFewAgentsOf(at_work, least, tuple(_at(*each) for each in sorted(places.items())))


def _at(place: str, agents: int) -> Reason:
    lent, _, campaign = place.partition(_LENT)
    return AgentsLent(agents, campaign) if campaign and not lent else AgentsAt(agents, place)


#: Places of agents, in the order of the sentence.
_AT_WORK, _OUT, _LENT = "at_work", "logged_out", "lent/"


def _place(world: World, campaign: Campaign, agent: Agent) -> str:
    """The place of an agent, as the campaign's pacing counts it."""
    if agent.state is AgentState.LOGGED_OUT:
        return _OUT
    if agent.state is AgentState.NOT_READY:
        return "not_ready"
    if not world.counts_on(campaign, agent):
        return f"{_LENT}{agent.lent_to}"
    if agent.is_leaving:
        return "leaving"
    if not may_work(campaign, agent):
        return "without_ok"
    if agent.state is not AgentState.READY:
        return _AT_WORK
    if campaign.is_asm and engagement(world, agent) is Engagement.ON_HOLD:
        return "phone_on_hold"
    if campaign.is_asm and engagement(world, agent) is not Engagement.YES:
        return "phone_being_rung"
    return _AT_WORK
