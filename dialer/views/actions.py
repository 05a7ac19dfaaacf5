"""Which commands an agent may give for an interaction now. The core judges again; this is what buttons show."""

from __future__ import annotations

from config.model import Campaign as CampaignSettings
from dialer.agents.agent import Agent, AgentState
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import HoldBy, Interaction, InteractionState
from dialer.interactions.party import Party, PartyState
from dialer.views.permission import Allowed, allow
from dialer.vocabulary.reasons.desk import (
    AfterCallOver,
    AlreadyDialled,
    AlreadyOnHold,
    AnswerOffer,
    CallGoesOn,
    CampaignNotRunning,
    ContactBarred,
    NoCall,
    NoMoreTime,
    NoOffer,
    NotConnected,
    NothingToDial,
    NothingToProlong,
    NotOnHold,
    NotPermitted,
    OutcomeField,
    OutcomeLacks,
    OutcomePart,
)
from dialer.vocabulary.reasons.reason import Reason


def actions(campaign: Campaign, interaction: Interaction, agent: Agent | None) -> tuple[Allowed, ...]:
    """All commands for one interaction and the agent who is in it, in the order of their buttons."""
    party = interaction.owner
    if party is None or agent is None:
        return ()
    settings = campaign.settings
    return (
        allow("accept", _accept(party)),
        allow("reject", _accept(party) or _permitted("reject", "reject", settings.permissions.reject)),
        allow("dial", _dial(interaction, party)),
        allow("return", _dial(interaction, party) or _permitted("reject", "give_back", settings.permissions.reject)),
        allow("cancel", _cancel(settings, interaction, party)),
        allow("hold", _hold(interaction)),
        allow("resume", _resume(interaction)),
        allow("mute", _connected(interaction)),
        allow("digits", _connected(interaction)),
        allow("end", _end(interaction, party)),
        allow("outcome", None),
        allow("call-again", _call_again(campaign, interaction, party, agent)),
        allow("extend", _extend(settings, interaction, party)),
        allow("done", _done(settings, interaction, party)),
    )


def _permitted(permission: str, to: str, permitted: bool) -> Reason | None:
    return None if permitted else NotPermitted(permission, to)


def _accept(party: Party) -> Reason | None:
    waits = party.offer is not None and party.state is PartyState.OFFERED
    return None if waits else NoOffer()


def _on_desk(interaction: Interaction, party: Party) -> bool:
    """The record is on the desk and nothing has been dialled."""
    return interaction.state is InteractionState.PREVIEW and party.state is PartyState.OFFERED


def _dial(interaction: Interaction, party: Party) -> Reason | None:
    if not _on_desk(interaction, party):
        return NothingToDial(interaction.state)
    return AnswerOffer() if party.offer is not None else None


def _cancel(settings: CampaignSettings, interaction: Interaction, party: Party) -> Reason | None:
    if not _on_desk(interaction, party):
        return AlreadyDialled(interaction.state)
    return _permitted("cancel", "cancel", settings.permissions.cancel)


def _connected(interaction: Interaction) -> Reason | None:
    talks = interaction.state is InteractionState.CONNECTED and not interaction.reconnecting
    return None if talks else NotConnected(interaction.state)


def _hold(interaction: Interaction) -> Reason | None:
    held = HoldBy.AGENT in interaction.holds
    return _connected(interaction) or (AlreadyOnHold() if held else None)


def _resume(interaction: Interaction) -> Reason | None:
    held = HoldBy.AGENT in interaction.holds
    return _connected(interaction) or (None if held else NotOnHold(tuple(sorted(interaction.holds))))


def _end(interaction: Interaction, party: Party) -> Reason | None:
    up = interaction.contact_leg is not None and interaction.state is not InteractionState.CLEARED
    rings = interaction.state is InteractionState.PREVIEW and party.state is PartyState.ALERTING
    return None if up or rings else NoCall(interaction.state)


def _working_after(interaction: Interaction, party: Party) -> Reason | None:
    after = interaction.state is InteractionState.CLEARED and party.state is PartyState.AFTER_CALL
    return None if after else CallGoesOn(interaction.state)


def _call_again(campaign: Campaign, interaction: Interaction, party: Party, agent: Agent) -> Reason | None:
    refusal = _working_after(interaction, party) or _permitted(
        "call_again", "call_again", campaign.settings.permissions.call_again
    )
    if refusal is not None:
        return refusal
    if interaction.do_not_call:
        return ContactBarred()
    if not campaign.is_running:
        return CampaignNotRunning(campaign.name, campaign.state)
    at_work = agent.state is AgentState.AFTER_CALL_WORK
    return None if at_work else AfterCallOver(agent.state)


def _extend(settings: CampaignSettings, interaction: Interaction, party: Party) -> Reason | None:
    refusal = _working_after(interaction, party)
    if refusal is not None:
        return refusal
    if interaction.after_call is None or interaction.after_call.ends_at is None:
        return NothingToProlong(interaction.state)
    if interaction.after_call.shown:
        return None
    given, most = interaction.after_call.extensions, settings.after_call.max_extensions
    return NoMoreTime(given, most) if given >= most else None


def _done(settings: CampaignSettings, interaction: Interaction, party: Party) -> Reason | None:
    refusal = _working_after(interaction, party)
    if refusal is not None:
        return refusal
    if interaction.after_call is not None and interaction.after_call.shown:
        return None
    missing = missing_outcome(settings, interaction)
    return OutcomeLacks(missing) if missing else None


def missing_outcome(settings: CampaignSettings, interaction: Interaction) -> tuple[Reason, ...]:
    """What the campaign wants before Done and has not been said."""
    rules = settings.outcome
    missing: list[Reason] = []
    if rules.call_result_mandatory and interaction.agent_result is None:
        missing.append(OutcomePart("call_result"))
    if rules.disposition_mandatory and not interaction.disposition:
        missing.append(OutcomePart("disposition"))
    if rules.note_mandatory and not interaction.note.strip():
        missing.append(OutcomePart("note"))
    fields = (*settings.fields.case, *settings.fields.record)
    empty = (each for each in fields if each.mandatory and not interaction.data.get(each.key, "").strip())
    missing += [OutcomeField(each.key, each.label) for each in empty]
    return tuple(dict.fromkeys(missing))
