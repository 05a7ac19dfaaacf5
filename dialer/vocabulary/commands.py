"""Commands of people. A command may be refused with a typed error; nothing changes then.

`by` is the user. Permissions of roles are checked by the API, those of agents in a campaign by the core.
"""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, NoticeId


class LoadCampaign(Struct, frozen=True):
    campaign: CampaignName
    by: str


class StartCampaign(Struct, frozen=True):
    campaign: CampaignName
    by: str


class StopCampaign(Struct, frozen=True):
    campaign: CampaignName
    by: str


class UnloadCampaign(Struct, frozen=True):
    """Unload waits for records in use. `force` does not wait, in any state of the campaign: records on desktops go
    back, ringing calls are given up, after-call work is closed where its time is over or its agent gone. Conversations
    go on."""

    campaign: CampaignName
    by: str
    force: bool = False


class ChangeMode(Struct, frozen=True):
    """Between progressive and predictive while running; to and from preview only when stopped."""

    campaign: CampaignName
    mode: str
    by: str


class LogIn(Struct, frozen=True):
    agent: AgentName


class LogOut(Struct, frozen=True):
    """During a conversation it is pending until after-call work is done."""

    agent: AgentName


class GoReady(Struct, frozen=True):
    agent: AgentName


class GoNotReady(Struct, frozen=True):
    """`reason` is a code of the configured not-ready reasons."""

    agent: AgentName
    reason: str


class AcknowledgeNotice(Struct, frozen=True):
    agent: AgentName
    notice: NoticeId


class GetRecord(Struct, frozen=True):
    """PREVIEW: take the next record of a campaign."""

    agent: AgentName
    campaign: CampaignName


class DeskCommand(Struct, frozen=True):
    """What an agent does with the interaction on the desk. Each kind stands beside its handler in a wing of the call
    flow; dialer/callflow/actions.py lists them. The first paragraph of a kind's text is the summary of its route, the
    rest describes the body of the request, whose fields are those of the kind."""

    agent: AgentName
    interaction: InteractionId


class CloseInteraction(Struct, frozen=True):
    """A supervisor closes an open interaction of any agent: an undialed record goes back, a call is ended. The call
    result stays; `disposition` replaces the agent's, None leaves it."""

    interaction: InteractionId
    by: str
    reason: str
    disposition: str | None = None


class ReassignInteraction(Struct, frozen=True):
    """A supervisor gives a record that was not dialed, or after-call work, to another agent."""

    interaction: InteractionId
    agent: AgentName
    by: str
    reason: str


class BarNumbers(Struct, frozen=True):
    """Put numbers (E.164) on the do-not-call list of a campaign or, with None, of all. They stay there."""

    numbers: tuple[str, ...]
    campaign: CampaignName | None
    by: str


class LiftNumber(Struct, frozen=True):
    """Take a number (E.164) off the do-not-call list of a campaign or, with None, of all: for a stated reason."""

    number: str
    campaign: CampaignName | None
    by: str
    reason: str


class PlaceTestCall(Struct, frozen=True):
    """One call to `number` (E.164) with the campaign's trunk and caller ID, joined to a phone; no record, no
    statistics. The reply is its id."""

    campaign: CampaignName
    number: str
    phone: str
    by: str


class EndTestCall(Struct, frozen=True):
    """Hang up both legs of a test call."""

    call: str


AgentCommand = LogIn | LogOut | GoReady | GoNotReady | AcknowledgeNotice | GetRecord | DeskCommand
CampaignCommand = (
    LoadCampaign | StartCampaign | StopCampaign | UnloadCampaign | ChangeMode | PlaceTestCall | EndTestCall
) | (BarNumbers | LiftNumber)
SupervisorCommand = CloseInteraction | ReassignInteraction
Command = AgentCommand | CampaignCommand | SupervisorCommand
