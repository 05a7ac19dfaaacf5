"""What a call that rings will become: its chance of a live answer by each instant of the grid."""

from __future__ import annotations

import numpy as np

from dialer.pacing.grid import AGE_STEP_S, Floats, Grid


class CallLaw:
    """Made every 30 s of the survival of answered and unanswered calls (see `ring_law`)."""

    def __init__(self, grid: Grid, answered: Floats, missed: Floats) -> None:
        """`answered`, `missed`: S_A and S_U at the ages of the grid's bins."""
        ages = np.arange(grid.ages)
        steps = np.rint(grid.tau_s / AGE_STEP_S).astype(np.intp)
        later = np.minimum(ages[:, None] + steps[None, :], grid.ages - 1)
        self._answered = answered
        self._missed = missed
        #: Part of all answers that come between the age and each instant: ages x instants.
        self._coming = answered[:, None] - answered[later]
        #: Part of the answers of a new call that have come by each instant.
        self.by = self._coming[0]
        #: Part of the answers of a new call that come in each step.
        self.density = np.diff(self.by, prepend=0.0)

    def posterior(self, bins: np.ndarray[tuple[int], np.dtype[np.intp]], rates: Floats) -> Floats:
        """Chance that each call is answered at all, of calls in these age bins with these chances when dialled."""
        answered = rates * self._answered[bins]
        rest = answered + (1.0 - rates) * self._missed[bins]
        chance: Floats = np.divide(answered, rest, out=np.zeros_like(answered), where=rest > 1e-12)
        return chance

    def chances(self, bins: np.ndarray[tuple[int], np.dtype[np.intp]], rates: Floats) -> Floats:
        """Chance that each call is answered by each instant: calls x instants."""
        rest = rates * self._answered[bins] + (1.0 - rates) * self._missed[bins]
        weight = np.divide(rates, rest, out=np.zeros_like(rates), where=rest > 1e-12)
        chances: Floats = self._coming[bins] * weight[:, None]
        return chances
