"""Extensions: once the contact's exchange has answered, their digits are sent to it."""

from __future__ import annotations

from dialer.core.step import Step
from dialer.core.timers import extension_timer
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import Leg
from dialer.records.extension import extension_of
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import SendDigits


def await_exchange(step: Step, interaction: Interaction, leg: Leg) -> None:
    """The contact's leg was answered: an exchange needs a moment before it listens to digits."""
    if interaction.record is not None and extension_of(interaction.record.data):
        campaign = step.world.campaigns[interaction.campaign]
        step.start_timer(extension_timer(leg.id), campaign.settings.extension_after_s)


def on_due(step: Step, leg_id: LegId) -> None:
    """Nothing is sent where the call is over by now."""
    leg = step.world.legs.get(leg_id)
    interaction = step.world.interactions.get(leg.interaction) if leg is not None and leg.interaction else None
    if leg is None or not leg.is_connected or interaction is None or interaction.record is None:
        return
    digits = extension_of(interaction.record.data)
    step.tell(leg.engine, SendDigits(leg.id, digits))
    step.history("extension_dialed", interaction=interaction, digits=digits)
