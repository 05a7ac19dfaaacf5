"""Contacts dialed before an agent is free: as many as the pacing says, given up again where it says so."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.agents.agent import Agent, AgentState
from dialer.callflow.agent.legs import hang_up
from dialer.callflow.agent.shortage import SHORT_CODE
from dialer.callflow.dial.attempt import open_interaction, place
from dialer.callflow.end.ending import withdraw
from dialer.campaigns.campaign import Campaign
from dialer.core.step import Step
from dialer.interactions.attempt import SHED, AttemptState
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import LegPurpose
from dialer.pacing import Decision
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import AttemptId, EngineId
from dialer.world.lookups import engaged_leg
from dialer.world.world import EngineView

#: Refusals after which no other record is tried: nothing can be dialed now.
STANDSTILLS = frozenset({"store_unavailable", "engine_unavailable", SHORT_CODE, "trunk_down", "trunk_limit"})


def carry_out(step: Step, campaign: Campaign, decision: Decision) -> None:
    """Give up what is to be given up, then dial."""
    if decision.shed:
        chances = decision.shed_chances or (None,) * len(decision.shed)
        shed(step, campaign, dict(zip(decision.shed, chances, strict=True)))
    for record in _chosen(campaign, decision):
        if not _dial(step, campaign, record):
            break


def _chosen(campaign: Campaign, decision: Decision) -> list[ClaimedRecord]:
    """The records to dial; those that are not reached stay in the pool."""
    if decision.pick:
        return campaign.pool.at(decision.pick[: decision.dial])
    return campaign.pool.at(range(decision.dial))


def _dial(step: Step, campaign: Campaign, record: ClaimedRecord) -> bool:
    """Dial one record. False if no other one needs to be tried now."""
    engine = engine_for(step, campaign)
    if engine is None:
        return False
    campaign.pool.remove(record.record)
    interaction = open_interaction(step, campaign, record)
    interaction.ahead = True
    interaction.engine = engine
    try:
        place(step, campaign, interaction)
    except Refused as refusal:
        step.history("not_dialed", interaction=interaction, code=refusal.code)
        withdraw(step, interaction)
        return refusal.code not in STANDSTILLS
    return True


def engine_for(step: Step, campaign: Campaign) -> EngineId | None:
    """The engine for the next contact. Legs of two engines cannot be joined, so that engines share contacts as they
    share engaged agents. The phones of other agents are rung by any engine."""
    world = step.world
    taking = [engine for engine in world.engines.values() if engine.takes_calls]
    usable_engines = [engine for engine in taking if not engine.is_short(step.now)] or taking
    if len(usable_engines) == 1:
        return usable_engines[0].id
    if not campaign.is_asm and any(agent.engaged is None for agent in world.agents_of(campaign) if _is_there(agent)):
        usable = world.usable_engine(step.now)
        return None if usable is None else usable.id
    found = [(_load(step, campaign, engine), engine.id) for engine in usable_engines]
    return min(found, default=(0.0, None))[1]


def _load(step: Step, campaign: Campaign, engine: EngineView) -> float:
    """Contacts for each agent who is engaged there."""
    agents = sum(1 for agent in step.world.agents_of(campaign) if _is_engaged_at(step, agent, engine.id))
    contacts = sum(
        1 for leg in step.world.legs.values() if leg.engine == engine.id and leg.purpose is LegPurpose.CONTACT
    )
    return (contacts + 1) / agents if agents else float("inf")


def _is_there(agent: Agent) -> bool:
    return agent.state not in (AgentState.LOGGED_OUT, AgentState.NOT_READY)


def _is_engaged_at(step: Step, agent: Agent, engine: EngineId) -> bool:
    leg = engaged_leg(step.world, agent)
    return leg is not None and leg.engine == engine


def give_up_all(step: Step, campaign: Campaign) -> None:
    """Nobody is at work any more: whoever answers now would be abandoned, whatever the pacing's rule."""
    attempts = [each.attempt.id for each in step.world.interactions_of(campaign.name) if each.attempt is not None]
    shed(step, campaign, dict.fromkeys(attempts))


def shed(step: Step, campaign: Campaign, attempts: Mapping[AttemptId, float | None]) -> None:
    """Give up calls that ring, none before the time that the law lets a phone ring. With each comes the chance that
    it would have been answered."""
    least_s = campaign.settings.predictive.least_ring_s
    for interaction in step.world.interactions_of(campaign.name):
        attempt = interaction.attempt
        if attempt is None or attempt.id not in attempts or not _may_be_shed(step, interaction, least_s):
            continue
        attempt.chance = attempts[attempt.id]
        attempt.cancel(SHED, step.now)
        hang_up(step, interaction.contact_leg)
        step.interaction_changed(interaction)


def _may_be_shed(step: Step, interaction: Interaction, least_s: float) -> bool:
    attempt = interaction.attempt
    if attempt is None or interaction.state is not InteractionState.DIALING or not interaction.ahead:
        return False
    rings_since = attempt.alerted_at if attempt.alerted_at is not None else attempt.begun_at
    return attempt.state is not AttemptState.CANCELLING and step.utc - rings_since >= least_s - 1e-6
