"""What the pacing of a campaign does now and why, in the words of whoever asks why it does not dial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from config.model import Mode
from dialer.agents.agent import Agent, AgentState
from dialer.campaigns.campaign import Campaign
from dialer.pacing.governor import LAG_LIMIT_S, Basis, PastDecision
from dialer.views.agent import Engagement, engagement
from dialer.views.labels import NOT_RUNNING
from dialer.vocabulary.counted import counted
from dialer.world.consent import may_work
from dialer.world.world import World

_ONE_TO_ONE = "Contacts are dialled one for each idle agent"
_BY_MODE: Mapping[Mode, str] = {
    Mode.PREVIEW: "Agents take and dial the records themselves",
    Mode.PUSH_PREVIEW: "Records are offered one to each idle agent, who has them dialled",
}


def pacing_sentence(world: World, campaign: Campaign) -> str:
    """One sentence, or two: by what the last decision was made, and what it came to."""
    if not campaign.is_running:
        return NOT_RUNNING[campaign.state]
    if not is_paced(world, campaign):
        return campaign.reason.sentence if campaign.reason is not None else "The node cannot dial yet."
    last = world.pacers[campaign.name].last
    if last is None:
        return "Nothing was decided yet."
    if last.basis is Basis.FORECAST:
        return f"By forecast: {last.reason}.{_later(campaign, last)}"
    return f"{basis_sentence(world, campaign, last.basis)} Now: {last.reason}."


def _later(campaign: Campaign, decision: PastDecision) -> str:
    """For the pacing a list ends with its last record that can be dialled: there may be more in other zones."""
    lines = decision.ringing + decision.idle + decision.busy
    ends = decision.records_left is not None and decision.records_left <= lines
    closed = campaign.waiting.out_of_window
    more = counted(closed, "record more is", "records more are")
    return f" {more} outside the calling window." if ends and closed else ""


def is_paced(world: World, campaign: Campaign) -> bool:
    """Whether decisions are made now: else the last one is of another time."""
    return campaign.is_running and world.restored and not world.store_problem and world.usable_engine() is not None


def basis_sentence(world: World, campaign: Campaign, basis: Basis) -> str:
    """Why contacts are dialled by forecast, or one for each idle agent, with the figures of the rule that says so."""
    match basis:
        case Basis.FORECAST:
            return "Contacts are dialled ahead of free agents, by forecast."
        case Basis.MODE:
            return f"{_BY_MODE.get(campaign.mode, _ONE_TO_ONE)}, as the mode {campaign.mode} says."
        case Basis.LAG:
            late = (
                f"news of calls came {world.lag_s:.1f} s late, more than {LAG_LIMIT_S:g} s is too late for a forecast"
            )
            return f"{_ONE_TO_ONE} for now: {late}; see the load of this machine and of the engine."
        case Basis.FAILURE:
            failure = world.pacers[campaign.name].failure
            return f"{_ONE_TO_ONE}: the forecast failed ({failure}); stop and start the campaign to have it back."
        case Basis.FEW_AGENTS:
            return f"{_ONE_TO_ONE} for now: {_few(world, campaign)}."


def _few(world: World, campaign: Campaign) -> str:
    """Who is at work, and where the others are."""
    least = campaign.settings.predictive.min_agents
    places = Counter(_place(world, campaign, agent) for agent in world.agents_of(campaign))
    del places[_OUT]
    at_work = places.pop(_AT_WORK, 0)
    others = ", ".join(f"{number} {place}" for place, number in sorted(places.items()))
    told = f"{at_work} at work, and dialling ahead begins with {least} (predictive.min_agents)"
    return f"{told}; besides {others}" if others else told


_AT_WORK, _OUT = "at work", "logged out"


def _place(world: World, campaign: Campaign, agent: Agent) -> str:
    """Where an agent is, as the pacing of the campaign counts them."""
    if agent.state is AgentState.LOGGED_OUT:
        return _OUT
    if agent.state is AgentState.NOT_READY:
        return "not ready"
    if not world.counts_on(campaign, agent):
        return f"at work for {agent.lent_to}"
    if agent.is_leaving:
        return "about to leave"
    if not may_work(campaign, agent):
        return "without an OK to the campaign"
    if agent.state is not AgentState.READY:
        return _AT_WORK
    if campaign.is_asm and engagement(world, agent) is Engagement.ON_HOLD:
        return "whose phone is on hold"
    if campaign.is_asm and engagement(world, agent) is not Engagement.YES:
        return "whose phone is being rung"
    return _AT_WORK
