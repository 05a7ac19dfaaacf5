"""A trunk in live state: probes, registration, limits and its last error."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from config.model import ProbeKind
from config.model import Trunk as TrunkSettings
from dialer.machine import Machine, Table
from dialer.trunks.bucket import Bucket
from dialer.vocabulary.ids import LegId, TrunkName
from dialer.vocabulary.reasons.trunks import Complaint


class TrunkState(StrEnum):
    #: State unknown; it may be dialed only where it is not probed.
    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"


class TrunkTrigger(StrEnum):
    ANSWERED = "answered"
    LOST = "lost"
    FORGOTTEN = "forgotten"


_S, _T = TrunkState, TrunkTrigger

TRUNK_TABLE: Table[TrunkState, TrunkTrigger] = Table(
    "trunk",
    _S.UNKNOWN,
    {
        _S.UNKNOWN: {_T.ANSWERED: _S.UP, _T.LOST: _S.DOWN, _T.FORGOTTEN: _S.UNKNOWN},
        _S.UP: {_T.ANSWERED: _S.UP, _T.LOST: _S.DOWN, _T.FORGOTTEN: _S.UNKNOWN},
        _S.DOWN: {_T.ANSWERED: _S.UP, _T.LOST: _S.DOWN, _T.FORGOTTEN: _S.UNKNOWN},
    },
)


class TrunkRefusal(StrEnum):
    """The reason why a trunk may not take a call now."""

    DOWN = "down"
    UNKNOWN = "not_probed_yet"
    NOT_REGISTERED = "not_registered"
    TOO_MANY_LEGS = "max_legs"
    TOO_MANY_CALLS = "max_calls_per_s"
    PAUSED = "paused"


@dataclass(slots=True)
class Trunk:
    """Times are monotonic seconds; `last_error_at` is UTC epoch seconds."""

    name: TrunkName
    settings: TrunkSettings
    machine: Machine[TrunkState, TrunkTrigger]
    bucket: Bucket
    legs: set[LegId] = field(default_factory=set)
    misses: int = 0
    #: Calls in a row that were refused for our account: 401, 403, 407.
    barred: int = 0
    registered: bool = False
    #: No call is sent before this time: Retry-After (RFC 3261 20.33), or repeated refusals of our account.
    resumes_at: float = 0.0
    last_error: Complaint | None = None
    last_error_at: float | None = None
    round_trip_ms: float | None = None

    @property
    def state(self) -> TrunkState:
        return self.machine.state

    @property
    def is_probed(self) -> bool:
        return self.settings.probe is ProbeKind.OPTIONS

    def refusal(self, now: float) -> TrunkRefusal | None:
        """The reason why this trunk may not take a call at `now`, or None. Takes nothing from the limits."""
        if now < self.resumes_at:
            return TrunkRefusal.PAUSED
        if self.settings.registration and not self.registered:
            return TrunkRefusal.NOT_REGISTERED
        if self.machine.state is TrunkState.DOWN:
            return TrunkRefusal.DOWN
        if self.machine.state is TrunkState.UNKNOWN and self.is_probed:
            return TrunkRefusal.UNKNOWN
        if len(self.legs) >= self.settings.max_legs:
            return TrunkRefusal.TOO_MANY_LEGS
        if not self.bucket.has_one(now):
            return TrunkRefusal.TOO_MANY_CALLS
        return None

    def room(self, now: float) -> int:
        """The number of calls that it takes at `now`, one after the other."""
        if self.refusal(now) is not None:
            return 0
        return min(self.settings.max_legs - len(self.legs), self.bucket.tokens(now))

    def complain(self, problem: Complaint, at_utc: float) -> None:
        self.last_error = problem
        self.last_error_at = at_utc


def make_trunk(settings: TrunkSettings) -> Trunk:
    name = TrunkName(settings.name)
    return Trunk(name, settings, Machine(TRUNK_TABLE, name), Bucket(settings.max_calls_per_s))
