"""An attempt: one go at reaching a contact, over one trunk or several in turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dialer.machine import Machine, Table
from dialer.vocabulary.ids import AttemptId, LegId, Mint, TrunkName


class AttemptState(StrEnum):
    #: An INVITE is under way, and nothing but a 100 has come.
    DIALING = "dialing"
    #: The contact's phone rings.
    ALERTING = "alerting"
    #: We have given it up before an answer, and wait for the end of its leg. An answer that crosses our CANCEL changes
    #: nothing: the leg ends, and the contact hears nobody.
    CANCELLING = "cancelling"
    #: The contact is on the line.
    ANSWERED = "answered"
    #: It has its one result.
    SETTLED = "settled"
    #: The store did not take it, and nothing was dialed.
    REFUSED = "refused"


class AttemptTrigger(StrEnum):
    #: The next trunk is tried.
    NEXT = "next"
    ALERT = "alert"
    CANCEL = "cancel"
    ANSWER = "answer"
    SETTLE = "settle"
    REFUSE = "refuse"


_S, _T = AttemptState, AttemptTrigger

ATTEMPT_TABLE: Table[AttemptState, AttemptTrigger] = Table(
    "attempt",
    _S.DIALING,
    {
        _S.DIALING: {
            _T.NEXT: _S.DIALING,
            _T.ALERT: _S.ALERTING,
            _T.CANCEL: _S.CANCELLING,
            _T.ANSWER: _S.ANSWERED,
            _T.SETTLE: _S.SETTLED,
            _T.REFUSE: _S.REFUSED,
        },
        _S.ALERTING: {
            # A trunk that sent a 1xx of which the engine makes no ringing may still give way to the next one.
            _T.NEXT: _S.ALERTING,
            _T.ALERT: _S.ALERTING,
            _T.CANCEL: _S.CANCELLING,
            _T.ANSWER: _S.ANSWERED,
            _T.SETTLE: _S.SETTLED,
            _T.REFUSE: _S.REFUSED,
        },
        _S.CANCELLING: {
            _T.ALERT: _S.CANCELLING,
            _T.CANCEL: _S.CANCELLING,
            # The node that gave it up was gone before its CANCEL had left.
            _T.ANSWER: _S.ANSWERED,
            _T.SETTLE: _S.SETTLED,
            _T.REFUSE: _S.REFUSED,
        },
        _S.ANSWERED: {_T.SETTLE: _S.SETTLED},
        _S.SETTLED: {},
        _S.REFUSED: {},
    },
)

SHED = "shed"
"""Why an attempt was cancelled that the pacing gave up while it rang."""


class AttemptFault(StrEnum):
    """Why an attempt says nothing of its contact."""

    #: It was answered with no audio that we take: a fault of the trunk or ours.
    MUTE = "mute"
    #: The engine lacked a resource (ports, descriptors, legs): no INVITE was sent.
    SHORT = "short"


def call_id_of(mint: Mint, attempt: AttemptId, n: int) -> str:
    """The Call-ID of an attempt's n-th INVITE: `<attempt>.<n>-<suffix>`."""
    return mint.unguessable(f"{attempt}.{n}")


def read_call_id(call_id: str) -> tuple[AttemptId, int] | None:
    """Attempt and n of a Call-ID; None for a Call-ID that belongs to no attempt. Those of former versions have no
    suffix."""
    attempt, _, rest = call_id.rpartition(".")
    n = rest.partition("-")[0]
    return (AttemptId(attempt), int(n)) if attempt and n.isdecimal() else None


@dataclass(slots=True)
class TrunkDial:
    """One INVITE of an attempt. `code` 0: no final answer yet, or none ever."""

    n: int
    trunk: TrunkName
    leg: LegId
    call_id: str
    caller_id: str
    #: UTC epoch seconds.
    begun_at: float = 0.0
    code: int = 0
    reason: str = ""
    q850: int | None = None
    heard: bool = False
    #: The trunk said 100 and then nothing more.
    stalled: bool = False


@dataclass(slots=True)
class Attempt:
    """Times are UTC epoch seconds."""

    id: AttemptId
    number: str
    begun_at: float
    machine: Machine[AttemptState, AttemptTrigger]
    dials: list[TrunkDial] = field(default_factory=list)
    #: The first 18x.
    alerted_at: float | None = None
    #: The 200 OK, also of an answer to whom we joined nobody.
    answered_at: float | None = None
    connected_at: float | None = None
    #: When it was counted as a live answer that had no agent in time. An agent may have come later.
    abandoned_at: float | None = None
    #: An answer that came to one of its dials after that had been given up.
    late_answer_at: float | None = None
    #: Why we cancelled it ourselves first; empty while we did not.
    cancelled: str = ""
    #: The chance of an answer, in the pacing's estimate, when it was given up.
    chance: float | None = None
    fault: AttemptFault | None = None

    @property
    def state(self) -> AttemptState:
        return self.machine.state

    @property
    def dial(self) -> TrunkDial:
        """The dial under way, or the last one."""
        return self.dials[-1]

    @property
    def trunks(self) -> frozenset[TrunkName]:
        return frozenset(dial.trunk for dial in self.dials)

    @property
    def alerted(self) -> bool:
        """Whether the contact's phone has rung, or was answered without ringing."""
        return self.alerted_at is not None or self.answered_at is not None

    @property
    def abandoned(self) -> bool:
        return self.abandoned_at is not None

    @property
    def settled(self) -> bool:
        """Whether nothing more comes of it."""
        return self.machine.state in _OVER

    def cancel(self, why: str, at: float) -> None:
        """We give it up at monotonic `at`. The first reason counts."""
        self.machine.advance(AttemptTrigger.CANCEL, at)
        self.cancelled = self.cancelled or why


_OVER = frozenset({_S.SETTLED, _S.REFUSED})


def make_attempt(id_: AttemptId, number: str, begun_at: float, at: float) -> Attempt:
    """An attempt that begins now: UTC epoch seconds, and monotonic `at`."""
    return Attempt(id_, number, begun_at, Machine(ATTEMPT_TABLE, id_, since=at))
