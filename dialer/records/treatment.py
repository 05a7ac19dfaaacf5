"""Treatment: what becomes of a record after its attempts, by call result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from config.model import USUAL_RETRIES, AfterLast, CampaignSettings, Retry
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.results import REACHED, CallResult, RecordStatus, RecordType

#: The trunk's failures are none of the contact's doing, nor are calls that we gave up for want of an agent: they count
#: in no cap.
UNCOUNTED = frozenset({CallResult.TRUNK_FAILURE, CallResult.SHED})


#: When a record is dialed again for which the engine had no port, descriptor or leg.
SHORT_RETRY_S = 30.0


@dataclass(slots=True, frozen=True)
class Handling:
    """What came of one handling of a record: what was `found` for each of its attempts, in order, and what the agent
    `said`, which replaces what was found for the last one. `conversed`: contact and agent were joined in the last one.
    `reached`: the contact was spoken to in one before. `refused`: the last attempt ended by a refusal of the trunk, as
    opposed to its silence. `mute`: they picked up, and trunk and engine had no audio in common. `short`: the engine
    had run out of something and dialed nothing. `abandoned_at`: when they picked up as we gave up, and heard nobody
    (UTC epoch seconds)."""

    found: tuple[CallResult, ...]
    said: CallResult | None = None
    conversed: bool = False
    reached: bool = False
    do_not_call: bool = False
    refused: bool = False
    mute: bool = False
    short: bool = False
    abandoned_at: float | None = None

    @property
    def results(self) -> tuple[CallResult, ...]:
        """The result of each attempt."""
        if self.said is None:
            return self.found
        return (*self.found[:-1], self.said)

    @property
    def is_reached(self) -> bool:
        """Whether the contact was spoken to. An agent who says something else, a wrong number or a machine, is
        believed over the fact that legs were joined."""
        if self.said is None:
            return self.do_not_call or self.reached or self.conversed or CallResult.ANSWER in self.found
        return self.do_not_call or self.reached or self.said in REACHED


@dataclass(slots=True, frozen=True)
class Treatment:
    """The record's `result` and next status; `due_at` (UTC epoch seconds) for one that is dialed again. `tried` are
    the results that are counted each, `uncount` how many attempts count in no cap. `finish_chain`: the rest of its
    chain is finished."""

    result: CallResult
    status: RecordStatus
    tried: tuple[CallResult, ...]
    due_at: float | None = None
    uncount: int = 0
    type: RecordType | None = None
    finish_chain: bool = False


def treat(campaign: CampaignSettings, record: ClaimedRecord, handling: Handling, utc: float) -> Treatment:
    """The treatment of a claimed record that was handled at least once, now. Who was abandoned, whatever the result
    says, is dialed again as late and as seldom as after an abandoned call."""
    treatment = _by_result(campaign, record, handling, utc)
    if treatment.due_at is None or handling.abandoned_at is None:
        return treatment
    rest = rest_of(campaign)
    tried = (*treatment.tried, CallResult.ABANDONED)
    if record.tries.get(CallResult.ABANDONED, 0) + tried.count(CallResult.ABANDONED) >= rest.max_attempts:
        finish = treatment.finish_chain or rest.afterwards is AfterLast.FINISH
        return replace(treatment, status=RecordStatus.UPDATED, tried=tried, due_at=None, finish_chain=finish)
    return replace(treatment, tried=tried, due_at=max(treatment.due_at, handling.abandoned_at + rest.delay_s))


def rest_of(campaign: CampaignSettings) -> Retry:
    """How long a contact who was abandoned is left alone, and after how many times nobody dials them again."""
    return campaign.retry(CallResult.ABANDONED) or USUAL_RETRIES[CallResult.ABANDONED]


def _by_result(campaign: CampaignSettings, record: ClaimedRecord, handling: Handling, utc: float) -> Treatment:
    """By the results of the attempts.

    The last result that counts decides: a trunk's failure says nothing of the contact. The record is dialed again
    after the delay of that result's retry rule, until it came to this result as often as the rule allows, or had as
    many attempts as the campaign allows; then it is finished. The chain is finished with it where the rule says so,
    and in any case when the contact was reached.

    A trunk that is dead consumes no record, however often. One that answers, and refuses this number again and again
    (403 for a destination that the contract excludes), would be asked for ever: such refusals are counted as tries,
    not as attempts, as long as nothing else comes between, and the last one that the rule allows is an attempt.
    """
    counted = tuple(result for result in handling.results if result not in UNCOUNTED)
    uncount = len(handling.results) - len(counted)
    if handling.do_not_call or counted[-1:] == (CallResult.DO_NOT_CALL,):
        barred = RecordType.NO_CALL
        return Treatment(CallResult.DO_NOT_CALL, RecordStatus.CANCELLED, counted, None, uncount, barred, True)
    result = (counted or handling.results)[-1]
    if handling.said is None and (handling.short or (handling.mute and result is CallResult.ABANDONED)):
        # No fault of theirs, so it counts in no cap; who picked up is left alone for as long as the law wants.
        rest_s = rest_of(campaign).delay_s if handling.mute else SHORT_RETRY_S
        return Treatment(result, RecordStatus.READY, counted[:-1], utc + rest_s, uncount + 1)
    retry = campaign.retry(result)
    if retry is not None and result is CallResult.TRUNK_FAILURE and handling.refused:
        return _refused_again(retry, record, result, uncount, utc)
    if retry is None:
        return Treatment(result, RecordStatus.UPDATED, counted, None, uncount, finish_chain=handling.is_reached)
    tries = record.tries.get(result, 0) + counted.count(result)
    attempts = record.attempts + len(counted)
    if counted and (tries >= retry.max_attempts or attempts >= campaign.max_attempts):
        finish = handling.is_reached or retry.afterwards is AfterLast.FINISH
        return Treatment(result, RecordStatus.UPDATED, counted, None, uncount, finish_chain=finish)
    increments = max(0, tries - 1) if counted else 0
    due_at = utc + retry.delay_s + retry.increment_s * increments
    return Treatment(result, RecordStatus.READY, counted, due_at, uncount, finish_chain=handling.is_reached)


def _refused_again(retry: Retry, record: ClaimedRecord, result: CallResult, uncount: int, utc: float) -> Treatment:
    tries = record.tries.get(result, 0) + 1
    if tries >= retry.max_attempts:
        finish = retry.afterwards is AfterLast.FINISH
        return Treatment(result, RecordStatus.UPDATED, (result,), None, uncount - 1, finish_chain=finish)
    due_at = utc + retry.delay_s + retry.increment_s * (tries - 1)
    return Treatment(result, RecordStatus.READY, (result,), due_at, uncount)


def added(tries: Mapping[str, int], results: Iterable[CallResult]) -> dict[str, int]:
    """The counts of attempts by call result, with these results added. Those of a trunk's refusals are in a row."""
    counts = dict(tries)
    for result in results:
        if result not in UNCOUNTED:
            counts.pop(CallResult.TRUNK_FAILURE.value, None)
        counts[result.value] = counts.get(result.value, 0) + 1
    return counts
