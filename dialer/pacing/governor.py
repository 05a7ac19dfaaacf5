"""The pacing of one campaign: the rule of its mode, progressive when that is safer, and what was decided and why."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct, structs

from dialer.pacing.pacer import Decision, Observation, Pacer, PacingSnapshot
from dialer.pacing.progressive import Progressive
from dialer.pacing.sound import UnsoundDecision, sound
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.vocabulary.reasons.rule_failures import RuleRaised

#: Decisions that can be looked up: five minutes at two a second.
DECISIONS_KEPT = 600
#: Age of an event at its arrival, in seconds, above which calls are placed 1:1: a forecast by old events is wrong.
LAG_LIMIT_S = 1.0


class Basis(StrEnum):
    """By what a decision was made."""

    #: The campaign's mode forecasts, and so did the rule.
    FORECAST = "forecast"
    #: The campaign's mode is one call for one agent.
    MODE = "mode"
    #: Progressive for the time being, because:
    FEW_AGENTS = "few_agents"
    LAG = "lag"
    FAILURE = "failure"


class PastDecision(Struct, frozen=True):
    """A decision with its inputs. `at_utc` in epoch seconds; `shed` is a number of calls."""

    at_utc: float
    basis: Basis
    dial: int
    shed: int
    reason: Sentence
    figures: dict[str, float]
    idle: int
    busy: int
    ringing: int
    waiting: int
    in_hand: int
    records_left: int | None
    seconds_left: float | None
    may_dial: int | None


class Governor:
    """Asks `ahead`, the rule that dials before an agent is free, where that is allowed; else 1:1.

    `ahead` is told of everything, whatever the mode, so that it has learnt when the mode changes. When it fails it is
    asked no more, and `failure` says why, for the supervisor.
    """

    def __init__(self, ahead: Pacer, least_agents: int = 1, one_to_one: Pacer | None = None) -> None:
        self._ahead = ahead
        self._one_to_one = one_to_one or Progressive()
        self._least_agents = least_agents
        self.failure: Reason | None = None
        #: Failures that nobody was told of yet.
        self.untold = False
        #: Decisions made so far.
        self.made = 0
        self.decisions: deque[PastDecision] = deque(maxlen=DECISIONS_KEPT)

    @property
    def last(self) -> PastDecision | None:
        """The newest decision."""
        return self.decisions[-1] if self.decisions else None

    def observe(self, observation: Observation) -> None:
        """Tell the rules of one event."""
        self._one_to_one.observe(observation)
        if self._ahead is not self._one_to_one:
            self._guarded(lambda: self._ahead.observe(observation))

    def decide(self, now: float, utc: float, snapshot: PacingSnapshot, *, forecasts: bool) -> Decision:
        """What to do at monotonic time `now`. `forecasts`: the campaign's mode dials ahead of free agents."""
        basis = self._basis(snapshot, forecasts=forecasts)
        decision = self._guarded(lambda: self._ask(now, snapshot)) if basis is Basis.FORECAST else None
        if decision is None:
            basis = Basis.FAILURE if basis is Basis.FORECAST else basis
            decision = self._one_to_one.decide(now, one_to_one(snapshot))
        self._keep(utc, basis, decision, snapshot)
        return decision

    def _basis(self, snapshot: PacingSnapshot, *, forecasts: bool) -> Basis:
        if not forecasts:
            return Basis.MODE
        if self.failure is not None:
            return Basis.FAILURE
        if snapshot.lag_s > LAG_LIMIT_S:
            return Basis.LAG
        if snapshot.idle + snapshot.busy + snapshot.reserved < self._least_agents:
            return Basis.FEW_AGENTS
        return Basis.FORECAST

    def _ask(self, now: float, snapshot: PacingSnapshot) -> Decision:
        return sound(self._ahead.decide(now, snapshot), snapshot)

    def _guarded(self, work: Callable[[], Decision | None]) -> Decision | None:
        if self.failure is not None:
            return None
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the border to a rule: whatever it does, the campaign goes on 1:1
            self.failure = _failure_of(error)
            self.untold = True
            return None

    def _keep(self, utc: float, basis: Basis, decision: Decision, snapshot: PacingSnapshot) -> None:
        self.made += 1
        self.decisions.append(
            PastDecision(
                at_utc=utc,
                basis=basis,
                dial=decision.dial,
                shed=len(decision.shed),
                reason=Sentence(decision.reason),
                figures=dict(decision.figures),
                idle=snapshot.idle,
                busy=snapshot.busy,
                ringing=snapshot.ringing,
                waiting=snapshot.waiting,
                in_hand=snapshot.in_hand,
                records_left=snapshot.records_left,
                seconds_left=snapshot.seconds_left,
                may_dial=snapshot.may_dial,
            )
        )


def _failure_of(error: Exception) -> Reason:
    return error.reason if isinstance(error, UnsoundDecision) else RuleRaised(type(error).__name__, str(error))


def one_to_one(snapshot: PacingSnapshot) -> PacingSnapshot:
    """The snapshot with an idle agent reserved for each call that rings for nobody in particular: after a change from
    predictive to progressive the older calls have an agent each before new ones are placed."""
    taken = min(snapshot.idle, snapshot.ringing)
    return structs.replace(snapshot, idle=snapshot.idle - taken, reserved=snapshot.reserved + taken, ringing=0)
