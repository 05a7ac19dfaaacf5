"""What supervisors do with interactions on other people's desks: close them, or give them to somebody else. And what
nobody is left to finish.

A forced close keeps the call result that was found or set. The disposition is the supervisor's if one is given, else
what the agent has set, be it nothing: what is mandatory binds agents alone."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState, AgentTrigger
from dialer.callflow.agent.desk import free_agent, give_free, moved
from dialer.callflow.agent.legs import hang_up
from dialer.callflow.dial import offers
from dialer.callflow.end.after_call import after_forced, begin_after_call
from dialer.callflow.end.ending import finalize, settle, withdraw
from dialer.callflow.record.do_not_call import bar_contact, says_do_not_call
from dialer.callflow.recovery import engines
from dialer.campaigns.campaign import OFFER_MODES, Campaign
from dialer.core.moves import SERVED, advance_all
from dialer.core.step import Step
from dialer.interactions.interaction import EndedBy, Interaction, InteractionState
from dialer.interactions.leg import Leg, LegState
from dialer.interactions.party import Party, PartyState, PartyTrigger, make_party
from dialer.vocabulary import commands, topics
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.reasons.calls import ClosedBySupervisor
from dialer.vocabulary.reasons.desk import UnknownDisposition
from dialer.vocabulary.reasons.floor import (
    AgentNotReady,
    AgentOccupied,
    BarredForGood,
    CallUnderWay,
    NotInCampaign,
    TakenBySupervisor,
)
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.topics import OwnDesk
from dialer.world.consent import may_work
from dialer.world.lookups import legs_of


def on_close(step: Step, command: commands.CloseInteraction) -> None:
    """Close an interaction in whatever state it is. A call is ended first, and it is closed with its end."""
    interaction = step.world.interaction(command.interaction)
    campaign = step.world.campaigns[interaction.campaign]
    _check_disposition(campaign, command.disposition)
    step.history(
        "interaction_closed",
        interaction=interaction,
        by=command.by,
        reason=command.reason,
        state=interaction.state,
        result=interaction.result,
        disposition=command.disposition,
    )
    if command.disposition is not None:
        interaction.disposition = command.disposition
    if says_do_not_call(campaign.settings, None, command.disposition):
        bar_contact(step, interaction, f"user {command.by}")
    party = interaction.owner
    if interaction.state is InteractionState.PREVIEW and party is not None:
        agent = step.world.agents[party.agent]
        offers.take_back(step, agent, interaction, TakenBySupervisor(command.reason))
        return
    if party is not None:
        told = topics.InteractionClosed(command.by, command.reason)
        step.publish(topics.INTERACTION_CLOSED, OwnDesk(party.agent), interaction.id, told)
    if interaction.state is InteractionState.CLEARED:
        finalize(step, interaction, after_forced(step, interaction))
    else:
        _end_call(step, interaction, command.by)


def _check_disposition(campaign: Campaign, disposition: str | None) -> None:
    codes = [each.code for each in campaign.settings.outcome.dispositions]
    if disposition and disposition not in codes:
        raise Refused(UnknownDisposition(disposition, tuple(codes)))


def _end_call(step: Step, interaction: Interaction, by: str) -> None:
    """Hang up; what follows the end of the leg closes it. Asked again, we wait for no end that does not come: the legs
    count as lost, and an engine that is back and has them yet is told to end them."""
    interaction.closed_by = by
    interaction.ended_by = EndedBy.SYSTEM
    interaction.cause = ClosedBySupervisor()
    attempt = interaction.attempt
    if attempt is not None and interaction.state is InteractionState.DIALING:
        attempt.cancel("by_supervisor", step.now)
    leg = step.world.legs.get(interaction.contact_leg) if interaction.contact_leg else None
    if leg is None:
        settle(step, interaction, CallResult.SYSTEM_LOST, step.now)
        finalize(step, interaction, after_forced(step, interaction))
        return
    if leg.state is LegState.CLEARING:
        _give_legs_up(step, leg, list(legs_of(step.world, interaction)))
    else:
        hang_up(step, leg.id)
        step.interaction_changed(interaction)


def _give_legs_up(step: Step, contact: Leg, legs: list[LegId]) -> None:
    """While its engine does not hear us, no phone can be taken from the contact: all legs of the call are given up."""
    engine = step.world.engines.get(contact.engine)
    engines.clear_lost(step, contact)
    deaf = engine is None or not engine.usable
    for id_ in legs if deaf else ():
        if id_ in step.world.legs:
            engines.clear_lost(step, step.world.legs[id_])


def on_reassign(step: Step, command: commands.ReassignInteraction) -> None:
    """A record that was not dialed, or after-call work, goes to another agent. A call does not: its agent's phone is
    in it."""
    interaction = step.world.interaction(command.interaction)
    campaign = step.world.campaigns[interaction.campaign]
    agent = step.world.agent(command.agent)
    party = interaction.owner
    preview = interaction.state is InteractionState.PREVIEW
    after_call = party is not None and party.state is PartyState.AFTER_CALL
    if party is None or not (preview or (interaction.state is InteractionState.CLEARED and after_call)):
        raise Refused(CallUnderWay(interaction.state))
    _check_taker(step, campaign, agent, preview=preview)
    if preview and interaction.do_not_call:
        raise Refused(BarredForGood())
    step.history(
        "interaction_reassigned", interaction=interaction, by=command.by, reason=command.reason, to=command.agent
    )
    gone = topics.InteractionReassigned(command.by, command.reason, agent.display_name)
    step.publish(topics.INTERACTION_REASSIGNED, OwnDesk(party.agent), interaction.id, gone)
    if preview:
        _hand_over_record(step, campaign, interaction, party, agent)
    else:
        _hand_over_work(step, interaction, party, agent)
    come = topics.InteractionAssigned(command.by, command.reason)
    step.publish(topics.INTERACTION_ASSIGNED, OwnDesk(agent.name), agent.interaction or interaction.id, come)


def _check_taker(step: Step, campaign: Campaign, agent: Agent, *, preview: bool) -> None:
    """Raises Refused for an agent who cannot take it."""
    name = agent.display_name
    if not step.world.works_for(agent, campaign) or not may_work(campaign, agent):
        raise Refused(NotInCampaign(agent.name, name, campaign.name))
    if agent.state not in (AgentState.READY, AgentState.NOT_READY) or agent.interaction is not None:
        raise Refused(AgentOccupied(agent.name, name, agent.state))
    if preview and not agent.is_idle:
        raise Refused(AgentNotReady(agent.name, name, agent.state))


def _hand_over_record(step: Step, campaign: Campaign, old: Interaction, party: Party, agent: Agent) -> None:
    """The claim stays ours: the record is on the next desk without having been back in its list."""
    giver, record = step.world.agents[party.agent], old.record
    offers.stop_timers(step, party)
    withdraw(step, old, release=False)
    give_free(step, giver, AgentTrigger.RELEASE)
    if record is None:
        return
    deliver = offers.offer if campaign.mode in OFFER_MODES else offers.preview
    deliver(step, campaign, agent, record)
    if agent.interaction is not None:
        new = step.world.interactions[agent.interaction]
        new.data = dict(old.data)
        new.note, new.disposition, new.agent_result = old.note, old.disposition, old.agent_result
        step.interaction_changed(new)


def _hand_over_work(step: Step, interaction: Interaction, party: Party, agent: Agent) -> None:
    """After-call work begins anew with who takes it over."""
    giver = step.world.agents[party.agent]
    after = after_forced(step, interaction)
    taker = make_party(step.world.mint.party(), agent.name, step.utc)
    interaction.parties.append(taker)
    if idle := agent.state is AgentState.READY:
        advance_all(step, SERVED, interaction, party=taker)
    else:
        taker.machine.advance(PartyTrigger.RING, step.now)
    party.machine.advance(PartyTrigger.FINISH, step.now)
    step.save_party(interaction, party)
    free_agent(step, giver, after)
    agent.interaction = interaction.id
    if idle:
        moved(step, agent)
    begin_after_call(step, interaction, taker)
    step.agent_changed(agent.name)


def close_deserted(step: Step, campaign: Campaign, *, overrun: bool = False) -> None:
    """Close after-call work of a campaign that ends for which nobody will press Done: its time is over and its agent
    has no desktop any more. `overrun`: also where the agent is there."""
    for interaction in step.world.interactions_of(campaign.name):
        party, after = interaction.owner, interaction.after_call
        if interaction.state is not InteractionState.CLEARED or party is None or after is None:
            continue
        away = step.world.agents[party.agent].away
        if party.state is PartyState.AFTER_CALL and after.ends_at is None and (away or overrun):
            step.history("after_call_deserted", interaction=interaction, away=away)
            finalize(step, interaction)
