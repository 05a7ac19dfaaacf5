"""Predictive pacing: forecasts answers and free agents, and spends an abandonment budget where it buys most.

A call is placed while the chance that a contact is abandoned for it is under a threshold, which follows the budget.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from config.model import Predictive
from dialer.pacing.admission import admit
from dialer.pacing.answer_rate import LEAST_MEMORY, PRIOR_RATE
from dialer.pacing.budget import Allowance, Budget
from dialer.pacing.calls import Calls
from dialer.pacing.crew import Crew
from dialer.pacing.explanation import explain, with_origin
from dialer.pacing.grid import Floats, make_grid
from dialer.pacing.list_change import ListWatch
from dialer.pacing.loss import Risk
from dialer.pacing.pacer import Decision, Observation, Observed, Outcome, PacingSnapshot, Traits, Window
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
    grid; `supply`: agents who are or may become free, less waiting contacts; `shed`: calls to give up, and the chance
    of an answer of each; `ringing`: calls that ring on; `answers`, `free`: how many answers and free agents are
    expected within a ring."""

    load: Sum
    supply: int
    shed: tuple[AttemptId, ...]
    shed_chances: tuple[float, ...]
    ringing: int
    answers: float
    free: float


class PredictivePacer:
    """A Pacer: one per campaign, whose agents and calls at all engines it counts together."""

    def __init__(self, settings: Predictive, ring_timeout_s: float) -> None:
        """`ring_timeout_s`: longest ring of a call, seconds."""
        self._settings = settings
        self._grid = make_grid(ring_timeout_s, settings.connect_limit_s)
        self._calls = Calls(self._grid)
        self._crew = Crew(self._grid)
        self._prospects = Prospects()
        self._lists = ListWatch()
        #: The list to which the campaign went over, while little is known of it.
        self._new_list = ""
        self._budget = Budget(shedding=settings.shed_late_rings)
        self._began: float | None = None
        #: When the last decision was made that could have risked something.
        self._risked: float | None = None
        self._renewed = 0.0

    def observe(self, observation: Observation) -> None:
        """Take note of one event. O(1)."""
        if observation.kind is Observed.HISTORY:
            self._remember(observation)
        elif observation.attempt is not None and observation.kind is not Observed.AGENT_CHANGED:
            self._observe_call(observation, observation.attempt)
        elif observation.stage is not None:
            self._crew.changed(observation.agent, observation.at, observation.stage, leaving=observation.leaving)

    def _observe_call(self, observation: Observation, attempt: AttemptId) -> None:
        kind, at, traits = observation.kind, observation.at, observation.traits
        if kind is Observed.DIALED:
            self._keep_up_unasked(at)
            if traits is not None and self._lists.dialed(traits.list, at):
                self._go_over(traits.list)
            self._calls.dialed(attempt, at, self._prospects.expected(traits), traits)
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

    def _remember(self, observation: Observation) -> None:
        """Other expectations: the present level, which was learnt beside the former ones, begins anew."""
        self._prospects.remember(observation.history)
        self._lists.know(observation.lists, observation.at)
        self._calls.restart(1.0)

    def _go_over(self, name: str) -> None:
        """Contacts of another list are taken to answer like those of any campaign, or as our habits say if that is
        more: to expect too many answers costs a minute of dialing, to expect too few abandons contacts."""
        if not self._prospects.habit_dials and not self._calls.rate.dials:
            # A campaign that begins with several lists: nothing is known yet that could be forgotten.
            return
        self._calls.restart(max(1.0, PRIOR_RATE / self._prospects.expected(None)))
        self._new_list = name

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        """What to place and to give up at `now` (monotonic seconds)."""
        self._keep_up(now)
        if self._risked is None or now - self._risked > self._grid.ring_s:
            # That decision is older than any call that rings now.
            self._budget.unasked()
        later = self._answers_of(snapshot.retries_later)
        allowance = self._budget.allow(self._windows(now, snapshot), self._answers_to_come(snapshot), later)
        held = restraint(snapshot, self._settings.min_agents, self._grid.ring_s, len(self._calls.ringing))
        if held:
            self._budget.held()
        else:
            self._risked = now
        theta = 0.0 if held else allowance.theta
        forecast = self._forecast(now, snapshot, theta, held)
        least = snapshot.idle - snapshot.waiting - forecast.ringing
        bounds = (snapshot.in_hand, snapshot.may_dial, snapshot.records_left)
        most = max(0, min(each for each in bounds if each is not None))
        chances = self._chances(snapshot.upcoming)
        risk = Risk(forecast.supply, self._calls.law.density.tolist(), allowance.bearable)
        choice = self._choose(snapshot.upcoming[:most], chances[:most], forecast.load, risk, theta, (least, most))
        return self._decision(snapshot, allowance, held, forecast, choice, self._outlook(snapshot.upcoming, chances))

    def _keep_up_unasked(self, at: float) -> None:
        """In progressive mode no decision is asked for, and dials are learnt from as they come: otherwise the first
        decision would learn from those of a day at once, and the oldest would weigh as much as new ones."""
        if self._began is None:
            self._began = self._renewed = at
        elif at - self._renewed >= 2 * RENEW_S:
            self._keep_up(at)

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

    def _answers_to_come(self, snapshot: PacingSnapshot) -> float:
        """Live answers that the records left today and the calls under way give."""
        if snapshot.records_left is None:
            return math.inf
        return self._answers_of(snapshot.records_left + snapshot.ringing)

    def _answers_of(self, records: int) -> float:
        """Live answers that so many records give, each dialed once more."""
        return records * self._calls.rate.level * self._prospects.expected(None)

    def _forecast(self, now: float, snapshot: PacingSnapshot, theta: float, held: Restraint | None) -> Forecast:
        free, chances = self._crew.free(now), self._calls.chances(now)
        supply = snapshot.idle - snapshot.waiting + len(free)
        shed: tuple[AttemptId, ...] = ()
        shed_chances: tuple[float, ...] = ()
        if self._settings.shed_late_rings and len(chances):
            old = self._calls.long_rung(now, self._settings.least_ring_s)
            load = Sum(np.concatenate([1.0 - free, np.delete(chances, old, axis=0)]))
            if held is not None and held.renews:
                rows = np.arange(len(old))
            else:
                load, rows = keep(load, supply, chances[old], self._calls.ringing.ages_s(now)[old], theta)
            shed = tuple(self._calls.ringing.key(int(slot)) for slot in old[rows])
            shed_chances = tuple(self._calls.posterior(now, old[rows]).tolist()) if shed else ()
        else:
            load = Sum(np.concatenate([1.0 - free, chances]))
        ringing = len(chances) - len(shed)
        # Calls that were never observed, as after a restart of the node: each may be answered like a new one.
        unknown = snapshot.ringing - len(self._calls.ringing)
        if unknown > 0:
            load.add(self._new_call(), unknown)
            ringing += unknown
        answers, become_free = float(chances[:, -1].sum()), float(free[:, -1].sum())
        return Forecast(load, supply, shed, shed_chances, ringing, answers, snapshot.idle + become_free)

    def _new_call(self) -> Floats:
        """Chance that a call of which nothing is known is answered by each instant, if it is placed now."""
        new: Floats = self.chance(None) * self._calls.law.by
        return new

    def chance(self, traits: Traits | None) -> float:
        """Chance of a live answer of a record with these traits (None: nothing is known of it), dialed now."""
        return float(self._calls.rates(np.array([self._prospects.expected(traits)]))[0])

    def _choose(
        self, upcoming: Sequence[Traits], chances: Floats, load: Sum, risk: Risk, theta: float, bounds: tuple[int, int]
    ) -> Picked:
        """How many to dial within `bounds`, and which. `chances` of `upcoming`: empty if they are all alike."""
        least, most = bounds
        if not len(chances):
            admission = admit(load, risk, self._new_call(), theta, least, most)
            return Picked(tuple(range(admission.dial)), admission.beta)
        sort = any(each.score is not None for each in upcoming)
        stock = Stock(chances=chances.tolist(), by=self._calls.law.by, sort=sort)
        picked = pick(load, risk, stock, theta, least, most)
        placed = len(picked.positions)
        if sort or placed < len(upcoming) or placed == most:
            return picked
        # Nothing is known of the records behind them but that they are of the same list.
        usual = float(chances.mean()) * self._calls.law.by
        further = admit(load, risk, usual, theta, least - placed, most - placed)
        return Picked(tuple(range(placed + further.dial)), further.beta)

    def _chances(self, upcoming: Sequence[Traits]) -> Floats:
        """Chance of a live answer of each of these records, if it is dialed now; empty if nothing is known by which
        they differ."""
        if not self._prospects.tells_apart(upcoming):
            return np.empty(0)
        return self._calls.rates(np.array([self._prospects.expected(each) for each in upcoming]))

    def _decision(
        self,
        snapshot: PacingSnapshot,
        allowance: Allowance,
        held: Restraint | None,
        forecast: Forecast,
        choice: Picked,
        outlook: Mapping[str, float],
    ) -> Decision:
        figures = {
            "idle": snapshot.idle,
            "waiting": snapshot.waiting,
            "ringing": forecast.ringing,
            "expected_answers": forecast.answers,
            "expected_free": forecast.free,
            "answer_rate": self._calls.rate.level * self._prospects.expected(None),
            **outlook,
            "beta": choice.beta,
            "theta": 0.0 if held else allowance.theta,
            "alpha": allowance.alpha,
            "answers": self._calls.answers,
            "abandoned": self._calls.abandoned,
            "budget_left": allowance.left,
            "bearable": allowance.bearable,
        }
        dial = len(choice.positions)
        why = None if held is None else held.reason
        explained = explain(dial, len(forecast.shed), figures, allowance, why)
        reason = with_origin(explained, figures, self._learnt_anew())
        # If more are dialed than there are records with known traits, the first ones are.
        picked = choice.positions if dial <= len(snapshot.upcoming) else ()
        return Decision(dial, reason, forecast.shed, figures, picked, forecast.shed_chances)

    def _outlook(self, upcoming: Sequence[Traits], chances: Floats) -> Mapping[str, float]:
        """What the next records are expected to give: the mean chance of an answer, and how many dials of former days
        stand behind it, in all and of the same hours, types and regions."""
        if not len(chances):
            return {}
        like = [self._prospects.dials_like(each) for each in upcoming]
        return {
            "forecast_rate": float(chances.mean()),
            "habit_dials": self._prospects.habit_dials if any(each.score is None for each in upcoming) else 0.0,
            "habit_dials_alike": sum(like) / len(like),
        }

    def _learnt_anew(self) -> str:
        """The list to which the campaign went over, while its answers weigh less than a memory of dials."""
        return self._new_list if self._calls.rate.dials < LEAST_MEMORY else ""
