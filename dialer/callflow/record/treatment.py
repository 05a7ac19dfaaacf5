"""What becomes of a record after a call result: the treatment of the campaign, written with the record."""

from __future__ import annotations

from dialer.core.step import Step
from dialer.interactions.attempt import AttemptFault
from dialer.interactions.interaction import Interaction
from dialer.records.treatment import Handling, treat
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.writes import UpdateRecord

#: SIP codes from here on are refusals (RFC 3261 section 21: 3xx redirections, which we do not follow, and failures).
FIRST_REFUSAL = 300


#: Refusals of our credentials (RFC 3261 section 22): they say nothing of the number that was dialed.
ABOUT_US = frozenset({401, 407})


def treat_record(step: Step, interaction: Interaction) -> None:
    record = interaction.record
    result = interaction.result
    if record is None or result is None:
        return
    campaign = step.world.campaigns[interaction.campaign]
    settings = campaign.settings
    fault = interaction.attempt.fault if interaction.attempt is not None else None
    handling = Handling(
        found=tuple(interaction.tried) or (result,),
        said=interaction.agent_result,
        conversed=_was_joined(interaction),
        reached=interaction.reached_before,
        do_not_call=interaction.do_not_call,
        refused=_is_refused(interaction),
        mute=fault is AttemptFault.MUTE,
        short=fault is AttemptFault.SHORT,
        abandoned_at=_late_answer_at(interaction),
    )
    treatment = treat(settings, record, handling, step.utc)
    if treatment.due_at is not None:
        campaign.next_due_at = min(campaign.next_due_at, treatment.due_at)
    step.write(
        UpdateRecord(
            record=record.record,
            fence=record.fence,
            status=treatment.status,
            type=treatment.type,
            result=treatment.result,
            due_at=treatment.due_at,
            at=step.utc,
            data=interaction.data or None,
            uncount=treatment.uncount,
            tried=treatment.tried,
            finish_chain=treatment.finish_chain,
            cancelled_in=interaction.campaign if treatment.status is RecordStatus.CANCELLED else None,
        )
    )


def _was_joined(interaction: Interaction) -> bool:
    """Whether contact and agent were joined in the last attempt."""
    return interaction.conversed and (interaction.attempt is None or interaction.attempt.connected_at is not None)


def _late_answer_at(interaction: Interaction) -> float | None:
    """When somebody picked up in the last attempt to whom nobody spoke in it."""
    attempt = interaction.attempt
    return None if attempt is None or attempt.connected_at is not None else attempt.late_answer_at


def _is_refused(interaction: Interaction) -> bool:
    """Whether the trunk itself, or the last of several, said no to the number of the last attempt, or took the call
    and let it lie: the contact's phone may have rung."""
    attempt = interaction.attempt
    if attempt is None or not attempt.dials:
        return False
    code = attempt.dial.code
    return attempt.dial.stalled or (code >= FIRST_REFUSAL and code not in ABOUT_US)
