"""Reasons why a number or a phone is not dialed now: rules, store, engines, trunks, phones."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class UnknownZone(Reason, frozen=True, tag="unknown_zone"):
    zone: str


class OutsideWindow(Reason, frozen=True, tag="calling_window"):
    """`local_time` is the wall clock in `zone`, `at` the same to the minute."""

    zone: str
    local_time: str
    at: str


class WindowOver(Reason, frozen=True, tag="calling_window.over"):
    """The window has closed while the record was on a desk."""

    zone: str


class OutsideHours(Reason, frozen=True, tag="record_hours"):
    zone: str
    local_time: str
    at: str


class TooManyAttempts(Reason, frozen=True, tag="max_attempts"):
    attempts: int
    max_attempts: int


class NumberTypeRefused(Reason, frozen=True, tag="number_type"):
    type: str


class NumberBarred(Reason, frozen=True, tag="do_not_call"):
    pass


class ClaimLost(Reason, frozen=True, tag="claim_lost"):
    pass


class AbandonedBefore(Reason, frozen=True, tag="abandoned"):
    pass


class StoreAway(Reason, frozen=True, tag="store_unavailable"):
    """`problem` is the database's error."""

    problem: str


class NoEngine(Reason, frozen=True, tag="engine_unavailable"):
    """No engine is connected."""


class EngineTakesNone(Reason, frozen=True, tag="engine_unavailable.now"):
    pass


class EngineOfCallAway(Reason, frozen=True, tag="engine_unavailable.interaction"):
    pass


class CallHasNoEngine(Reason, frozen=True, tag="engine_unavailable.none"):
    pass


class EngineShort(Reason, frozen=True, tag="engine_short"):
    """The engine lacks a resource: `problem` names it."""

    engine: str
    problem: str


class TrunkState(Reason, frozen=True, tag="trunk_state"):
    """The reason why a trunk takes no call: `because` is its code."""

    trunk: str
    because: str


class TrunksDown(Reason, frozen=True, tag="trunk_down"):
    """No trunk can take the call: `count` trunks have refused."""

    trunks: tuple[TrunkState, ...]
    count: int


class TrunksFull(Reason, frozen=True, tag="trunk_limit"):
    """The trunks that are up are at a limit that passes by itself."""

    trunks: tuple[TrunkState, ...]
    count: int


class PhoneUnusable(Reason, frozen=True, tag="no_phone.unusable"):
    phone: str
    problem: str


class NoPhone(Reason, frozen=True, tag="no_phone"):
    agent: str
    name: str


class PhoneTaken(Reason, frozen=True, tag="phone_taken"):
    """Another agent has the phone: `agent` is the log-in name, `holder` the displayed name."""

    phone: str
    agent: str
    holder: str


class PhoneTakenOver(Reason, frozen=True, tag="phone_taken.over"):
    """Another agent has logged in at the phone."""

    phone: str
    agent: str
    by: str
