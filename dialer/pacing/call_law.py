"""What a call that rings will become: its chance of a live answer by each instant of the grid."""

from __future__ import annotations

import numpy as np

from dialer.pacing.grid import AGE_STEP_S, Bins, Floats, Grid


class CallLaw:
    """Made every 30 s of the survival of answered and unanswered calls (see `ring_law`)."""

    def __init__(self, grid: Grid, answered: Floats, missed: Floats) -> None:
        """`answered`, `missed`: S_A and S_U at the ages of the grid's bins."""
        ages = np.arange(grid.ages)
        steps = np.rint(grid.tau_s / AGE_STEP_S).astype(np.intp)
        later = np.minimum(ages[:, None] + steps[None, :], grid.ages - 1)
        # Overdue calls have survived nothing: a trifle keeps the divisions below whole, and their chances at 0.
        self._answered = answered
        self._missed = missed + 1e-12
        #: Part of all answers that come between the age and each instant: ages x instants.
        self._coming = answered[:, None] - answered[later]
        #: Part of the answers of a new call that have come by each instant.
        self.by = self._coming[0]
        #: Part of the answers of a new call that come in each step.
        self.density = np.diff(self.by, prepend=0.0)

    def posterior(self, bins: Bins, rates: Floats) -> Floats:
        """Chance that each call is answered at all, of calls in these age bins with these chances when dialed."""
        answered = rates * self._answered[bins]
        chance: Floats = answered / (answered + (1.0 - rates) * self._missed[bins])
        return chance

    def chances(self, bins: Bins, rates: Floats) -> Floats:
        """Chance that each call is answered by each instant: calls x instants."""
        weight = rates / (rates * self._answered[bins] + (1.0 - rates) * self._missed[bins])
        chances: Floats = self._coming[bins] * weight[:, None]
        return chances
