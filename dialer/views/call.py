"""The status of a call in the words of a desktop."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, structs

from dialer.interactions.interaction import EndedBy, HoldBy, Interaction, InteractionState
from dialer.interactions.leg import LegState
from dialer.interactions.party import PartyState
from dialer.ports import Moment
from dialer.world.world import World


class CallPhase(StrEnum):
    """Where a call stands, as an agent sees it."""

    OFFERED = "offered"
    PREVIEWING = "previewing"
    PHONE_RINGING = "phone_ringing"
    DIALLING = "dialling"
    RINGING = "ringing"
    WAITING = "waiting"
    CONNECTED = "connected"
    ON_HOLD = "on_hold"
    RECONNECTING = "reconnecting"
    #: The attempt is over and nobody was reached: its result is shown.
    NOT_REACHED = "not_reached"
    ENDED = "ended"


#: Phases in which the contact is there.
LIVE_PHASES = frozenset({CallPhase.WAITING, CallPhase.CONNECTED, CallPhase.ON_HOLD, CallPhase.RECONNECTING})
#: Phases in which nobody was reached yet.
UNANSWERED_PHASES = frozenset({CallPhase.PHONE_RINGING, CallPhase.DIALLING, CallPhase.RINGING})

_WORDS: Mapping[CallPhase, str] = {
    CallPhase.OFFERED: "Offered",
    CallPhase.PREVIEWING: "Preview",
    CallPhase.PHONE_RINGING: "Your phone is ringing",
    CallPhase.DIALLING: "Dialling",
    CallPhase.RINGING: "Ringing",
    CallPhase.WAITING: "Answered, waiting for an agent",
    CallPhase.CONNECTED: "Connected",
    CallPhase.RECONNECTING: "Your phone was lost and is rung again",
}
#: The same for who is not the agent.
_WORDS_OF_OTHERS: Mapping[CallPhase, str] = {
    **_WORDS,
    CallPhase.PHONE_RINGING: "The agent's phone is ringing",
    CallPhase.RECONNECTING: "The agent's phone was lost and is rung again",
}
_HOLDERS: Mapping[HoldBy, str] = {
    HoldBy.AGENT: "you",
    HoldBy.AGENT_PHONE: "your phone",
    HoldBy.CONTACT: "the contact",
}
_ENDERS: Mapping[EndedBy, str] = {
    EndedBy.AGENT: "by you",
    EndedBy.CONTACT: "by the contact",
    EndedBy.SYSTEM: "by the system",
}


class CallStatus(Struct, frozen=True):
    """`words` is a line for people; `held_by` has agent, agent_phone, contact; `ended_by` agent, contact or system.

    `since` is UTC epoch seconds, None where nothing says it.
    """

    phase: CallPhase
    words: str
    since: float | None
    held_by: tuple[str, ...] = ()
    ended_by: str = ""
    cause: str = ""


def phase_of(world: World, interaction: Interaction) -> CallPhase:
    """The phase of an interaction's call."""
    party = interaction.owner
    alerting = party is not None and party.state is PartyState.ALERTING
    match interaction.state:
        case InteractionState.PREVIEW:
            if alerting:
                return CallPhase.PHONE_RINGING
            return CallPhase.OFFERED if party is not None and party.offer is not None else CallPhase.PREVIEWING
        case InteractionState.DIALING:
            return _dialled_phase(world, interaction)
        case InteractionState.QUEUED:
            return CallPhase.RECONNECTING if interaction.reconnecting else CallPhase.WAITING
        case InteractionState.CONNECTED:
            if interaction.reconnecting:
                return CallPhase.RECONNECTING
            return CallPhase.ON_HOLD if interaction.holds else CallPhase.CONNECTED
        case _:
            # Call again rings the agent's phone first while the interaction is still cleared.
            if alerting:
                return CallPhase.PHONE_RINGING
            return CallPhase.ENDED if interaction.conversed else CallPhase.NOT_REACHED


def _dialled_phase(world: World, interaction: Interaction) -> CallPhase:
    leg = world.legs.get(interaction.contact_leg) if interaction.contact_leg else None
    rings = leg is not None and leg.state in (LegState.ALERTING, LegState.PROGRESS)
    return CallPhase.RINGING if rings else CallPhase.DIALLING


def call_status(world: World, interaction: Interaction, at: Moment, *, own: bool = True) -> CallStatus:
    """The status of an interaction's call at `at`, in words for its agent (`own`), or for others."""
    status = _status(world, interaction, at)
    if own:
        return status
    words = _WORDS_OF_OTHERS.get(status.phase) or _of_the_agent(status.words)
    return structs.replace(status, words=words, cause=_of_the_agent(status.cause))


def _of_the_agent(words: str) -> str:
    """What an agent is told of themselves, as others are told it."""
    return (
        words.replace("your phone", "the agent's phone")
        .replace("by you", "by the agent")
        .replace("and you", "and the agent")
    )


def _status(world: World, interaction: Interaction, at: Moment) -> CallStatus:
    phase = phase_of(world, interaction)
    since = _since(phase, interaction, at)
    if phase is CallPhase.ON_HOLD:
        holders = tuple(holder for holder in HoldBy if holder in interaction.holds)
        by = " and ".join(_HOLDERS[holder] for holder in holders)
        return CallStatus(phase, f"On hold by {by}", since, held_by=tuple(each.value for each in holders))
    if phase is CallPhase.ENDED:
        ended_by = interaction.ended_by
        return CallStatus(
            phase,
            _ended_words(interaction),
            since,
            ended_by=ended_by.value if ended_by else "",
            cause=interaction.cause,
        )
    if phase is CallPhase.NOT_REACHED:
        words = f"Not reached: {interaction.cause}" if interaction.cause else "Not reached"
        return CallStatus(phase, words, since, ended_by=interaction.ended_by or "", cause=interaction.cause)
    return CallStatus(phase, _WORDS[phase], since)


def _ended_words(interaction: Interaction) -> str:
    cause = interaction.cause
    if cause.startswith("ended"):
        return cause.capitalize()
    who = _ENDERS[interaction.ended_by] if interaction.ended_by else ""
    words = f"Ended {who}".strip()
    return f"{words}: {cause}" if cause else words


def talk_began_at(interaction: Interaction) -> float | None:
    """When the conversation began that goes on, or the last one: each call of a contact has a time of its own."""
    attempt = interaction.attempt
    return interaction.connected_at if attempt is None or interaction.attempts < 2 else attempt.connected_at


def utc_of(monotonic: float, at: Moment) -> float:
    """A monotonic instant on the calendar's clock, judged at `at`."""
    return at.utc - (at.monotonic - monotonic)


def _since(phase: CallPhase, interaction: Interaction, at: Moment) -> float | None:
    party = interaction.owner
    match phase:
        case CallPhase.OFFERED | CallPhase.PREVIEWING:
            return party.offered_at if party else interaction.begun_at
        case CallPhase.DIALLING | CallPhase.RINGING:
            return interaction.attempt.begun_at if interaction.attempt else interaction.begun_at
        case CallPhase.CONNECTED:
            return talk_began_at(interaction)
        case CallPhase.WAITING:
            return interaction.queued_at
        case CallPhase.ENDED | CallPhase.NOT_REACHED:
            return interaction.cleared_at
        case _:
            return utc_of(party.machine.since, at) if party else None
