"""Which commands an agent may give for an interaction now. The core judges again; this is what buttons show."""

from __future__ import annotations

from config.model import Campaign as CampaignSettings
from dialer.agents.agent import Agent, AgentState
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import HoldBy, Interaction, InteractionState
from dialer.interactions.party import Party, PartyState
from dialer.views.permission import Allowed, allow

_NOT_PERMITTED = "You may not do this in this campaign."
_NOT_CONNECTED = "There is no conversation with the contact now."
_NO_OFFER = "There is no offer to answer."


def actions(campaign: Campaign, interaction: Interaction, agent: Agent | None) -> tuple[Allowed, ...]:
    """All commands for one interaction and the agent who is in it, in the order of their buttons."""
    party = interaction.owner
    if party is None or agent is None:
        return ()
    settings = campaign.settings
    return (
        allow("accept", _accept(party)),
        allow("reject", _accept(party) or _permitted(settings.permissions.reject)),
        allow("dial", _dial(interaction, party)),
        allow("return", _dial(interaction, party) or _permitted(settings.permissions.reject)),
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


def _permitted(permitted: bool) -> str | None:
    return None if permitted else _NOT_PERMITTED


def _accept(party: Party) -> str | None:
    waits = party.offer is not None and party.state is PartyState.OFFERED
    return None if waits else _NO_OFFER


def _on_desk(interaction: Interaction, party: Party) -> bool:
    """The record is on the desk and nothing has been dialled."""
    return interaction.state is InteractionState.PREVIEW and party.state is PartyState.OFFERED


def _dial(interaction: Interaction, party: Party) -> str | None:
    if not _on_desk(interaction, party):
        return "There is no record on your desk to dial."
    return "Accept or reject the offer." if party.offer is not None else None


def _cancel(settings: CampaignSettings, interaction: Interaction, party: Party) -> str | None:
    if not _on_desk(interaction, party):
        return "The record is being dialled; end the call instead."
    return _permitted(settings.permissions.cancel)


def _connected(interaction: Interaction) -> str | None:
    talks = interaction.state is InteractionState.CONNECTED and not interaction.reconnecting
    return None if talks else _NOT_CONNECTED


def _hold(interaction: Interaction) -> str | None:
    held = HoldBy.AGENT in interaction.holds
    return _connected(interaction) or ("The contact is on hold already." if held else None)


def _resume(interaction: Interaction) -> str | None:
    held = HoldBy.AGENT in interaction.holds
    return _connected(interaction) or (None if held else "The contact is not on hold by you.")


def _end(interaction: Interaction, party: Party) -> str | None:
    up = interaction.contact_leg is not None and interaction.state is not InteractionState.CLEARED
    rings = interaction.state is InteractionState.PREVIEW and party.state is PartyState.ALERTING
    return None if up or rings else "There is no call to end."


def _working_after(interaction: Interaction, party: Party) -> str | None:
    after = interaction.state is InteractionState.CLEARED and party.state is PartyState.AFTER_CALL
    return None if after else "The call has not ended."


def _call_again(campaign: Campaign, interaction: Interaction, party: Party, agent: Agent) -> str | None:
    refusal = _working_after(interaction, party) or _permitted(campaign.settings.permissions.call_again)
    if refusal is not None:
        return refusal
    if interaction.do_not_call:
        return "This contact is not to be called."
    if not campaign.is_running:
        return "The campaign is not running."
    at_work = agent.state is AgentState.AFTER_CALL_WORK
    return None if at_work else "Call again belongs to after-call work, whose time is over."


def _extend(settings: CampaignSettings, interaction: Interaction, party: Party) -> str | None:
    refusal = _working_after(interaction, party)
    if refusal is not None:
        return refusal
    if interaction.after_call is None or interaction.after_call.ends_at is None:
        return "There is no after-call work to prolong."
    if interaction.after_call.shown:
        return None
    spent = interaction.after_call.extensions >= settings.after_call.max_extensions
    return "After-call work has been prolonged as often as is allowed." if spent else None


def _done(settings: CampaignSettings, interaction: Interaction, party: Party) -> str | None:
    refusal = _working_after(interaction, party)
    if refusal is not None:
        return refusal
    if interaction.after_call is not None and interaction.after_call.shown:
        return None
    missing = missing_outcome(settings, interaction)
    return f"Missing: {', '.join(missing)}." if missing else None


def missing_outcome(settings: CampaignSettings, interaction: Interaction) -> tuple[str, ...]:
    """What the campaign wants before Done and has not been said, in words."""
    rules = settings.outcome
    missing = []
    if rules.call_result_mandatory and interaction.agent_result is None:
        missing.append("call result")
    if rules.disposition_mandatory and not interaction.disposition:
        missing.append("disposition")
    if rules.note_mandatory and not interaction.note.strip():
        missing.append("note")
    fields = (*settings.fields.case, *settings.fields.record)
    missing += [each.label for each in fields if each.mandatory and not interaction.data.get(each.key, "").strip()]
    return tuple(dict.fromkeys(missing))
