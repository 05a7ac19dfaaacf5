"""The status of a call in the words of a desktop."""

from __future__ import annotations

from enum import StrEnum
from functools import reduce
from typing import cast

from msgspec import Struct, field, structs

from dialer.interactions.interaction import EndedBy, HoldBy, Interaction, InteractionState
from dialer.interactions.leg import LegState
from dialer.interactions.party import PartyState
from dialer.ports import Moment
from dialer.vocabulary.reasons.calls import AgentPhoneLost, LegEnded
from dialer.vocabulary.reasons.reason import Reason, Said, Sentence
from dialer.vocabulary.reasons.status import (
    Both,
    CallEnded,
    CallEndedFor,
    CallIs,
    CallNotReached,
    CallNotReachedFor,
    Holder,
    OnHold,
)
from dialer.vocabulary.telephony import ClearedBy
from dialer.world.world import World


class CallPhase(StrEnum):
    """Where a call stands, as an agent sees it."""

    OFFERED = "offered"
    PREVIEWING = "previewing"
    PHONE_RINGING = "phone_ringing"
    DIALING = "dialing"
    RINGING = "ringing"
    WAITING = "waiting"
    CONNECTED = "connected"
    ON_HOLD = "on_hold"
    RECONNECTING = "reconnecting"
    #: The attempt is over and the contact was not reached: its result is shown.
    NOT_REACHED = "not_reached"
    ENDED = "ended"


#: Phases in which the contact is there.
LIVE_PHASES = frozenset({CallPhase.WAITING, CallPhase.CONNECTED, CallPhase.ON_HOLD, CallPhase.RECONNECTING})
_OVER = frozenset({CallPhase.NOT_REACHED, CallPhase.ENDED})
#: Phases in which the contact is not reached yet.
UNANSWERED_PHASES = frozenset({CallPhase.PHONE_RINGING, CallPhase.DIALING, CallPhase.RINGING})


class CallStatus(Struct, frozen=True):
    """`words` is a line for people; `held_by` has agent, agent_phone, contact; `ended_by` agent, contact or system.

    `since` is UTC epoch seconds, None where it is unknown.
    """

    phase: CallPhase
    words: Sentence
    since: float | None
    held_by: tuple[str, ...] = ()
    ended_by: str = ""
    cause: Sentence = field(default_factory=Sentence)


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
            return _dialed_phase(world, interaction)
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


def _dialed_phase(world: World, interaction: Interaction) -> CallPhase:
    leg = world.legs.get(interaction.contact_leg) if interaction.contact_leg else None
    rings = leg is not None and leg.state in (LegState.ALERTING, LegState.PROGRESS)
    return CallPhase.RINGING if rings else CallPhase.DIALING


def call_status(world: World, interaction: Interaction, at: Moment, *, own: bool = True) -> CallStatus:
    """The status of an interaction's call at `at`, in words for its agent (`own`), or for others."""
    phase = phase_of(world, interaction)
    since = _since(phase, interaction, at)
    ended_by = interaction.ended_by.value if interaction.ended_by else ""
    if phase is CallPhase.ON_HOLD:
        holders = tuple(holder.value for holder in HoldBy if holder in interaction.holds)
        by = reduce(Both, (Holder(each, own) for each in holders[1:]), cast("Reason", Holder(holders[0], own)))
        return CallStatus(phase, Sentence(OnHold(by)), since, held_by=holders)
    if phase not in _OVER:
        return CallStatus(phase, Sentence(CallIs(phase, own)), since)
    cause = _cause(interaction, own=own)
    if phase is CallPhase.ENDED:
        words = _ended(ended_by, cause, own=own)
    else:
        words = CallNotReached() if cause is None else CallNotReachedFor(cause)
    return CallStatus(phase, Sentence(words), since, ended_by=ended_by, cause=Sentence(cause))


def _cause(interaction: Interaction, *, own: bool) -> Reason | None:
    """The reason why the call ended or did not reach the contact, None where it is unknown."""
    cause = interaction.cause
    if not cause:
        return None
    if isinstance(cause, str):
        return Said("", cause)
    return structs.replace(cause, own=own) if isinstance(cause, LegEnded | AgentPhoneLost) else cause


#: The one who ended the call, where only the end of the leg is known.
_ENDERS = {ClearedBy.US: EndedBy.AGENT.value, ClearedBy.PEER: EndedBy.CONTACT.value}


def _ended(by: str, cause: Reason | None, *, own: bool) -> Reason:
    if isinstance(cause, LegEnded) and cause.by in _ENDERS:
        return CallEnded(_ENDERS[ClearedBy(cause.by)], own)
    return CallEnded(by, own) if cause is None else CallEndedFor(by, cause, own)


def talk_began_at(interaction: Interaction) -> float | None:
    """The begin of the present or last conversation: each call of a contact has a time of its own."""
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
        case CallPhase.DIALING | CallPhase.RINGING:
            return interaction.attempt.begun_at if interaction.attempt else interaction.begun_at
        case CallPhase.CONNECTED:
            return talk_began_at(interaction)
        case CallPhase.WAITING:
            return interaction.queued_at
        case CallPhase.ENDED | CallPhase.NOT_REACHED:
            return interaction.cleared_at
        case _:
            return utc_of(party.machine.since, at) if party else None
