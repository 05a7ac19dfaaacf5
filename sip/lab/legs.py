"""The lab's state of one of its legs."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from msgspec import Struct

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ToneHeard


class Side(enum.StrEnum):
    """Which of the lab's two parts a leg belongs to."""

    CONTACT = "contact"
    PHONE = "phone"


class Slice(Struct, frozen=True):
    """The tones that a leg heard from one time to another (CLOCK_MONOTONIC, seconds)."""

    begun_at: float
    ended_at: float
    tones: tuple[ToneHeard, ...]
    dropped_packets: int


@dataclass
class LabLeg:
    """One leg of the lab, from its INVITE on. `name` is the number dialed or the phone's user; `manner` how it was
    to act. Times are CLOCK_MONOTONIC in seconds; `tone_from` is when its tone began, `listens_from` when the running
    analysis was started. `digits` are those it received; `held_by_peer` is the hold by SIP."""

    id: LegId
    side: Side
    name: str
    call_id: str
    manner: str
    offered_at: float
    answered_at: float | None = None
    cleared_at: float | None = None
    cleared_by: str = ""
    code: int = 0
    tone_hz: int | None = None
    tone_from: float | None = None
    listens_from: float | None = None
    slices: list[Slice] = field(default_factory=list)
    digits: str = ""
    held_by_us: bool = False
    held_by_peer: bool = False

    def lives_during(self, begun_at: float, ended_at: float) -> bool:
        """Whether the leg's tone may have sounded at some moment of this time."""
        if self.tone_from is None or self.tone_from > ended_at:
            return False
        return self.cleared_at is None or self.cleared_at >= begun_at

    def overlaps(self, other: LabLeg) -> bool:
        """Whether both legs were answered at the same time, if only for a moment."""
        if self.answered_at is None or other.answered_at is None:
            return False
        first_end = min(leg.cleared_at if leg.cleared_at is not None else float("inf") for leg in (self, other))
        return max(self.answered_at, other.answered_at) <= first_end
