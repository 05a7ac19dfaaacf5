"""Reasons in a column: they are read as written, and so is text of older versions."""

from __future__ import annotations

import pytest

from dialer.store.reasons import Reasons
from dialer.vocabulary.reasons.trunks import (
    AccountUnusable,
    AtPhoneCall,
    Complaint,
    NoAnswerToProbe,
    NoAudio,
    NoAudioSaying,
    NoProgress,
    NothingHeard,
    RegistrationRefused,
    TrunkPauses,
    TrunkPausesLess,
    TrunkRefuses,
    TrunkRefusesAgain,
    TrunkUnreachable,
    TrunkUnreachableSaying,
)

ERRORS: Reasons[Complaint] = Reasons(Complaint)

#: Reasons as stored in databases: keys and facts are never renamed.
KEPT: tuple[tuple[Complaint, str], ...] = (
    (TrunkRefuses(403, "403 No"), '{"code":"trunk_refuses","sip_code":403,"said":"403 No"}'),
    (
        TrunkRefusesAgain(403, "403 No", 5),
        '{"code":"trunk_refuses.again","sip_code":403,"said":"403 No","times":5}',
    ),
    (
        RegistrationRefused(403, "403 No"),
        '{"code":"trunk_refuses.registration","sip_code":403,"said":"403 No"}',
    ),
    (TrunkPauses(503, "503 No", 5.5), '{"code":"trunk_pauses","sip_code":503,"said":"503 No","pause_s":5.5}'),
    (
        TrunkPausesLess(503, "503 No", 60.0, 999),
        '{"code":"trunk_pauses.less","sip_code":503,"said":"503 No","pause_s":60.0,"asked_s":999}',
    ),
    (TrunkUnreachable(), '{"code":"trunk_unreachable","sip_code":0}'),
    (TrunkUnreachableSaying(0, "down"), '{"code":"trunk_unreachable.saying","sip_code":0,"said":"down"}'),
    (AccountUnusable("no address"), '{"code":"trunk_unreachable.account","problem":"no address"}'),
    (NothingHeard(4.0), '{"code":"trunk_silent","waited_s":4.0}'),
    (NoAnswerToProbe(0.5), '{"code":"trunk_silent.probe","deadline_s":0.5}'),
    (NoProgress(20), '{"code":"trunk_stalls","waited_s":20}'),
    (NoAudio(), '{"code":"trunk_mute"}'),
    (NoAudioSaying("no codec"), '{"code":"trunk_mute.saying","said":"no codec"}'),
    (
        AtPhoneCall(TrunkUnreachable(503)),
        '{"code":"trunk_phone_call","about":{"code":"trunk_unreachable","sip_code":503}}',
    ),
)


@pytest.mark.parametrize(("reason", "text"), KEPT, ids=[reason.key for reason, _ in KEPT])
def test_a_complaint_is_kept_by_key_and_facts(reason: Complaint, text: str) -> None:
    assert ERRORS.column(reason) == text
    assert ERRORS.read(text) == reason


def test_every_complaint_is_tried() -> None:
    assert {type(reason) for reason, _ in KEPT} == set(Complaint.__args__)


def test_no_complaint_is_empty() -> None:
    assert ERRORS.column(None) == ""
    assert ERRORS.read("") is None


@pytest.mark.parametrize(
    "text",
    ["503 Service Unavailable, retry after 5 s", "{", "null", '{"code":"of_tomorrow"}', '{"code":"trunk_refuses"}'],
)
def test_what_is_no_reason_is_text(text: str) -> None:
    assert ERRORS.read(text) == text


def test_letters_that_no_database_holds_are_left_out() -> None:
    kept = ERRORS.column(TrunkRefuses(403, "403 \ud800 \0"))
    assert ERRORS.read(kept) == TrunkRefuses(403, "403 ? ")
    assert kept.isascii()
