"""Records on desks before they are dialed: preview, push preview, progressive. The end of a timer either dials or
returns the record, never both."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from config.model import Mode
from dialer.agents.agent import Agent, AgentState, AgentTrigger, SystemReason
from dialer.callflow.agent.desk import give_free, move
from dialer.callflow.agent.legs import ring_agent
from dialer.callflow.dial.attempt import open_interaction, place, place_over, waits_for_rate
from dialer.callflow.end.ending import withdraw
from dialer.callflow.record.give_back import cancel_record
from dialer.campaigns.campaign import Campaign
from dialer.core.desk import Desk, phone_on_hold, shows_record
from dialer.core.moves import DIALED_AT_ONCE
from dialer.core.step import Step
from dialer.core.timers import dial_timer, look_timer, offer_timer, preview_timer
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import Leg, LegPurpose
from dialer.interactions.party import Party, PartyState, PartyTrigger, make_party
from dialer.vocabulary import commands, topics
from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import OfferId
from dialer.vocabulary.reasons.desk import (
    AlreadyAsked,
    AlreadyDialed,
    AnswerOffer,
    CampaignNotRunning,
    NoOffer,
    NothingToDial,
    NothingToGiveBack,
    NotPermitted,
    NotPreview,
    NotReady,
    NotYourCampaign,
    OfferOver,
    PhoneOnHold,
    PreviewOver,
)
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.vocabulary.topics import OwnDesk

#: An offer as a click names it: a click on an older one changes nothing.
Shown = Annotated[OfferId, Meta(min_length=1, max_length=64)]


class AcceptOffer(DeskCommand, frozen=True):
    """Accept the offer: it is dialed.

    `offer` is the id of the offer that the desktop shows: a click on an older one changes nothing.
    """

    offer: Shown


class RejectOffer(DeskCommand, frozen=True):
    """Give the offered record back.

    `offer` is the id of the offer that the desktop shows: a click on an older one changes nothing.
    """

    offer: Shown


class DialRecord(DeskCommand, frozen=True):
    """Dial the record on the desk (preview)."""


class ReturnRecord(DeskCommand, frozen=True):
    """Give the previewed record back."""


class CancelRecord(DeskCommand, frozen=True):
    """Take the record out of this run."""


def against_reject(desk: Desk) -> Reason | None:
    waits = desk.party.offer is not None and desk.party.state is PartyState.OFFERED
    return None if waits else NoOffer()


def against_accept(desk: Desk) -> Reason | None:
    return against_reject(desk) or phone_on_hold(desk)


def against_dial(desk: Desk) -> Reason | None:
    if not shows_record(desk):
        return NothingToDial(desk.interaction.state)
    return AnswerOffer() if desk.party.offer is not None else phone_on_hold(desk)


def against_return(desk: Desk) -> Reason | None:
    if not shows_record(desk):
        return NothingToGiveBack(desk.interaction.state)
    return AnswerOffer() if desk.party.offer is not None else None


def against_cancel(desk: Desk) -> Reason | None:
    return None if shows_record(desk) else AlreadyDialed(desk.interaction.state)


def begin(step: Step, campaign: Campaign, agent: Agent, record: ClaimedRecord) -> tuple[Interaction, Party]:
    """Put a record on an agent's desk: an interaction in PREVIEW, the agent reserved for it."""
    interaction = open_interaction(step, campaign, record)
    party = make_party(step.world.mint.party(), agent.name, step.utc)
    interaction.parties.append(party)
    agent.interaction = interaction.id
    move(step, agent, AgentTrigger.RESERVE)
    step.save_party(interaction, party)
    step.interaction_changed(interaction)
    return interaction, party


def offer(step: Step, campaign: Campaign, agent: Agent, record: ClaimedRecord) -> None:
    """Offer a record: accepted by itself after the look time, or by a click before the offer expires."""
    interaction, party = begin(step, campaign, agent, record)
    party.offer = step.world.mint.offer()
    rules = campaign.settings.offer
    if campaign.settings.accepts_automatically:
        step.start_timer(look_timer(party.offer), rules.look_s)
    else:
        step.start_timer(offer_timer(party.offer), rules.timeout_s)
    step.history("offered", interaction=interaction)


def preview(step: Step, campaign: Campaign, agent: Agent, record: ClaimedRecord) -> None:
    """PREVIEW: the agent reads and dials, within a time by setting."""
    agent.waits_for = None
    interaction, _ = begin(step, campaign, agent, record)
    limit_s = campaign.settings.preview.limit_s
    if limit_s is not None:
        step.start_timer(preview_timer(interaction.id), limit_s)
    step.history("previewed", interaction=interaction)


