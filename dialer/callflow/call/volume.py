"""How loud the contact is: for lines that are too quiet or too loud."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dialer.core.desk import Desk
from dialer.core.step import Step
from dialer.vocabulary import telephony
from dialer.vocabulary.commands import DeskCommand
from dialer.world.lookups import contact_leg


class SetVolume(DeskCommand, frozen=True):
    """Make the contact louder or quieter.

    `db` is by how much the contact is louder (below 0: quieter) than the line brings them; 0 is as it came. It holds
    until the end of the call.
    """

    db: Annotated[int, Meta(ge=-20, le=20)]


def on_set_volume(step: Step, desk: Desk, command: SetVolume) -> None:
    contact = contact_leg(step.world, desk.interaction)
    if contact is not None:
        step.tell(contact.engine, telephony.SetVolume(contact.id, command.db))
