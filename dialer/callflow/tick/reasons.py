"""Why a running campaign dials nothing: one reason, with the counts behind it."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState
from dialer.campaigns.campaign import Campaign
from dialer.campaigns.reason import NoCalls
from dialer.compliance.window import next_opening, open_zones
from dialer.interactions.interaction import InteractionState
from dialer.ports import Moment
from dialer.trunks.choice import TrunkChoice
from dialer.vocabulary.reasons.dialing import NoEngine, StoreAway
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.why import (
    AgentsElsewhere,
    AllHidden,
    AllOccupied,
    Claiming,
    ClaimsFail,
    DialedByAgents,
    EngineLacks,
    EngineStops,
    Held,
    ListEmpty,
    ListFinished,
    NobodyJoined,
    NobodyLoggedIn,
    NobodyReady,
    NodeStarts,
    NotEngaged,
    NoTrunkUp,
    OutOfWindow,
    OutOfWindowUntil,
    PhonesOnHold,
    TrunksAtLimit,
    WaitingForRetry,
    WaitingForRetryUntil,
)
from dialer.world.consent import may_work
from dialer.world.world import World


def why_no_calls(world: World, campaign: Campaign, choice: TrunkChoice, at: Moment) -> NoCalls | None:
    """None while something is being dialed; else the first cause in the way, from the outside in."""
    if any(each.state is InteractionState.DIALING for each in world.interactions_of(campaign.name)):
        return None
    agents = [agent for agent in world.agents_of(campaign) if agent.state is not AgentState.LOGGED_OUT]
    found = _system(world, at) or _records(campaign, at) or _trunks(choice) or _agents(world, campaign, agents)
    return NoCalls(
        reason=found or Claiming(),
        agents=len(agents),
        agents_ready=sum(1 for agent in agents if agent.state is AgentState.READY),
        in_hand=len(campaign.pool),
        waiting=campaign.waiting,
    )


def _system(world: World, at: Moment) -> Reason | None:
    if world.store_problem:
        return StoreAway(world.store_problem)
    if not world.restored:
        return NodeStarts()
    if world.usable_engine() is None:
        return EngineStops() if any(engine.usable for engine in world.engines.values()) else NoEngine()
    shortage = world.shortage(at.monotonic)
    return EngineLacks(f"{shortage[0].upper()}{shortage[1:]}") if shortage else None


def _records(campaign: Campaign, at: Moment) -> Reason | None:
    if len(campaign.pool) > 0:
        return None
    if campaign.claim_problem:
        return ClaimsFail(campaign.claim_problem)
    waiting = campaign.waiting
    if waiting.total == 0:
        return None if campaign.claiming else ListEmpty()
    window = campaign.settings.calling_window
    if campaign.zones and not open_zones(window, campaign.zones, at.utc):
        opening = next_opening(window, campaign.zones, at.utc)
        count = waiting.due + waiting.out_of_window
        return OutOfWindowUntil(count, opening) if opening else OutOfWindow(count)
    if waiting.due > 0:
        return None
    if waiting.out_of_window > 0:
        return OutOfWindow(waiting.out_of_window)
    if waiting.retry > 0:
        due_at = waiting.next_due_at
        return WaitingForRetryUntil(waiting.retry, due_at) if due_at else WaitingForRetry(waiting.retry)
    if waiting.retrieved > 0:
        return Held(waiting.retrieved)
    return ListFinished(waiting.total, campaign.of_refused_type)


def _trunks(choice: TrunkChoice) -> Reason | None:
    if choice.trunk is not None:
        return None
    kind = NoTrunkUp if choice.is_dead else TrunksAtLimit
    return kind(choice.states, len(choice.states))


def _agents(world: World, campaign: Campaign, agents: list[Agent]) -> Reason | None:
    if not agents:
        return NobodyLoggedIn()
    ready = [agent for agent in agents if agent.is_idle]
    if not ready:
        busy = sum(1 for agent in agents if agent.state is not AgentState.NOT_READY)
        return AllOccupied(busy) if busy else NobodyReady(len(agents))
    joined = [agent for agent in ready if may_work(campaign, agent)]
    if not joined:
        return NobodyJoined(len(ready))
    if not campaign.is_preview and not any(world.counts_on(campaign, agent) for agent in joined):
        others = sorted({agent.lent_to for agent in joined if agent.lent_to is not None})
        return AgentsElsewhere(len(joined), tuple(others))
    if campaign.is_asm and not any(_is_engaged(world, agent) for agent in joined):
        held = sum(world.is_on_hold(agent) for agent in joined)
        silent = any(_is_silent(world, agent) for agent in joined)
        return PhonesOnHold(held) if held else NotEngaged(len(joined), silent)
    if campaign.is_preview:
        return DialedByAgents()
    seen = any(agent.hidden.get(record.record) is None for agent in joined for record in campaign.pool)
    if not seen and campaign.waiting.due + len(campaign.pool) > 0 and all(agent.hidden for agent in joined):
        return AllHidden()
    return None


def _is_silent(world: World, agent: Agent) -> bool:
    leg = world.legs.get(agent.engaged) if agent.engaged else None
    return leg is not None and leg.silent


def _is_engaged(world: World, agent: Agent) -> bool:
    leg = world.legs.get(agent.engaged) if agent.engaged else None
    return leg is not None and leg.reaches_agent
