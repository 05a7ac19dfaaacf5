"""Which trunk carries the next call: by priority, then by weight, among those that may take one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dialer.trunks.trunk import Trunk, TrunkRefusal
from dialer.vocabulary.ids import TrunkName
from dialer.vocabulary.reasons.dialing import TrunkState


@dataclass(slots=True, frozen=True)
class TrunkChoice:
    """The chosen trunk, or None with each trunk's refusal. `opens_at`: when the first trunk at its calls per second
    takes the next call (monotonic seconds), None where no trunk refused for that limit."""

    trunk: Trunk | None
    refusals: Mapping[TrunkName, TrunkRefusal]
    opens_at: float | None = None

    @property
    def is_dead(self) -> bool:
        """Whether no trunk can carry calls at all, as opposed to being at a limit that passes by itself."""
        passing = {TrunkRefusal.TOO_MANY_LEGS, TrunkRefusal.TOO_MANY_CALLS}
        return self.trunk is None and not any(refusal in passing for refusal in self.refusals.values())

    @property
    def states(self) -> tuple[TrunkState, ...]:
        """The refusals of the trunks, for people."""
        return tuple(TrunkState(name, refusal) for name, refusal in self.refusals.items())


def choose(trunks: Iterable[Trunk], tried: frozenset[TrunkName], now: float) -> TrunkChoice:
    """Choose among `trunks` but those `tried`, at monotonic time `now`.

    The lowest `priority` number wins; within it the trunk with the fewest legs for its weight, so that load
    spreads by weight without a random number.
    """
    refusals: dict[TrunkName, TrunkRefusal] = {}
    best: Trunk | None = None
    opens_at: float | None = None
    for trunk in trunks:
        if trunk.name in tried:
            continue
        refusal = trunk.refusal(now)
        if refusal is not None:
            refusals[trunk.name] = refusal
            if refusal is TrunkRefusal.TOO_MANY_CALLS:
                opens_at = min(trunk.bucket.next_at(now), opens_at or math.inf)
        elif best is None or _rank(trunk) < _rank(best):
            best = trunk
    return TrunkChoice(best, refusals, opens_at)


def _rank(trunk: Trunk) -> tuple[int, float, str]:
    return (trunk.settings.priority, (len(trunk.legs) + 1) / trunk.settings.weight, trunk.name)
