"""What people ask for. A command may be refused with a typed error; nothing changes then.

`by` is the user who asks. Permissions of roles are checked by the API, those of agents in a campaign by the core.
"""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, NoticeId, OfferId
from dialer.vocabulary.results import CallResult


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
    """Unload waits for records in use. `force` waits for nothing, in whatever state the campaign is: records on
    desktops go back, what rings is given up, after-call work whose time or whose agent is gone is closed.
    Conversations go on."""

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


class AcceptOffer(Struct, frozen=True):
    agent: AgentName
    offer: OfferId


class RejectOffer(Struct, frozen=True):
    agent: AgentName
    offer: OfferId


class DialRecord(Struct, frozen=True):
    """PREVIEW: dial the record on the desktop."""

    agent: AgentName
    interaction: InteractionId


class ReturnRecord(Struct, frozen=True):
    """PREVIEW: give the record on the desktop back, so that somebody else gets it; nothing was dialed."""

    agent: AgentName
    interaction: InteractionId


class CancelRecord(Struct, frozen=True):
    """Take the record out of this campaign's run without dialing it."""

    agent: AgentName
    interaction: InteractionId


class Hold(Struct, frozen=True):
    agent: AgentName
    interaction: InteractionId


class Resume(Struct, frozen=True):
    agent: AgentName
    interaction: InteractionId


class Mute(Struct, frozen=True):
    agent: AgentName
    interaction: InteractionId
    on: bool


class SendDigits(Struct, frozen=True):
    agent: AgentName
    interaction: InteractionId
    digits: str


class EndCall(Struct, frozen=True):
    agent: AgentName
    interaction: InteractionId


class SetOutcome(Struct, frozen=True):
    """Interim or final outcome; None leaves a part as it is."""

    agent: AgentName
    interaction: InteractionId
    result: CallResult | None = None
    disposition: str | None = None
    note: str | None = None
    do_not_call: bool | None = None
    data: dict[str, str] | None = None


class CallAgain(Struct, frozen=True):
    """A new attempt of the same interaction, to the same number."""

    agent: AgentName
    interaction: InteractionId


class ExtendAfterCall(Struct, frozen=True):
    agent: AgentName
    interaction: InteractionId


class Done(Struct, frozen=True):
    """Close the interaction. The agent goes where `then` says: ready, not_ready or, empty, as the campaign says."""

    agent: AgentName
    interaction: InteractionId
    then: str = ""


class CloseInteraction(Struct, frozen=True):
    """A supervisor closes an open interaction, whoever has it: a record that was not dialed goes back, a call is
    ended. The call result that was found or set stays; `disposition` replaces the agent's, None leaves it."""

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


AgentCommand = (
    LogIn
    | LogOut
    | GoReady
    | GoNotReady
    | AcknowledgeNotice
    | GetRecord
    | AcceptOffer
    | RejectOffer
    | DialRecord
    | ReturnRecord
    | CancelRecord
    | Hold
    | Resume
    | Mute
    | SendDigits
    | EndCall
    | SetOutcome
    | CallAgain
    | ExtendAfterCall
    | Done
)
CampaignCommand = (
    LoadCampaign | StartCampaign | StopCampaign | UnloadCampaign | ChangeMode | PlaceTestCall | EndTestCall
) | (BarNumbers | LiftNumber)
SupervisorCommand = CloseInteraction | ReassignInteraction
Command = AgentCommand | CampaignCommand | SupervisorCommand
