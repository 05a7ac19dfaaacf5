"""A watched governor: tells whether the rule decided in a simulated shift, and what held the dialing back."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

from dialer.pacing import Decision, Pacer, PacingSnapshot
from dialer.pacing.governor import Basis, Governor
from dialer.trunks.trunk import TrunkRefusal

#: The share of such decisions above which the shift does not count as one of its rule. A trunk takes its calls one by
#: one: one that can place twice the calls asked for is still busy with one at every other decision.
MOST = {Basis.FEW_AGENTS: 0.1, TrunkRefusal.TOO_MANY_LEGS: 0.1, TrunkRefusal.TOO_MANY_CALLS: 0.5}


class Centre(Protocol):
    """The centre at the time of a decision."""

    def at_work(self) -> int:
        """Agents at work who do not leave, whether or not their phones have been answered."""

    def trunk_refuses(self) -> TrunkRefusal | None:
        """Why the trunk takes no call, or None."""


class WatchedGovernor(Governor):
    """The governor of one start of the node, which notes the state of the centre at each decision."""

    def __init__(self, ahead: Pacer, least_agents: int, one_to_one: Pacer | None, centre: Centre) -> None:
        super().__init__(ahead, least_agents, one_to_one)
        self._least = least_agents
        self._centre = centre
        #: Decisions of the rule, and those of its fallback; decisions while agents' phones are still being rung count
        #: as neither.
        self.counted = 0
        self.seen: Counter[Basis | TrunkRefusal] = Counter()

    def decide(self, now: float, utc: float, snapshot: PacingSnapshot, *, forecasts: bool) -> Decision:
        """Decide as the governor does."""
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
    """The share of such decisions, or 0 where it is negligible."""
    counted = sum(each.counted for each in governors)
    part = sum(each.seen[what] for each in governors) / counted if counted else 0.0
    return part if part > MOST[what] else 0.0
