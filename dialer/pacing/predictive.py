"""Predictive pacing: forecasts answers and free agents, and spends an abandonment budget where it buys most.

A call is placed while the chance that a contact is abandoned for it is under a threshold, which follows the budget.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from config.model import Predictive
from dialer.pacing.admission import Admission, admit
from dialer.pacing.answer_rate import PRIOR_RATE
from dialer.pacing.budget import Allowance, Budget
from dialer.pacing.calls import Calls
from dialer.pacing.crew import Crew
from dialer.pacing.explanation import explain
from dialer.pacing.grid import Floats, make_grid
from dialer.pacing.pacer import Decision, Observation, Observed, Outcome, PacingSnapshot, Window
from dialer.pacing.poisson_binomial import Sum
from dialer.pacing.shedding import keep
from dialer.vocabulary.ids import AttemptId

#: The tables of the forecast are made anew this often, seconds.
RENEW_S = 30.0
#: Length of the period that the pacer counts by itself when it is told of none and of no end, seconds.
DAY_S = 28_800.0


class Forecast(Struct, frozen=True):
    """The state of one decision. `supply`: agents who are or may become free, less waiting contacts."""

    load: Sum
    supply: int
    shed: tuple[AttemptId, ...]
    ringing: int
    expected_answers: float
    expected_free: float


class PredictivePacer:
    """A Pacer. One per campaign and engine; `begin` is the time of its first decision."""

    def __init__(self, settings: Predictive, ring_timeout_s: float) -> None:
        self._settings = settings
        self._grid = make_grid(ring_timeout_s, settings.connect_limit_s)
        self._calls = Calls(self._grid)
        self._crew = Crew(self._grid)
        self._budget = Budget(shedding=settings.shed_late_rings)
        self._began: float | None = None
        self._renewed = 0.0

    def observe(self, observation: Observation) -> None:
        """Take note of one event. O(1)."""
        kind, attempt = observation.kind, observation.attempt
        if kind is Observed.AGENT_CHANGED:
            if observation.stage is not None:
                self._crew.changed(observation.agent, observation.at, observation.stage, leaving=observation.leaving)
        elif attempt is None:
            return
        elif kind is Observed.DIALLED:
            self._calls.dialled(attempt, observation.at, PRIOR_RATE)
        elif kind is Observed.ANSWERED:
            if self._calls.answered(attempt, observation.at):
                self._budget.answered()
        elif kind is Observed.ENDED and observation.outcome is not None:
            outcome = self._calls.ended(attempt, observation.at, observation.outcome)
            if outcome is Outcome.ABANDONED:
                self._budget.abandoned()
            elif outcome is Outcome.MACHINE:
                self._budget.answered(-1)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        """What to place and to give up at `now` (monotonic seconds)."""
        self._keep_up(now)
        allowance = self._budget.allow(self._windows(now, snapshot))
        theta = allowance.theta
        forecast = self._forecast(now, snapshot, theta)
        least = snapshot.idle - snapshot.waiting - forecast.ringing
        admission = admit(
            forecast.load,
            forecast.supply,
            self._new_call(),
            self._calls.law.density.tolist(),
            theta,
            least,
            self._most(snapshot),
        )
        return self._decision(snapshot, allowance, forecast, admission)

    def _keep_up(self, now: float) -> None:
        if self._began is None:
            self._began = self._renewed = now
        self._calls.ripen(now)
        if now - self._renewed >= RENEW_S:
            self._renewed = now
            self._crew.renew(now)
            self._calls.renew()

    def _windows(self, now: float, snapshot: PacingSnapshot) -> tuple[Window, ...]:
        """The periods that count: those we are told of, else one that we count ourselves."""
        if snapshot.windows:
            return snapshot.windows
        elapsed_s = now - (now if self._began is None else self._began)
        left_s = snapshot.seconds_left
        length_s = DAY_S if left_s is None else elapsed_s + left_s
        limit = self._settings.abandonment_limit_percent / 100.0
        return (Window("shift", limit, self._calls.answers, self._calls.abandoned, elapsed_s, length_s),)

    def _most(self, snapshot: PacingSnapshot) -> int:
        bounds = [snapshot.in_hand, snapshot.may_dial, snapshot.records_left]
        return max(0, min(each for each in bounds if each is not None))

    def _new_call(self) -> Floats:
        """Chance that a call placed now is answered by each instant."""
        new: Floats = self._calls.rates(np.array([PRIOR_RATE])) * self._calls.law.by
        return new

    def _forecast(self, now: float, snapshot: PacingSnapshot, theta: float) -> Forecast:
        calls, crew = self._calls, self._crew
        free, chances = crew.free(now), calls.chances(now)
        supply = snapshot.idle - snapshot.waiting + len(free)
        shed: tuple[AttemptId, ...] = ()
        if self._settings.shed_late_rings:
            ages_s = calls.ringing.ages_s(now)
            is_old = ages_s >= self._settings.least_ring_s
            old = np.flatnonzero(is_old)
            load = Sum(np.concatenate([1.0 - free, chances[~is_old]]))
            load, rows = keep(load, supply, chances[old], ages_s[old], theta)
            shed = tuple(calls.ringing.key(int(slot)) for slot in old[rows])
        else:
            load = Sum(np.concatenate([1.0 - free, chances]))
        ringing = len(chances) - len(shed)
        return Forecast(
            load, supply, shed, ringing, float(chances[:, -1].sum()), snapshot.idle + float(free[:, -1].sum())
        )

    def _decision(
        self, snapshot: PacingSnapshot, allowance: Allowance, forecast: Forecast, admission: Admission
    ) -> Decision:
        figures = {
            "idle": snapshot.idle,
            "waiting": snapshot.waiting,
            "ringing": forecast.ringing,
            "expected_answers": forecast.expected_answers,
            "expected_free": forecast.expected_free,
            "answer_rate": self._calls.rate.level * PRIOR_RATE,
            "beta": admission.beta,
            "theta": allowance.theta,
            "alpha": allowance.alpha,
            "answers": self._calls.answers,
            "abandoned": self._calls.abandoned,
            "budget_left": allowance.left,
        }
        return Decision(admission.dial, explain(admission.dial, len(forecast.shed), figures), forecast.shed, figures)
