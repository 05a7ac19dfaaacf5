"""Treatment: what becomes of a record after an attempt, by call result."""

from __future__ import annotations

from dataclasses import dataclass

from config.model import Campaign
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType

#: The trunk's failures are none of the contact's doing: they count in no cap.
UNCOUNTED = frozenset({CallResult.TRUNK_FAILURE})


@dataclass(slots=True, frozen=True)
class Treatment:
    """The record's next status; `due_at` (UTC epoch seconds) for one that is dialled again."""

    status: RecordStatus
    due_at: float | None = None
    uncount: bool = False
    type: RecordType | None = None


def treat(campaign: Campaign, result: CallResult, attempts: int, utc: float) -> Treatment:
    """The treatment of a record that has had `attempts` attempts, this one included, and came to `result` now.

    Dialled again after the delay of the result's retry rule, until that rule's or the campaign's number of
    attempts is reached; then it is finished.
    """
    if result is CallResult.DO_NOT_CALL:
        return Treatment(RecordStatus.UPDATED, type=RecordType.NO_CALL)
    retry = campaign.retry(result)
    uncount = result in UNCOUNTED
    if retry is None:
        return Treatment(RecordStatus.UPDATED, uncount=uncount)
    if not uncount and attempts >= min(retry.max_attempts, campaign.max_attempts):
        return Treatment(RecordStatus.UPDATED)
    delay_s = retry.delay_s + retry.increment_s * max(0, attempts - 1)
    return Treatment(RecordStatus.READY, due_at=utc + delay_s, uncount=uncount)
