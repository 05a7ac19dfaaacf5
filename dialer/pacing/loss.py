"""What one more answer would cost: the chance that a contact is abandoned for it, and more where few may be."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dialer.pacing.poisson_binomial import Sum

#: With FULL abandoned contacts left or fewer, the chance of a burst of one more is charged besides, so many times: it
#: ends the period over its limit. With each one further left it is a third of that, and above FEW nothing, as the law
#: of a large team falls so slowly that a charge which ends at once would set free a quarter of its lines.
FULL, FEW = 4, 8
BURST_WEIGHT, FADE = 30.0, 3.0


class Risk(Struct, frozen=True):
    """Measures calls against a forecast of load. `supply`: agents who are or may become free, less waiting contacts;
    `density`: part of the answers of a call that comes in each step; `bearable`: abandoned contacts that the limit can
    still bear; at the last one it is the threshold that stops."""

    supply: int
    density: Sequence[float]
    bearable: int

    def of(self, load: Sum) -> float:
        """What one more call on top of `load` would cost: the chance that a contact is abandoned for it, and, where
        few may be, the weighed chance that it is the one too many of a burst; at most 1."""
        loss = marginal_loss(load.at_least(self.supply), self.density)
        if self.bearable > FEW:
            return loss
        burst = marginal_loss(load.at_least(self.supply + max(1, self.bearable)), self.density)
        return min(1.0, loss + BURST_WEIGHT / FADE ** max(0, self.bearable - FULL) * burst)


def marginal_loss(short: Sequence[float], density: Sequence[float]) -> float:
    """Chance that a call whose answer comes at the instants of `density` makes a contact wait in vain.

    `short`: chance that no agent is left for one more answer at each instant. An answer is charged for the worst later
    instant too: it takes the agent whom an older call, still ringing, would have had. `density` need not sum to 1.
    """
    worst = loss = 0.0
    for chance, part in zip(reversed(short), reversed(density), strict=True):
        worst = max(worst, chance)
        loss += part * worst
    return loss
