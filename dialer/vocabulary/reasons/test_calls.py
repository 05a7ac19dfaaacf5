"""Reasons of the end of a test call."""

from __future__ import annotations

from dialer.vocabulary.reasons.dialing import TrunkState
from dialer.vocabulary.reasons.reason import Reason


class EndedOnRequest(Reason, frozen=True, tag="test_call_ended"):
    pass


class NoTrunkFree(Reason, frozen=True, tag="test_call_no_trunk"):
    trunks: tuple[TrunkState, ...]
    count: int


class TestPhoneHungUp(Reason, frozen=True, tag="test_call_phone_hung_up"):
    pass


class EndNotCalled(Reason, frozen=True, tag="test_call_not_called"):
    """`end` is number or phone; `problem` names the resource that the engine lacks."""

    end: str
    problem: str


class EndUnanswered(Reason, frozen=True, tag="test_call_unanswered"):
    end: str


class EndUnansweredSaying(Reason, frozen=True, tag="test_call_unanswered.saying"):
    """`said` is the SIP answer, as a 401 has another remedy than a 480."""

    end: str
    said: str
