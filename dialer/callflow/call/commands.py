"""Keys and hang-up in a conversation."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dialer.callflow.agent.legs import hang_up
from dialer.core.desk import Desk
from dialer.core.step import Step
from dialer.interactions.interaction import EndedBy, Interaction, InteractionState
from dialer.interactions.leg import Leg
from dialer.vocabulary import telephony
from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.calls import LegEnded
from dialer.vocabulary.reasons.desk import BadDigits
from dialer.world.lookups import agent_leg, contact_leg


class SendDigits(DeskCommand, frozen=True):
    """Send digits to the contact.

    Digits to be sent to the contact (RFC 4733).
    """

    digits: Annotated[str, Meta(pattern=r"^[0-9*#A-D]{1,32}$")]


def on_digits(step: Step, desk: Desk, command: SendDigits) -> None:
    contact = contact_leg(step.world, desk.interaction)
    if not command.digits or len(command.digits) > 32 or set(command.digits) - set("0123456789*#ABCD"):
        raise Refused(BadDigits(command.digits))
    if contact is not None:
        step.tell(contact.engine, telephony.SendDigits(contact.id, command.digits))


def end_by_agent(step: Step, interaction: Interaction) -> None:
    interaction.ended_by = EndedBy.AGENT
    interaction.cause = LegEnded(telephony.ClearedBy.US)
    if interaction.attempt is not None and interaction.state is InteractionState.DIALING:
        interaction.attempt.cancel("by_agent", step.now)
    hang_up(step, interaction.contact_leg)
    step.interaction_changed(interaction)


def on_keyed(step: Step, leg: Leg, event: telephony.Digits) -> None:
    """Digits keyed at one end go to the other, as on a plain line (the bridge of the engine carries audio alone);
    nobody hears them on hold."""
    interaction = step.world.interactions.get(leg.interaction) if leg.interaction else None
    if interaction is None or interaction.state is not InteractionState.CONNECTED or interaction.holds:
        return
    contact, phone = contact_leg(step.world, interaction), agent_leg(step.world, interaction)
    if contact is not None and phone is not None and phone.is_connected:
        other = phone if leg.id == contact.id else contact
        step.tell(other.engine, telephony.SendDigits(other.id, event.digits))
