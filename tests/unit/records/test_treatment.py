"""The treatment of a record, by the results of its attempts."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import AfterLast, CampaignSettings, Retry
from dialer.records.treatment import Handling, Treatment, added, treat
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType
from tests.unit.callflow.house import campaign, record

BUSY, ANSWER, NO_ANSWER = CallResult.BUSY, CallResult.ANSWER, CallResult.NO_ANSWER
FAILURE, MACHINE = CallResult.TRUNK_FAILURE, CallResult.ANSWERING_MACHINE

NOW = 1_000_000.0


def settings(**more: Any) -> CampaignSettings:
    retries = {BUSY: Retry(delay_s=600, increment_s=60, max_attempts=4), NO_ANSWER: Retry(max_attempts=2)}
    return campaign(**{"retries": retries, "max_attempts": 10, **more})


def treated(*found: CallResult, attempts: int = 0, tries: dict[str, int] | None = None, **more: Any) -> Treatment:
    rules = more.pop("rules", settings())
    return treat(rules, record(1, attempts=attempts, tries=tries or {}), Handling(found, **more), NOW)


def test_a_result_without_a_rule_finishes_the_record() -> None:
    treatment = treated(CallResult.DECLINED)
    assert (treatment.status, treatment.due_at, treatment.finish_chain) == (RecordStatus.UPDATED, None, False)


def test_each_result_has_attempts_of_its_own() -> None:
    others = {"no_answer": 1, "congestion": 2}
    assert treated(BUSY, attempts=6, tries={"busy": 2, **others}).status is RecordStatus.READY
    assert treated(BUSY, attempts=6, tries={"busy": 3, **others}).status is RecordStatus.UPDATED


def test_the_campaign_bounds_all_results_together() -> None:
    assert treated(BUSY, attempts=8, tries={"no_answer": 8}).status is RecordStatus.READY
    assert treated(BUSY, attempts=9, tries={"no_answer": 9}).status is RecordStatus.UPDATED


@pytest.mark.parametrize(("busy", "delay_s"), [(0, 600), (1, 660), (2, 720)])
def test_the_delay_grows_with_attempts_of_this_result(busy: int, delay_s: float) -> None:
    assert treated(BUSY, attempts=5, tries={"busy": busy, "no_answer": 1}).due_at == NOW + delay_s


def test_a_dead_trunk_counts_nowhere() -> None:
    treatment = treated(FAILURE, attempts=9, tries={"trunk_failure": 500})
    assert (treatment.status, treatment.uncount, treatment.tried) == (RecordStatus.READY, 1, ())
    assert treatment.due_at == NOW + 60


def refused(tries: int, **more: Any) -> Treatment:
    return treated(FAILURE, refused=True, tries={"trunk_failure": tries, "busy": 1}, attempts=1, **more)


@pytest.mark.parametrize(("tries", "delay_s"), [(0, 60), (1, 120), (8, 540)])
def test_a_number_that_the_trunk_refuses_comes_back_later_each_time(tries: int, delay_s: float) -> None:
    treatment = refused(tries)
    assert (treatment.status, treatment.due_at) == (RecordStatus.READY, NOW + delay_s)
    assert (treatment.tried, treatment.uncount) == ((FAILURE,), 1)


def test_who_picked_up_as_we_gave_up_rests_like_the_abandoned() -> None:
    rest = {CallResult.ABANDONED: Retry(delay_s=9000), NO_ANSWER: Retry(delay_s=60), BUSY: Retry(delay_s=20_000)}
    rules = settings(retries=rest)
    assert treated(NO_ANSWER, rules=rules, abandoned_at=NOW - 5).due_at == NOW - 5 + 9000
    assert treated(BUSY, rules=rules, abandoned_at=NOW - 5).due_at == NOW + 20_000, "the longer of both"
    assert refused(0, rules=rules, abandoned_at=NOW - 5).due_at == NOW - 5 + 9000
    assert treated(CallResult.DECLINED, abandoned_at=NOW - 5).due_at is None, "not dialed again at all"
    assert treated(NO_ANSWER, abandoned_at=NOW).due_at == NOW + 72 * 3600
    assert treated(NO_ANSWER, abandoned_at=NOW).tried == (NO_ANSWER, CallResult.ABANDONED)


def test_who_was_abandoned_as_often_as_the_rule_allows_is_not_dialed_again() -> None:
    """For any results: a call that we gave up counts in no cap of its own."""
    gave_up = CallResult.SHED
    assert treated(gave_up, abandoned_at=NOW).status is RecordStatus.READY
    assert treated(gave_up, abandoned_at=NOW, tries={"abandoned": 1}).status is RecordStatus.UPDATED
    never = settings(retries={CallResult.ABANDONED: Retry(max_attempts=1)})
    assert treated(NO_ANSWER, abandoned_at=NOW, rules=never).due_at is None
    assert not treated(NO_ANSWER, abandoned_at=NOW, rules=never).finish_chain
    chain = settings(retries={CallResult.ABANDONED: Retry(max_attempts=1, afterwards=AfterLast.FINISH)})
    assert treated(NO_ANSWER, abandoned_at=NOW, rules=chain).finish_chain
    assert treated(CallResult.ABANDONED, tries={"abandoned": 1}).status is RecordStatus.UPDATED, "as by its result"


def test_a_number_that_the_trunk_refuses_again_and_again_is_finished_by_an_attempt_that_counts() -> None:
    treatment = refused(9)
    assert (treatment.result, treatment.status, treatment.due_at) == (FAILURE, RecordStatus.UPDATED, None)
    assert (treatment.tried, treatment.uncount, treatment.finish_chain) == ((FAILURE,), 0, False)
    rule = {FAILURE: Retry(max_attempts=2, afterwards=AfterLast.FINISH)}
    assert refused(0, rules=settings(retries=rule)).status is RecordStatus.READY
    assert refused(1, rules=settings(retries=rule)).finish_chain


def test_refusals_of_the_trunk_are_counted_in_a_row() -> None:
    tries = added({"busy": 1, "trunk_failure": 4}, (FAILURE,))
    assert tries == {"busy": 1, "trunk_failure": 5}
    assert added(tries, ()) == tries, "a dead trunk says nothing of the number"
    assert added(tries, (NO_ANSWER,)) == {"busy": 1, "no_answer": 1}


def test_a_dead_trunk_after_another_result_lets_that_one_decide() -> None:
    treatment = treated(ANSWER, FAILURE, FAILURE, conversed=True)
    assert (treatment.result, treatment.status) == (ANSWER, RecordStatus.UPDATED)
    assert (treatment.uncount, treatment.tried) == (2, (ANSWER,))


def test_several_attempts_of_one_handling_count_each() -> None:
    treatment = treated(BUSY, BUSY, attempts=2, tries={"busy": 2})
    assert (treatment.status, treatment.tried) == (RecordStatus.UPDATED, (BUSY, BUSY))
    assert treated(NO_ANSWER, BUSY, tries={"busy": 2}).status is RecordStatus.READY


def test_what_the_agent_says_replaces_the_last_result_found() -> None:
    treatment = treated(BUSY, ANSWER, said=MACHINE, conversed=True)
    assert (treatment.result, treatment.status) == (MACHINE, RecordStatus.READY)
    assert treatment.tried == (BUSY, MACHINE)
    assert treated(ANSWER, said=MACHINE, tries={"answering_machine": 2}).status is RecordStatus.UPDATED


@pytest.mark.parametrize(
    ("found", "more", "finished"),
    [
        ((ANSWER,), {"conversed": True}, True),
        ((ANSWER,), {"conversed": True, "said": ANSWER}, True),
        ((ANSWER, BUSY), {"conversed": True}, True),
        ((CallResult.DROPPED,), {"conversed": True}, True),
        ((ANSWER,), {"conversed": True, "said": MACHINE}, False),
        ((ANSWER,), {"conversed": True, "said": CallResult.WRONG_NUMBER}, False),
        ((ANSWER,), {"conversed": True, "said": CallResult.WRONG_PARTY, "do_not_call": True}, True),
        ((BUSY,), {}, False),
        ((CallResult.ABANDONED,), {}, False),
        ((CallResult.INVALID_NUMBER,), {}, False),
    ],
)
def test_a_contact_who_was_spoken_to_is_not_dialed_elsewhere(
    found: tuple[CallResult, ...], more: dict[str, Any], finished: bool
) -> None:
    assert treated(*found, **more).finish_chain is finished


@pytest.mark.parametrize("afterwards", AfterLast)
def test_after_the_last_attempt_the_chain_goes_on_or_ends(afterwards: AfterLast) -> None:
    rules = settings(retries={BUSY: Retry(max_attempts=2, afterwards=afterwards)})
    assert not treated(BUSY, rules=rules).finish_chain
    last = treated(BUSY, rules=rules, tries={"busy": 1})
    assert (last.status, last.finish_chain) == (RecordStatus.UPDATED, afterwards is AfterLast.FINISH)


def test_do_not_call_bars_the_record() -> None:
    for treatment in (treated(BUSY, do_not_call=True), treated(ANSWER, said=CallResult.DO_NOT_CALL)):
        assert (treatment.status, treatment.type) == (RecordStatus.CANCELLED, RecordType.NO_CALL)
        assert (treatment.result, treatment.finish_chain) == (CallResult.DO_NOT_CALL, True)


def test_counts_are_added_to_a_copy() -> None:
    before = {"busy": 1}
    assert added(before, [BUSY, NO_ANSWER]) == {"busy": 2, "no_answer": 1}
    assert before == {"busy": 1}
