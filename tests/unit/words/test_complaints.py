"""The sentences for a trunk's last error."""

from __future__ import annotations

import pytest

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
    unreachable,
)
from dialer.words import say


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        (TrunkRefuses(401, "401 Unauthorized"), "401 Unauthorized"),
        (TrunkRefusesAgain(403, "403 Forbidden", 5), "403 Forbidden, 5 times in a row"),
        (RegistrationRefused(403, "403 Forbidden"), "registration refused: 403 Forbidden"),
        (TrunkPauses(503, "503 Full", 5.0), "503 Full, retry after 5 s"),
        (
            TrunkPausesLess(503, "503 Full", 60.0, 999_999_999),
            "503 Full, retry after 60 s (it asked for 999999999 s)",
        ),
        (unreachable(0, ""), "no connection"),
        (unreachable(503, ""), "503 no connection"),
        (unreachable(503, "Connection refused"), "503 Connection refused"),
        (unreachable(0, "no answer in time"), "no answer in time"),
        (AccountUnusable("account trunk/main: no address"), "account trunk/main: no address"),
        (NothingHeard(0.4), "nothing heard 0.4 s after an INVITE"),
        (NoAnswerToProbe(4.0), "no answer to OPTIONS in 4 s"),
        (NoProgress(20), "100 Trying and nothing more within 20 s of an INVITE"),
        (NoAudio(), "answered a call, but with no audio that we take"),
        (NoAudioSaying("no codec"), "answered a call, but with no audio that we take: no codec"),
        (AtPhoneCall(TrunkRefuses(401, "401 Unauthorized")), "401 Unauthorized, for a call to an agent's phone"),
        (AtPhoneCall(unreachable(0, "")), "no connection, for a call to an agent's phone"),
    ],
)
def test_a_complaint_is_told_in_words(complaint: Complaint, words: str) -> None:
    assert say(complaint) == words


def test_a_complaint_of_a_call_to_a_phone_has_the_code_of_what_went_wrong() -> None:
    assert AtPhoneCall(TrunkRefuses(401, "401 Unauthorized")).code == "trunk_refuses"
    assert AtPhoneCall(unreachable(0, "")).code == "trunk_unreachable"
