"""Why a running campaign dials nothing: one sentence, with the counts behind it."""

from __future__ import annotations

from datetime import UTC, datetime

from dialer.agents.agent import Agent, AgentState
from dialer.campaigns.campaign import Campaign
from dialer.campaigns.reason import NoCalls, NoCallsCode
from dialer.compliance.window import next_opening, open_zones
from dialer.interactions.interaction import InteractionState
from dialer.ports import Moment
from dialer.trunks.choice import TrunkChoice
from dialer.vocabulary.counted import counted
from dialer.world.consent import may_work
from dialer.world.world import World


def why_no_calls(world: World, campaign: Campaign, choice: TrunkChoice, at: Moment) -> NoCalls | None:
    """None while something is being dialled; else the first cause in the way, from the outside in."""
    if any(each.state is InteractionState.DIALING for each in world.interactions_of(campaign.name)):
        return None
    agents = [agent for agent in world.agents_of(campaign) if agent.state is not AgentState.LOGGED_OUT]
    found = (
        _system(world, at)
        or _records(campaign, at)
        or _trunks(choice)
        or _agents(world, campaign, agents)
        or (NoCallsCode.CLAIMING, "Records are being fetched.")
    )
    return NoCalls(
        code=found[0],
        sentence=found[1],
        agents=len(agents),
        agents_ready=sum(1 for agent in agents if agent.state is AgentState.READY),
        in_hand=len(campaign.pool),
        waiting=campaign.waiting,
    )


_Found = tuple[NoCallsCode, str] | None


def _system(world: World, at: Moment) -> _Found:
    if world.store_problem:
        return NoCallsCode.STORE, f"The database takes no writes: {world.store_problem}"
    if not world.restored:
        return NoCallsCode.STARTING, "The node is starting."
    if world.usable_engine() is None and any(engine.usable for engine in world.engines.values()):
        return (
            NoCallsCode.ENGINE,
            "The engine is being stopped: it takes no new calls, and ends with its conversations.",
        )
    if world.usable_engine() is None:
        return NoCallsCode.ENGINE, "No engine is connected; start cornetta engine, or look into its log."
    shortage = world.shortage(at.monotonic)
    return (NoCallsCode.ENGINE, f"{shortage[0].upper()}{shortage[1:]}.") if shortage else None


def _records(campaign: Campaign, at: Moment) -> _Found:
    if len(campaign.pool) > 0:
        return None
    if campaign.claim_problem:
        return NoCallsCode.STORE, f"Records could not be fetched: {campaign.claim_problem}"
    waiting = campaign.waiting
    if waiting.total == 0 and campaign.claiming:
        return None
    if waiting.total == 0:
        return NoCallsCode.LIST_EMPTY, "The calling lists have no records; import some with cornetta list import."
    window = campaign.settings.calling_window
    if campaign.zones and not open_zones(window, campaign.zones, at.utc):
        opening = next_opening(window, campaign.zones, at.utc)
        again = f"; the next opens at {_clock(opening)}" if opening else ""
        count = waiting.due + waiting.out_of_window
        return (
            NoCallsCode.OUT_OF_WINDOW,
            f"{counted(count, 'record is', 'records are')} due, all outside the calling window{again}.",
        )
    if waiting.due > 0:
        return None
    if waiting.out_of_window > 0:
        due = counted(waiting.out_of_window, "record is", "records are")
        return NoCallsCode.OUT_OF_WINDOW, f"{due} due, all outside the calling window."
    if waiting.retry > 0:
        due = f"; the next is due at {_clock(waiting.next_due_at)}" if waiting.next_due_at else ""
        records = counted(waiting.retry, "record waits for its", "records wait for their")
        return NoCallsCode.WAITING_FOR_RETRY, f"{records} next attempt{due}."
    if waiting.retrieved > 0:
        last = "The last record is" if waiting.retrieved == 1 else f"The last {waiting.retrieved} records are"
        return NoCallsCode.HELD, f"{last} on desks or being handled."
    every = "The one record is" if waiting.total == 1 else f"All {waiting.total} records are"
    return NoCallsCode.LIST_FINISHED, f"{every} done{_of_refused_type(campaign)}."


def _of_refused_type(campaign: Campaign) -> str:
    count = campaign.of_refused_type
    if not count:
        return ""
    numbers = "1 has a number" if count == 1 else f"{count} have numbers"
    return f"; {numbers} of a type that is not dialled (allow_number_types of the campaign)"


def _trunks(choice: TrunkChoice) -> _Found:
    if choice.trunk is not None:
        return None
    if choice.is_dead:
        return NoCallsCode.TRUNK_DOWN, f"No trunk is up ({choice.words()})."
    return NoCallsCode.TRUNK_LIMIT, f"The trunks are at their limit ({choice.words()})."


def _agents(world: World, campaign: Campaign, agents: list[Agent]) -> _Found:
    if not agents:
        return NoCallsCode.NO_AGENTS, "No agent of the campaign's teams is logged in."
    ready = [agent for agent in agents if agent.is_idle]
    if not ready:
        busy = sum(1 for agent in agents if agent.state is not AgentState.NOT_READY)
        if busy:
            return NoCallsCode.ALL_OCCUPIED, f"{counted(busy, 'agent is', 'agents are')} occupied, none is free."
        return NoCallsCode.NO_AGENTS, f"{counted(len(agents), 'agent is', 'agents are')} logged in, none is ready."
    joined = [agent for agent in ready if may_work(campaign, agent)]
    if not joined:
        return (
            NoCallsCode.NOT_JOINED,
            f"{counted(len(ready), 'agent is', 'agents are')} ready, none has said OK to the campaign.",
        )
    if not campaign.is_preview and not any(world.counts_on(campaign, agent) for agent in joined):
        others = ", ".join(sorted({agent.lent_to for agent in joined if agent.lent_to is not None}))
        return (
            NoCallsCode.ELSEWHERE,
            f"{counted(len(joined), 'agent is ready and works', 'agents are ready and work')} for {others} first.",
        )
    if campaign.is_asm and not any(_is_engaged(world, agent) for agent in joined):
        held = sum(world.is_on_hold(agent) for agent in joined)
        if held:
            return NoCallsCode.ON_HOLD, f"{counted(held, 'agent is', 'agents are')} ready with the phone on hold."
        phones = counted(len(joined), "agent is ready; the phone is", "agents are ready; their phones are")
        silent = any(_is_silent(world, agent) for agent in joined)
        return NoCallsCode.NOT_ENGAGED, f"{phones} {'silent' if silent else 'being rung'}."
    if campaign.is_preview:
        return NoCallsCode.BY_AGENT, "Agents take and dial the records themselves."
    seen = any(agent.hidden.get(record.record) is None for agent in joined for record in campaign.pool)
    if not seen and campaign.waiting.due + len(campaign.pool) > 0 and all(agent.hidden for agent in joined):
        return NoCallsCode.HIDDEN, "The records that are due were rejected by all agents who are ready."
    return None


def _is_silent(world: World, agent: Agent) -> bool:
    leg = world.legs.get(agent.engaged) if agent.engaged else None
    return leg is not None and leg.silent


def _is_engaged(world: World, agent: Agent) -> bool:
    leg = world.legs.get(agent.engaged) if agent.engaged else None
    return leg is not None and leg.reaches_agent


def _clock(utc: float | None) -> str:
    return "-" if utc is None else datetime.fromtimestamp(utc, UTC).strftime("%Y-%m-%d %H:%M UTC")