def on_get_record(step: Step, command: commands.GetRecord) -> None:
    """The next record of a campaign in PREVIEW; it comes at once or as soon as the store has answered."""
    agent = step.world.agent(command.agent)
    campaign = step.world.campaign(command.campaign)
    if not step.world.works_for(agent, campaign):
        raise Refused(NotYourCampaign(campaign.name))
    if not campaign.is_running:
        raise Refused(CampaignNotRunning(campaign.name, campaign.state))
    if campaign.mode is not Mode.PREVIEW:
        raise Refused(NotPreview(campaign.name, campaign.mode))
    if not campaign.settings.permissions.get_next:
        raise Refused(NotPermitted("get_next", "get_next"))
    if agent.state is not AgentState.READY or agent.interaction is not None:
        raise Refused(NotReady(agent.state))
    if agent.waits_for is not None:
        raise Refused(AlreadyAsked(agent.waits_for))
    agent.waits_for = campaign.name
    step.start_timer("pace", 0.0)
    step.agent_changed(agent.name)


def _check_offer(desk: Desk, offer: OfferId) -> None:
    """Raises Refused for an older offer than the one that waits."""
    if desk.party.offer != offer:
        raise Refused(OfferOver(offer))


def on_accept(step: Step, desk: Desk, command: AcceptOffer) -> None:
    _check_offer(desk, command.offer)
    dial_for(step, desk.agent, desk.interaction, desk.party)
    desk.agent.expiries = 0


def on_look_over(step: Step, offer_id: OfferId) -> None:
    """The look time is over: dial, and if that cannot be now, the record goes back."""
    found = _find(step, offer_id)
    if found is None:
        return
    agent, interaction, party = found
    try:
        dial_for(step, agent, interaction, party)
    except Refused as refusal:
        if refusal.code == "no_phone":
            told = topics.PhoneFailed(refusal.code, Sentence(refusal.reason))
            step.publish(topics.PHONE_FAILED, OwnDesk(agent.name), agent.name, told)
            step.history("phone_failed", agent=agent.name, reason=refusal.code)
            stop_timers(step, party)
            on_phone_failed(step, agent, interaction, SystemReason.PHONE_NO_ANSWER)
        else:
            take_back(step, agent, interaction, refusal.reason)


def on_offer_expired(step: Step, offer_id: OfferId) -> None:
    """No click: back to the top of the list, hidden from this agent for a while; twice in a row, not ready."""
    found = _find(step, offer_id)
    if found is None:
        return
    agent, interaction, _ = found
    campaign = step.world.campaigns[interaction.campaign]
    _hide(step, agent, interaction, campaign)
    agent.expiries += 1
    step.history("offer_expired", interaction=interaction, in_a_row=agent.expiries)
    withdraw(step, interaction)
    if agent.expiries >= campaign.settings.offer.expiries_to_not_ready:
        agent.expiries = 0
        give_free(step, agent, AgentTrigger.NOT_READY, SystemReason.NO_RESPONSE)
    else:
        give_free(step, agent, AgentTrigger.RELEASE)


def on_preview_over(step: Step, interaction: Interaction) -> None:
    """The record was not dialed in time: it goes back, hidden from this agent for a while. The timer of a record that
    was dialed finds it in another state."""
    party, limit_s = interaction.owner, step.world.campaigns[interaction.campaign].settings.preview.limit_s
    if party is None or limit_s is None:
        return
    campaign, agent = step.world.campaigns[interaction.campaign], step.world.agents[party.agent]
    if shows_record(Desk(step.world, campaign, interaction, party, agent)):
        _hide(step, agent, interaction, campaign)
        take_back(step, agent, interaction, PreviewOver(limit_s))


def on_reject(step: Step, desk: Desk, command: RejectOffer) -> None:
    _check_offer(desk, command.offer)
    _world, campaign, interaction, party, agent = desk
    stop_timers(step, party)
    _hide(step, agent, interaction, campaign)
    agent.expiries = 0
    step.history("offer_rejected", interaction=interaction)
    withdraw(step, interaction)
    give_free(step, agent, AgentTrigger.RELEASE)


def on_dial(step: Step, desk: Desk, _: DialRecord) -> None:
    """PREVIEW: dial what is on the desk."""
    dial_for(step, desk.agent, desk.interaction, desk.party)


