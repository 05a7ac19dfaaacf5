"""When nothing may be risked, whatever the budget says."""

from __future__ import annotations

from msgspec import Struct

from dialer.pacing.pacer import PacingSnapshot
from dialer.vocabulary.reasons.decisions import DayEnds, FewAtWork, Held, ListEnds


class Restraint(Struct, frozen=True):
    """Why calls are placed 1:1 now. `renews`: calls that have rung long may be given up for new ones, as there will
    be further records and time."""

    reason: Held
    renews: bool


def restraint(snapshot: PacingSnapshot, least_agents: int, ring_s: float, ringing: int) -> Restraint | None:
    """The first reason that holds; None if none does. `ring_s`: longest ring; `ringing`: calls under way."""
    agents = snapshot.idle + snapshot.busy + snapshot.reserved
    if snapshot.seconds_left is not None and snapshot.seconds_left <= ring_s:
        return Restraint(DayEnds(), renews=False)
    if snapshot.records_left is not None and snapshot.records_left <= ringing + agents:
        return Restraint(ListEnds(), renews=False)
    if agents < max(2, least_agents):
        return Restraint(FewAtWork(agents), renews=True)
    return None
