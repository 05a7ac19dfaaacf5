"""The predictive rule told what nobody can know: how much of what it does not reach is uncertainty, and of which kind.

It forecasts by fact instead of by law; budget, threshold and decision are the predictive rule's own.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from config.model import Predictive
from dialer.pacing.baselines.team import BUSY
from dialer.pacing.calls import Calls
from dialer.pacing.crew import Crew
from dialer.pacing.grid import STEP_S, Floats, Grid
from dialer.pacing.pacer import AgentStage
from dialer.pacing.predictive import PredictivePacer
from dialer.vocabulary.ids import AttemptId


class Foresight(Protocol):
    """What is to come, as a simulated world knows it. Times in monotonic seconds."""

    def answers_at(self, attempt: AttemptId) -> float | None:
        """When a call that rings will be answered; None if never."""

    def free_at(self, agent: str) -> float | None:
        """When a busy agent will be free again; None if unknown."""


class Oracle(PredictivePacer):
    """A Pacer. It knows who will answer of those who have been dialed, and when; with `knows_agents` also when
    each busy agent will be free."""

    def __init__(
        self, settings: Predictive, ring_timeout_s: float, foresight: Foresight, *, knows_agents: bool
    ) -> None:
        super().__init__(settings, ring_timeout_s)
        self._calls = _KnownCalls(self._grid, foresight)
        if knows_agents:
            self._crew = _KnownCrew(self._grid, foresight)


class _KnownCalls(Calls):
    def __init__(self, grid: Grid, foresight: Foresight) -> None:
        super().__init__(grid)
        self._foresight = foresight

    def chances(self, now: float) -> Floats:
        """0 or 1 for each of the calls that will be answered; the others do not ring, for all that matters."""
        times = [self._foresight.answers_at(self.ringing.key(slot)) for slot in range(len(self.ringing))]
        known = np.array([each for each in times if each is not None])
        return _reached(known - now, self._grid.tau_s)


class _KnownCrew(Crew):
    def __init__(self, grid: Grid, foresight: Foresight) -> None:
        super().__init__(grid)
        # Answers are known to a step of the grid: at worst they wait that much longer.
        self._instants_s = grid.tau_s + max(0.0, grid.patience_s - STEP_S)
        self._foresight = foresight
        self._coming_back: set[str] = set()

    def changed(self, agent: str, at: float, stage: AgentStage, *, leaving: bool) -> None:
        super().changed(agent, at, stage, leaving=leaving)
        if stage in BUSY and not leaving:
            self._coming_back.add(agent)
        else:
            self._coming_back.discard(agent)

    def free(self, now: float) -> Floats:
        times = [self._foresight.free_at(agent) for agent in sorted(self._coming_back)]
        known = np.array([np.inf if each is None else each for each in times])
        return _reached(known - now, self._instants_s)


def _reached(in_s: Floats, instants_s: Floats) -> Floats:
    """1 for what happens by the instant, else 0: things x instants."""
    reached: Floats = (in_s[:, None] <= instants_s[None, :]).astype(np.float64)
    return reached
