"""When nothing may be risked, whatever the budget says."""

from __future__ import annotations

from msgspec import Struct

from dialer.pacing.pacer import PacingSnapshot


class Restraint(Struct, frozen=True):
    """Why calls are placed 1:1 now. `renews`: calls that have rung long may be given up for new ones, as there will
    be further records and time."""

    reason: str
    renews: bool


def restraint(snapshot: PacingSnapshot, least_agents: int, ring_s: float, ringing: int) -> Restraint | None:
    """The first reason that holds; None if none does. `ring_s`: longest ring; `ringing`: calls under way."""
    agents = snapshot.idle + snapshot.busy + snapshot.reserved
    if snapshot.seconds_left is not None and snapshot.seconds_left <= ring_s:
        return Restraint("the shift or the calling window ends within a ring", renews=False)
    if snapshot.records_left is not None and snapshot.records_left <= ringing + agents:
        return Restraint("the list ends: fewer records are left than lines are needed", renews=False)
    if agents < max(2, least_agents):
        return Restraint(f"only {agents} at work", renews=True)
    return None