def on_return(step: Step, desk: Desk, _: ReturnRecord) -> None:
    """PREVIEW: the record goes back to the top of its list, and is hidden from this agent for a while."""
    _world, campaign, interaction, _party, agent = desk
    _hide(step, agent, interaction, campaign)
    step.history("record_returned", interaction=interaction)
    withdraw(step, interaction)
    give_free(step, agent, AgentTrigger.RELEASE)


def on_cancel(step: Step, desk: Desk, _: CancelRecord) -> None:
    """Take the record out of this run of the campaign."""
    interaction, party, agent = desk.interaction, desk.party, desk.agent
    stop_timers(step, party)
    step.history("record_cancelled", interaction=interaction)
    cancel_record(step, interaction)
    withdraw(step, interaction, release=False)
    give_free(step, agent, AgentTrigger.RELEASE)


def dial_for(step: Step, agent: Agent, interaction: Interaction, party: Party) -> None:
    """The agent's phone first, unless the engaged leg is up: then the contact at once. Raises Refused."""
    campaign = step.world.campaigns[interaction.campaign]
    engaged = step.world.legs.get(agent.engaged) if agent.engaged else None
    if step.world.is_on_hold(agent):
        raise Refused(PhoneOnHold())
    if engaged is not None and engaged.reaches_agent:
        place_over(step, campaign, interaction, party, engaged, DIALED_AT_ONCE)
    else:
        leg = ring_agent(step, agent, LegPurpose.AGENT, campaign.settings.phone_ring_timeout_s, interaction)
        party.leg = leg.id
        party.machine.advance(PartyTrigger.RING, step.now)
    stop_timers(step, party)
    party.offer = None
    step.save_party(interaction, party)
    step.interaction_changed(interaction)


def on_phone_answered(step: Step, agent: Agent, interaction: Interaction, phone: Leg) -> None:
    """The agent's phone was picked up: the rules once more, then the contact."""
    campaign = step.world.campaigns[interaction.campaign]
    if waits_for_rate(step, campaign, dial_timer(interaction.id), phone.answered_at or step.now):
        return
    try:
        place(step, campaign, interaction)
    except Refused as refusal:
        take_back(step, agent, interaction, refusal.reason)
        return
    step.audio_changed(interaction)


def on_phone_failed(step: Step, agent: Agent, interaction: Interaction, reason: SystemReason) -> None:
    """The agent's phone was not answered: the record returns without an attempt, the agent is not ready."""
    step.history("record_not_dialed", interaction=interaction, reason=reason)
    withdraw(step, interaction)
    give_free(step, agent, AgentTrigger.NOT_READY, reason)


def take_back(step: Step, agent: Agent, interaction: Interaction, why: Reason) -> None:
    """The system takes a record off the desk: the agent is told why and stays ready."""
    party = interaction.owner
    if party is not None:
        stop_timers(step, party)
    told = topics.OfferWithdrawn(why.code, Sentence(why))
    step.publish(topics.OFFER_WITHDRAWN, OwnDesk(agent.name), interaction.id, told)
    step.history("offer_withdrawn", interaction=interaction, code=why.code)
    withdraw(step, interaction)
    give_free(step, agent, AgentTrigger.RELEASE)


def on_not_ready_during_offer(step: Step, agent: Agent, interaction: Interaction, reason: str) -> None:
    """Not ready pressed during an offer withdraws it without penalty."""
    party = interaction.owner
    if party is not None:
        stop_timers(step, party)
    step.history("offer_withdrawn", interaction=interaction, code="not_ready")
    withdraw(step, interaction)
    give_free(step, agent, AgentTrigger.NOT_READY, reason)


def _find(step: Step, offer_id: OfferId) -> tuple[Agent, Interaction, Party] | None:
    for interaction in step.world.interactions.values():
        party = interaction.owner
        if party is not None and party.offer == offer_id and party.state is PartyState.OFFERED:
            return step.world.agents[party.agent], interaction, party
    return None


def _hide(step: Step, agent: Agent, interaction: Interaction, campaign: Campaign) -> None:
    if interaction.record is not None:
        agent.hidden[interaction.record.record] = step.now + campaign.settings.offer.reject_cool_down_s


def stop_timers(step: Step, party: Party) -> None:
    if party.offer is not None:
        step.cancel_timer(look_timer(party.offer))
        step.cancel_timer(offer_timer(party.offer))
