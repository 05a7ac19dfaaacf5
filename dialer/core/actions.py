"""What an agent may do with the interaction on their desk: one row for each command. The button and the handler ask the
same rule, so that neither promises what the other refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from dialer.agents.agent import Agent, AgentState
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import HoldBy, Interaction, InteractionState
from dialer.interactions.party import Party, PartyState
from dialer.vocabulary import commands
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import AgentName, InteractionId
from dialer.vocabulary.reasons.desk import (
    AlreadyDialed,
    AlreadyOnHold,
    AnswerOffer,
    CallNotOver,
    CampaignNotRunning,
    ContactBarred,
    EndCallFirst,
    NoCall,
    NoMoreTime,
    NoOffer,
    NotAfterCall,
    NotConnected,
    NothingToDial,
    NothingToGiveBack,
    NothingToProlong,
    NotOnHold,
    NotPermitted,
    OutcomeField,
    OutcomeMissing,
    OutcomePart,
    PhoneOnHold,
)
from dialer.vocabulary.reasons.reason import Reason
from dialer.world.lookups import agent_leg, contact_leg, own
from dialer.world.world import World


class Desk(NamedTuple):
    """An agent, and the interaction on the desk."""

    world: World
    campaign: Campaign
    interaction: Interaction
    party: Party
    agent: Agent


Rule = Callable[[Desk], Reason | None]


class Action(NamedTuple):
    """`button` is the name by which desktops know the command. `permission` is the setting of the campaign that the
    agent needs, if any, and `to` what it allows. `against` gives the reason why not now."""

    button: str
    command: type
    against: Rule
    permission: str = ""
    to: str = ""


def _on_desk(desk: Desk) -> bool:
    """The record is on the desk and nothing has been dialed."""
    return desk.interaction.state is InteractionState.PREVIEW and desk.party.state is PartyState.OFFERED


def _phone_on_hold(desk: Desk) -> Reason | None:
    return PhoneOnHold() if desk.world.is_on_hold(desk.agent) else None


def _offered(desk: Desk) -> Reason | None:
    waits = desk.party.offer is not None and desk.party.state is PartyState.OFFERED
    return None if waits else NoOffer()


def _accept(desk: Desk) -> Reason | None:
    return _offered(desk) or _phone_on_hold(desk)


def _dial(desk: Desk) -> Reason | None:
    if not _on_desk(desk):
        return NothingToDial(desk.interaction.state)
    return AnswerOffer() if desk.party.offer is not None else _phone_on_hold(desk)


def _give_back(desk: Desk) -> Reason | None:
    if not _on_desk(desk):
        return NothingToGiveBack(desk.interaction.state)
    return AnswerOffer() if desk.party.offer is not None else None


def _cancel(desk: Desk) -> Reason | None:
    return None if _on_desk(desk) else AlreadyDialed(desk.interaction.state)


def _connected(desk: Desk) -> Reason | None:
    interaction = desk.interaction
    legs = contact_leg(desk.world, interaction), agent_leg(desk.world, interaction)
    talks = interaction.state is InteractionState.CONNECTED and not interaction.reconnecting and None not in legs
    return None if talks else NotConnected(interaction.state)


def _hold(desk: Desk) -> Reason | None:
    return _connected(desk) or (AlreadyOnHold() if HoldBy.AGENT in desk.interaction.holds else None)


def _resume(desk: Desk) -> Reason | None:
    holds = desk.interaction.holds
    return _connected(desk) or (None if HoldBy.AGENT in holds else NotOnHold(tuple(sorted(holds))))


def _end(desk: Desk) -> Reason | None:
    interaction = desk.interaction
    up = interaction.contact_leg is not None and interaction.state is not InteractionState.CLEARED
    rings = interaction.state is InteractionState.PREVIEW and desk.party.state is PartyState.ALERTING
    return None if up or rings else NoCall(interaction.state)


def _always(_: Desk) -> Reason | None:
    return None


def _call_again(desk: Desk) -> Reason | None:
    if desk.interaction.state is not InteractionState.CLEARED:
        return CallNotOver(desk.interaction.state)
    if desk.interaction.do_not_call:
        return ContactBarred()
    if not desk.campaign.is_running:
        return CampaignNotRunning(desk.campaign.name, desk.campaign.state)
    if desk.agent.state is not AgentState.AFTER_CALL_WORK:
        return NotAfterCall(desk.agent.state)
    return _phone_on_hold(desk)


def _extend(desk: Desk) -> Reason | None:
    after = desk.interaction.after_call
    if after is None or after.ends_at is None or desk.party.state is not PartyState.AFTER_CALL:
        return NothingToProlong(desk.interaction.state)
    most = desk.campaign.settings.after_call.max_extensions
    return NoMoreTime(after.extensions, most) if after.extensions >= most and not after.shown else None


def _done(desk: Desk) -> Reason | None:
    interaction = desk.interaction
    if interaction.state is not InteractionState.CLEARED or desk.party.state is not PartyState.AFTER_CALL:
        return EndCallFirst(interaction.state)
    shown = interaction.after_call is not None and interaction.after_call.shown
    return None if shown else _missing(desk.campaign, interaction)


def _missing(campaign: Campaign, interaction: Interaction) -> Reason | None:
    """What the campaign wants before Done and has not been said."""
    rules, fields = campaign.settings.outcome, campaign.settings.fields
    said = {
        "call_result": not rules.call_result_mandatory or interaction.agent_result is not None,
        "disposition": not rules.disposition_mandatory or interaction.disposition,
        "note": not rules.note_mandatory or interaction.note.strip(),
    }
    missing: dict[str, Reason] = {part: OutcomePart(part) for part, is_said in said.items() if not is_said}
    for each in (*fields.case, *fields.record):
        if each.mandatory and not interaction.data.get(each.key, "").strip():
            missing[each.key] = OutcomeField(each.key, each.label)
    return OutcomeMissing(tuple(missing), tuple(dict.fromkeys(missing.values()))) if missing else None


ACTIONS = (
    Action("accept", commands.AcceptOffer, _accept),
    Action("reject", commands.RejectOffer, _offered, "reject", "reject"),
    Action("dial", commands.DialRecord, _dial),
    Action("return", commands.ReturnRecord, _give_back, "reject", "give_back"),
    Action("cancel", commands.CancelRecord, _cancel, "cancel", "cancel"),
    Action("hold", commands.Hold, _hold),
    Action("resume", commands.Resume, _resume),
    Action("mute", commands.Mute, _connected),
    Action("digits", commands.SendDigits, _connected),
    Action("end", commands.EndCall, _end),
    Action("outcome", commands.SetOutcome, _always),
    Action("call-again", commands.CallAgain, _call_again, "call_again", "call_again"),
    Action("extend", commands.ExtendAfterCall, _extend),
    Action("done", commands.Done, _done),
)
"""In the order of the buttons."""

_BY_COMMAND: Mapping[type, Action] = {action.command: action for action in ACTIONS}


def against(action: Action, desk: Desk) -> Reason | None:
    """Why the action may not be taken now; None where it may."""
    refusal = action.against(desk)
    if refusal is None and action.permission:
        permitted = getattr(desk.campaign.settings.permissions, action.permission)
        return None if permitted else NotPermitted(action.permission, action.to)
    return refusal


def permitted(world: World, command: type, agent: AgentName, interaction: InteractionId) -> Desk:
    """The desk, if the command may be carried out there now. Raises NotFound, or Refused with the reason."""
    found, party = own(world, agent, interaction)
    desk = Desk(world, world.campaigns[found.campaign], found, party, world.agent(agent))
    refusal = against(_BY_COMMAND[command], desk)
    if refusal is not None:
        raise Refused(refusal)
    return desk
