"""Predictive pacing: forecasts answers and free agents, and spends an abandonment budget where it buys most.

A call is placed while the chance that a contact is abandoned for it is under a threshold, which follows the budget.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from msgspec import Struct

from config.model import Predictive
from dialer.pacing.admission import admit
from dialer.pacing.budget import Allowance, Budget
from dialer.pacing.calls import Calls
from dialer.pacing.crew import Crew
from dialer.pacing.explanation import explain
from dialer.pacing.grid import Floats, make_grid
from dialer.pacing.habits import HabitCount
from dialer.pacing.pacer import Decision, Observation, Observed, Outcome, PacingSnapshot, Window
from dialer.pacing.picking import Picked, Stock, pick
from dialer.pacing.poisson_binomial import Sum
from dialer.pacing.prospects import Prospects
from dialer.pacing.restraint import Restraint, restraint
from dialer.pacing.shedding import keep
from dialer.vocabulary.ids import AttemptId

#: The tables of the forecast are made anew this often, seconds.
RENEW_S = 30.0
#: Length of the period that the pacer counts by itself when it is told of none and of no end, seconds.
DAY_S = 28_800.0


class Forecast(Struct, frozen=True):
    """What is to be expected. `load`: sum of agents who stay busy and calls that are answered, by each instant of the
    grid; `supply`: agents who are or may become free, less waiting contacts; `shed`: calls to give up; `ringing`:
    calls that ring on; `answers`, `free`: how many answers and free agents are expected within a ring."""

    load: Sum
    supply: int
    shed: tuple[AttemptId, ...]
    ringing: int
    answers: float
    free: float


class PredictivePacer:
    """A Pacer: one per campaign and engine."""

    def __init__(self, settings: Predictive, ring_timeout_s: float, history: Iterable[HabitCount] = ()) -> None:
        """`ring_timeout_s`: longest ring of a call, seconds; `history`: what former runs have `learned`."""
        self._settings = settings
        self._grid = make_grid(ring_timeout_s, settings.connect_limit_s)
        self._calls = Calls(self._grid)
        self._crew = Crew(self._grid)
        self._prospects = Prospects(history)
        self._budget = Budget(shedding=settings.shed_late_rings)
        self._began: float | None = None
        self._renewed = 0.0

    def learned(self) -> tuple[HabitCount, ...]:
        """What this run has taught of hours, types of number and regions: plain data to keep for the next."""
        return self._prospects.learned()

    def observe(self, observation: Observation) -> None:
        """Take note of one event. O(1)."""
        if observation.attempt is not None and observation.kind is not Observed.AGENT_CHANGED:
            self._observe_call(observation, observation.attempt)
        elif observation.stage is not None:
            self._crew.changed(observation.agent, observation.at, observation.stage, leaving=observation.leaving)

    def _observe_call(self, observation: Observation, attempt: AttemptId) -> None:
        kind, at, traits = observation.kind, observation.at, observation.traits
        if kind is Observed.DIALLED:
            self._calls.dialled(attempt, at, self._prospects.expected(traits), traits)
        elif kind is Observed.RUNG:
            self._calls.rung(attempt, at)
        elif kind is Observed.ANSWERED:
            if self._calls.answered(attempt, at):
                self._budget.answered()
        elif observation.outcome is not None:
            outcome = self._calls.ended(attempt, at, observation.outcome)
            if outcome is Outcome.ABANDONED:
                self._budget.abandoned()
            elif outcome is Outcome.MACHINE:
                self._budget.answered(-1)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        """What to place and to give up at `now` (monotonic seconds)."""
        self._keep_up(now)
        allowance = self._budget.allow(self._windows(now, snapshot))
        held = restraint(snapshot, self._settings.min_agents, self._grid.ring_s, len(self._calls.ringing))
        theta = 0.0 if held else allowance.theta
        forecast = self._forecast(now, snapshot, theta, held)
        least = snapshot.idle - snapshot.waiting - forecast.ringing
        bounds = (snapshot.in_hand, snapshot.may_dial, snapshot.records_left)
        most = max(0, min(each for each in bounds if each is not None))
        choice = self._choose(snapshot, forecast, theta, least, most)
        return self._decision(snapshot, allowance, held, forecast, choice)

    def _keep_up(self, now: float) -> None:
        if self._began is None:
            self._began = self._renewed = now
        level = self._calls.rate.level
        for dial in self._calls.ripen(now):
            self._prospects.learn(dial, level)
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

    def _forecast(self, now: float, snapshot: PacingSnapshot, theta: float, held: Restraint | None) -> Forecast:
        free, chances = self._crew.free(now), self._calls.chances(now)
        supply = snapshot.idle - snapshot.waiting + len(free)
        shed: tuple[AttemptId, ...] = ()
        if self._settings.shed_late_rings and len(chances):
            old = self._calls.long_rung(now, self._settings.least_ring_s)
            load = Sum(np.concatenate([1.0 - free, np.delete(chances, old, axis=0)]))
            if held is not None and held.renews:
                rows = np.arange(len(old))
            else:
                load, rows = keep(load, supply, chances[old], self._calls.ringing.ages_s(now)[old], theta)
            shed = tuple(self._calls.ringing.key(int(slot)) for slot in old[rows])
        else:
            load = Sum(np.concatenate([1.0 - free, chances]))
        ringing = len(chances) - len(shed)
        # Calls that nobody told us of, as after a restart of the node: each may be answered like a new one.
        unknown = snapshot.ringing - len(self._calls.ringing)
        if unknown > 0:
            load.add(self._new_call(), unknown)
            ringing += unknown
        answers, become_free = float(chances[:, -1].sum()), float(free[:, -1].sum())
        return Forecast(load, supply, shed, ringing, answers, snapshot.idle + become_free)

    def _new_call(self) -> Floats:
        """Chance that a call of which nothing is known is answered by each instant, if it is placed now."""
        new: Floats = self._calls.rates(np.array([self._prospects.expected(None)])) * self._calls.law.by
        return new

    def _choose(self, snapshot: PacingSnapshot, forecast: Forecast, theta: float, least: int, most: int) -> Picked:
        law = self._calls.law
        upcoming = snapshot.upcoming[:most]
        if not upcoming:
            admission = admit(
                forecast.load, forecast.supply, self._new_call(), law.density.tolist(), theta, least, most
            )
            return Picked(tuple(range(admission.dial)), admission.beta)
        expected = np.array([self._prospects.expected(each) for each in upcoming])
        stock = Stock(
            chances=self._calls.rates(expected).tolist(),
            by=law.by,
            density=law.density.tolist(),
            sort=any(each.score is not None for each in upcoming),
        )
        return pick(forecast.load, forecast.supply, stock, theta, least, most)

    def _decision(
        self,
        snapshot: PacingSnapshot,
        allowance: Allowance,
        held: Restraint | None,
        forecast: Forecast,
        choice: Picked,
    ) -> Decision:
        figures = {
            "idle": snapshot.idle,
            "waiting": snapshot.waiting,
            "ringing": forecast.ringing,
            "expected_answers": forecast.answers,
            "expected_free": forecast.free,
            "answer_rate": self._calls.rate.level * self._prospects.expected(None),
            "beta": choice.beta,
            "theta": 0.0 if held else allowance.theta,
            "alpha": allowance.alpha,
            "answers": self._calls.answers,
            "abandoned": self._calls.abandoned,
            "budget_left": allowance.left,
        }
        dial = len(choice.positions)
        reason = explain(dial, len(forecast.shed), figures, allowance, "" if held is None else held.reason)
        picked = choice.positions if snapshot.upcoming else ()
        return Decision(dial, reason, forecast.shed, figures, picked)
