"""Hold, resume and mute: what an agent does to the sound of a conversation, and what phone and trunk do to it."""

from __future__ import annotations

from dialer.core.desk import Desk, not_connected
from dialer.core.step import Step
from dialer.interactions.interaction import HoldBy, Interaction, InteractionState
from dialer.interactions.leg import Leg, LegPurpose
from dialer.interactions.party import PartyState, PartyTrigger
from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.reasons.desk import AlreadyOnHold, NotOnHold
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.telephony import LegMedia
from dialer.world.lookups import agent_leg, contact_leg


class Hold(DeskCommand, frozen=True):
    """Put the contact on hold."""


class Resume(DeskCommand, frozen=True):
    """Take the contact off hold."""


class Mute(DeskCommand, frozen=True):
    """Not be heard, or be heard again.

    Whether the agent is not to be heard.
    """

    on: bool


def against_hold(desk: Desk) -> Reason | None:
    return not_connected(desk) or (AlreadyOnHold() if HoldBy.AGENT in desk.interaction.holds else None)


def against_resume(desk: Desk) -> Reason | None:
    holds = desk.interaction.holds
    return not_connected(desk) or (None if HoldBy.AGENT in holds else NotOnHold(tuple(sorted(holds))))


def on_hold(step: Step, desk: Desk, _: Hold) -> None:
    put_on_hold(step, desk.interaction, HoldBy.AGENT)


def on_resume(step: Step, desk: Desk, _: Resume) -> None:
    take_off_hold(step, desk.interaction, HoldBy.AGENT)


def put_on_hold(step: Step, interaction: Interaction, by: HoldBy) -> None:
    """Neither hears the other; the contact hears music or comfort noise, unless it was the contact who held."""
    interaction.holds.add(by)
    party = interaction.owner
    if party is not None and party.state is PartyState.TALKING:
        party.machine.advance(PartyTrigger.HOLD, step.now)
        step.save_party(interaction, party)
    step.history("held", interaction=interaction, by=by)
    step.interaction_changed(interaction)


def take_off_hold(step: Step, interaction: Interaction, by: HoldBy) -> None:
    interaction.holds.discard(by)
    resume_party(step, interaction)
    step.history("resumed", interaction=interaction, by=by)
    step.interaction_changed(interaction)


def resume_party(step: Step, interaction: Interaction) -> None:
    party = interaction.owner
    if not interaction.holds and party is not None and party.state is PartyState.HOLDING:
        party.machine.advance(PartyTrigger.RESUME, step.now)
        step.save_party(interaction, party)


def on_mute(step: Step, desk: Desk, command: Mute) -> None:
    desk.party.muted = command.on
    step.interaction_changed(desk.interaction)


def on_media(step: Step, leg: Leg, event: LegMedia) -> None:
    """A phone's own hold and a contact's hold, told by SIP (RFC 3264 8.4)."""
    leg.held_by_us, leg.held_by_peer = event.held_by_us, event.held_by_peer
    _note_silence(step, leg, event)
    interaction = step.world.interactions.get(leg.interaction) if leg.interaction else None
    if interaction is None or interaction.state is not InteractionState.CONNECTED:
        return
    by = HoldBy.CONTACT if leg.purpose is LegPurpose.CONTACT else HoldBy.AGENT_PHONE
    contact, phone = contact_leg(step.world, interaction), agent_leg(step.world, interaction)
    if contact is None or phone is None:
        return
    if event.held_by_peer and by not in interaction.holds:
        put_on_hold(step, interaction, by)
    elif not event.held_by_peer and by in interaction.holds:
        take_off_hold(step, interaction, by)


def _note_silence(step: Step, leg: Leg, event: LegMedia) -> None:
    if leg.silent is event.silent:
        return
    leg.silent = event.silent
    step.history("phone_silent" if leg.silent else "phone_heard", agent=leg.agent, leg=leg.id)
    step.start_timer("pace", 0.0)
