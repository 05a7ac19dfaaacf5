"""The table from the network's answers to call results, row by row, and when another trunk is tried."""

from __future__ import annotations

import pytest

from dialer.interactions.results import (
    CLASS_RESULTS,
    ENDED_BY_RESULTS,
    FAILOVER_CODES,
    Q850_RESULTS,
    SIP_RESULTS,
    call_result,
    may_fail_over,
)
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.reasons.calls import LegEnded
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, LegCleared
from dialer.words import say

_R = CallResult

#: The rows as a person would write them down, from RFC 3261 21, RFC 3398 8.2.6.1 and ITU-T Q.850 table 1.
BY_CODE = {
    _R.INVALID_NUMBER: (300, 301, 302, 404, 410, 416, 484, 485, 604),
    _R.UNREACHABLE: (380, 480),
    _R.NO_ANSWER: (408, 487),
    _R.DECLINED: (433, 603, 607, 608),
    _R.BUSY: (486, 600),
    _R.CONGESTION: (500, 502, 503, 504),
    _R.SYSTEM_ERROR: (481, 491),
    _R.TRUNK_FAILURE: (
        *(305, 400, 401, 402, 403, 405, 406, 407, 413, 414, 415, 420, 421, 422, 423, 482, 483, 488, 493),
        *(501, 505, 513, 580, 606),
    ),
}
BY_CAUSE = {
    _R.INVALID_NUMBER: (1, 2, 3, 5, 22, 23, 28),
    _R.SIT: (4,),
    _R.BUSY: (17,),
    _R.NO_ANSWER: (18, 19),
    _R.UNREACHABLE: (20, 27, 29, 55),
    _R.DECLINED: (21,),
    _R.CONGESTION: (34, 38, 41, 42, 44, 47, 102),
    _R.TRUNK_FAILURE: (50, 57, 58, 65, 79, 88),
}


def cleared(
    code: int = 0,
    by: ClearedBy = ClearedBy.PEER,
    q850: int | None = None,
    *,
    heard: bool = True,
    alerted: bool = False,
    answered: bool = False,
) -> LegCleared:
    return LegCleared(LegId("1"), code, "", q850, by, 0.0, answered, heard, alerted)


@pytest.mark.parametrize(("code", "result"), [(code, result) for result, codes in BY_CODE.items() for code in codes])
def test_sip_code(code: int, result: CallResult) -> None:
    assert call_result(cleared(code), {}) is result


@pytest.mark.parametrize(("q850", "result"), [(each, result) for result, causes in BY_CAUSE.items() for each in causes])
def test_cause_of_the_telephone_network_before_the_code_that_a_gateway_made_of_it(
    q850: int, result: CallResult
) -> None:
    assert call_result(cleared(500, q850=q850), {}) is result


def test_the_rows_above_are_all_there_are() -> None:
    assert {code for codes in BY_CODE.values() for code in codes} == set(SIP_RESULTS)
    assert {cause for causes in BY_CAUSE.values() for cause in causes} == set(Q850_RESULTS)


@pytest.mark.parametrize("q850", [16, 31, 127, 111])
def test_a_cause_that_says_nothing_leaves_the_code(q850: int) -> None:
    assert call_result(cleared(486, q850=q850), {}) is _R.BUSY


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (399, CLASS_RESULTS[3]),
        (499, CLASS_RESULTS[4]),
        (599, CLASS_RESULTS[5]),
        (699, CLASS_RESULTS[6]),
        (0, _R.SYSTEM_ERROR),
    ],
)
def test_an_unknown_code_counts_as_its_class(code: int, result: CallResult) -> None:
    assert call_result(cleared(code), {}) is result


@pytest.mark.parametrize("by", [each for each in ClearedBy if each is not ClearedBy.PEER])
def test_ends_that_the_network_did_not_decide(by: ClearedBy) -> None:
    assert call_result(cleared(486, by), {"486": "fax"}) is ENDED_BY_RESULTS[by]


@pytest.mark.parametrize(
    ("overrides", "q850", "result"),
    [
        ({"486": "no_answer"}, None, _R.NO_ANSWER),
        ({"486": "no_answer"}, 21, _R.NO_ANSWER),
        ({"q850:21": "fax"}, 21, _R.FAX),
        ({"486": "no_answer", "q850:21": "fax"}, 21, _R.FAX),
        ({"q850:21": "fax"}, None, _R.BUSY),
    ],
)
def test_a_trunk_overrides_any_row(overrides: dict[str, str], q850: int | None, result: CallResult) -> None:
    assert call_result(cleared(486, q850=q850), overrides) is result


@pytest.mark.parametrize("code", sorted(SIP_RESULTS))
def test_which_codes_try_the_next_trunk(code: int) -> None:
    assert may_fail_over(cleared(code)) is (code in FAILOVER_CODES)
    assert not may_fail_over(cleared(code, alerted=True))


@pytest.mark.parametrize("q850", sorted(Q850_RESULTS))
@pytest.mark.parametrize("code", sorted(FAILOVER_CODES))
def test_a_cause_that_is_the_contacts_own_tries_no_other_trunk(code: int, q850: int) -> None:
    trunks_own = {2, 3, 34, 38, 41, 42, 44, 47, 50, 57, 58, 65, 79, 88, 102}
    assert may_fail_over(cleared(code, q850=q850)) is (q850 in trunks_own)


@pytest.mark.parametrize("q850", [None, 16, 31, 127, 111])
def test_a_cause_that_says_nothing_leaves_it_to_the_code(q850: int | None) -> None:
    assert may_fail_over(cleared(503, q850=q850))


def test_a_hundred_and_nothing_more_tries_the_next_trunk() -> None:
    assert may_fail_over(cleared(by=ClearedBy.US), stalled=True)
    assert may_fail_over(cleared(by=ClearedBy.TIMEOUT), stalled=True)
    assert not may_fail_over(cleared(by=ClearedBy.US, alerted=True), stalled=True)


@pytest.mark.parametrize(
    ("event", "yes"),
    [
        (cleared(by=ClearedBy.TRANSPORT, heard=False), True),
        (cleared(by=ClearedBy.TRANSPORT), True),
        (cleared(by=ClearedBy.US, heard=False), True),
        (cleared(by=ClearedBy.REFUSED, heard=False), True),
        (cleared(by=ClearedBy.TIMEOUT, heard=False), True),
        (cleared(by=ClearedBy.US), False),
        (cleared(by=ClearedBy.TIMEOUT), False),
        (cleared(by=ClearedBy.TRANSPORT, alerted=True), False),
        (cleared(by=ClearedBy.TRANSPORT, answered=True), False),
        (cleared(by=ClearedBy.US, heard=False, answered=True), False),
        (cleared(by=ClearedBy.ENGINE, heard=False), False),
        (cleared(by=ClearedBy.UNATTENDED, heard=False), False),
    ],
)
def test_which_ends_try_the_next_trunk(event: LegCleared, yes: bool) -> None:
    assert may_fail_over(event) is yes


def test_every_end_has_a_result_and_words() -> None:
    said = {say(LegEnded(by)) for by in ClearedBy}
    assert "ended by the contact" in said
    assert "" not in said
    assert set(ENDED_BY_RESULTS) == set(ClearedBy) - {ClearedBy.PEER}
