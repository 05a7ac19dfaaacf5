"""Records that leave a desk without having been dialed: back to their list, out of this run, or barred. What their
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
    """Take the record of a preview out of this run; nothing was dialed."""
    if interaction.do_not_call:
        bar_record(step, interaction)
    else:
        _cancel(step, interaction, None)


def cancel_barred(step: Step, interaction: Interaction) -> None:
    """The store refused to dial a number that is barred, for this campaign or for all. Where it is for all, the number
    keeps the record out; else the record is out of this run of the campaign."""
    if interaction.do_not_call:
        bar_record(step, interaction)
    else:
        _cancel(step, interaction, CallResult.DO_NOT_CALL)


def _cancel(step: Step, interaction: Interaction, result: CallResult | None) -> None:
    record = interaction.record
    if record is not None:
        step.write(
            UpdateRecord(
                record=record.record,
                fence=record.fence,
                status=RecordStatus.CANCELLED,
                type=None,
                result=result,
                due_at=None,
                at=step.utc,
                data=edited(interaction),
                cancelled_in=interaction.campaign,
            )
        )


def rest_record(step: Step, interaction: Interaction, until: float) -> None:
    """The record comes back when its number may be dialed ahead of an agent again (UTC epoch seconds)."""
    record = interaction.record
    if record is not None:
        ready = RecordStatus.READY
        step.write(UpdateRecord(record.record, record.fence, ready, None, None, until, step.utc, edited(interaction)))


def bar_record(step: Step, interaction: Interaction) -> None:
    """Cancel a record whose agent has said that the contact is not to be called, and finish the contact's other
    numbers."""
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
                finish_chain=True,
                cancelled_in=interaction.campaign,
            )
        )
