"""What one more answer would cost: the chance that a contact is abandoned for it."""

from __future__ import annotations

from collections.abc import Sequence


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
