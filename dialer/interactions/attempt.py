"""An attempt: one go at reaching a contact, over one trunk or several in turn."""

from __future__ import annotations

from dataclasses import dataclass, field

from dialer.vocabulary.ids import AttemptId, LegId, Mint, TrunkName


def call_id_of(mint: Mint, attempt: AttemptId, n: int) -> str:
    """The Call-ID of an attempt's n-th INVITE: `<attempt>.<n>-<suffix>`."""
    return mint.unguessable(f"{attempt}.{n}")


def read_call_id(call_id: str) -> tuple[AttemptId, int] | None:
    """Attempt and n of a Call-ID; None for one that is no attempt's. Those of former versions have no suffix."""
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
    """Times are UTC epoch seconds. `alerted` is true from the first 18x: no other trunk after that."""

    id: AttemptId
    number: str
    begun_at: float
    dials: list[TrunkDial] = field(default_factory=list)
    alerted: bool = False
    answered_at: float | None = None
    connected_at: float | None = None
    abandoned: bool = False
    #: Why we cancelled it ourselves; empty while we did not.
    cancelled: str = ""
    settled: bool = False
    #: UTC epoch seconds of the first 18x.
    alerted_at: float | None = None
    #: Given up by the pacing while it rang.
    shed: bool = False
    #: The chance that it would have been answered, as the pacing saw it when it was given up.
    chance: float | None = None
    #: UTC epoch seconds of an answer that came to one of its dials after that had been given up.
    late_answer_at: float | None = None
    #: Its live answer was counted.
    counted: bool = False
    #: It was answered with no audio that we take: a fault of the trunk or ours, never of the contact.
    mute: bool = False
    #: The engine had run out of something (ports, descriptors, legs): nothing was dialed.
    short: bool = False

    @property
    def dial(self) -> TrunkDial:
        """The dial under way, or the last one."""
        return self.dials[-1]

    @property
    def trunks(self) -> frozenset[TrunkName]:
        return frozenset(dial.trunk for dial in self.dials)
