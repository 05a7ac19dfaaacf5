"""Records that leave a desk without having been dialled: back to their list, out of this run, or barred. What their
agent has changed of their fields goes with them."""

from __future__ import annotations

from dialer.core.step import Step
from dialer.interactions.interaction import Interaction
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType
from dialer.vocabulary.writes import ReleaseRecord, UpdateRecord


def edited(interaction: Interaction) -> dict[str, str] | None:
    """The fields that the agent has changed; None for none."""
    record = interaction.record
    before = record.data if record is not None else {}
    return {key: value for key, value in interaction.data.items() if before.get(key) != value} or None


def give_back(step: Step, interaction: Interaction) -> None:
    """To the top of its list, unless the agent who read it said that the contact is not to be called."""
    record = interaction.record
    if interaction.do_not_call:
        bar_record(step, interaction)
    elif record is not None:
        step.write(ReleaseRecord(record.record, record.fence, True, step.utc, edited(interaction)))


def cancel_record(step: Step, interaction: Interaction) -> None:
    """Take the record of a preview out of this run; nothing was dialled."""
    record = interaction.record
    if interaction.do_not_call:
        bar_record(step, interaction)
    elif record is not None:
        step.write(
            UpdateRecord(
                record=record.record,
                fence=record.fence,
                status=RecordStatus.CANCELLED,
                type=None,
                result=None,
                due_at=None,
                at=step.utc,
                data=edited(interaction),
                cancelled_in=interaction.campaign,
            )
        )


def rest_record(step: Step, interaction: Interaction, until: float) -> None:
    """The record comes back when its number may be dialled ahead of an agent again (UTC epoch seconds)."""
    record = interaction.record
    if record is not None:
        ready = RecordStatus.READY
        step.write(UpdateRecord(record.record, record.fence, ready, None, None, until, step.utc, edited(interaction)))


def bar_record(step: Step, interaction: Interaction) -> None:
    """Finish a record that was not dialled because its number is barred. The contact's other numbers are finished
    too if it was the agent who said so; a list bars one number only."""
    record = interaction.record
    if record is not None:
        step.write(
            UpdateRecord(
                record=record.record,
                fence=record.fence,
                status=RecordStatus.CANCELLED,
                type=RecordType.NO_CALL,
                result=CallResult.DO_NOT_CALL,
                due_at=None,
                at=step.utc,
                data=edited(interaction),
                finish_chain=interaction.do_not_call,
            )
        )
