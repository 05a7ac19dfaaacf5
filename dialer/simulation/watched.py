"""A governor that is watched: whether a simulated shift was that of its rule, and what held the dialing back."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

from dialer.pacing import Decision, Pacer, PacingSnapshot
from dialer.pacing.governor import Basis, Governor
from dialer.trunks.trunk import TrunkRefusal

#: A shift with more decisions of this kind than this part of them was another one than was asked for. A trunk takes its
#: calls one by one, so that one which can place twice as many as are asked for still is in between two of them at
#: every other decision.
MOST = {Basis.FEW_AGENTS: 0.1, TrunkRefusal.TOO_MANY_LEGS: 0.1, TrunkRefusal.TOO_MANY_CALLS: 0.5}


class Centre(Protocol):
    """What there is at the time of a decision."""

    def at_work(self) -> int:
        """Agents at work who do not leave, whether or not their phones have been answered."""

    def trunk_refuses(self) -> TrunkRefusal | None:
        """Why the trunk takes no call, or None."""


class WatchedGovernor(Governor):
    """The governor of one life of the node, which looks at the centre with each decision."""

    def __init__(self, ahead: Pacer, least_agents: int, one_to_one: Pacer | None, centre: Centre) -> None:
        super().__init__(ahead, least_agents, one_to_one)
        self._least = least_agents
        self._centre = centre
        #: Decisions made by the rule or against it; those while agents at work are still being rung are neither.
        self.counted = 0
        self.seen: Counter[Basis | TrunkRefusal] = Counter()

    def decide(self, now: float, utc: float, snapshot: PacingSnapshot, *, forecasts: bool) -> Decision:
        """As the governor decides."""
        decision = super().decide(now, utc, snapshot, forecasts=forecasts)
        few = self.last is not None and self.last.basis is Basis.FEW_AGENTS
        if few and self._centre.at_work() >= self._least:
            return decision
        self.counted += 1
        self.seen[Basis.FEW_AGENTS] += few
        refusal = self._centre.trunk_refuses()
        if refusal is not None:
            self.seen[refusal] += 1
        return decision


def considerable(governors: list[WatchedGovernor], what: Basis | TrunkRefusal) -> float:
    """The part of the decisions at which it was so, if that is too much to pass it over; else 0."""
    counted = sum(each.counted for each in governors)
    part = sum(each.seen[what] for each in governors) / counted if counted else 0.0
    return part if part > MOST[what] else 0.0
