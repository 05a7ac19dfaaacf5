"""Observations for a pacer in tests: calls, agents and snapshots in few words."""

from __future__ import annotations

from config.model import Predictive
from dialer.pacing import AgentStage, Observation, Observed, Outcome, Pacer, PacingSnapshot, Traits
from dialer.pacing.predictive import PredictivePacer
from dialer.vocabulary.ids import AttemptId

RING_S = 25.0


def pacer(*, shed: bool = False, limit_percent: float = 3.0, min_agents: int = 2) -> PredictivePacer:
    settings = Predictive(abandonment_limit_percent=limit_percent, shed_late_rings=shed, min_agents=min_agents)
    return PredictivePacer(settings, RING_S)


def dialed(to: Pacer, at: float, *names: str, traits: Traits | None = None) -> None:
    for name in names:
        to.observe(Observation(Observed.DIALED, at, AttemptId(name), traits=traits))


def rung(to: Pacer, at: float, *names: str) -> None:
    for name in names:
        to.observe(Observation(Observed.RUNG, at, AttemptId(name)))


def answered(to: Pacer, at: float, name: str) -> None:
    to.observe(Observation(Observed.ANSWERED, at, AttemptId(name)))


def ended(to: Pacer, at: float, name: str, outcome: Outcome) -> None:
    to.observe(Observation(Observed.ENDED, at, AttemptId(name), outcome=outcome))


def agent(to: Pacer, at: float, name: str, stage: AgentStage, *, leaving: bool = False) -> None:
    to.observe(Observation(Observed.AGENT_CHANGED, at, agent=name, stage=stage, leaving=leaving))


def snapshot(
    idle: int,
    busy: int = 0,
    *,
    ringing: int = 0,
    waiting: int = 0,
    in_hand: int = 1000,
    upcoming: tuple[Traits, ...] = (),
    records_left: int | None = None,
    seconds_left: float | None = None,
    may_dial: int | None = None,
    lag_s: float = 0.0,
) -> PacingSnapshot:
    return PacingSnapshot(
        idle=idle,
        reserved=0,
        busy=busy,
        ringing=ringing,
        waiting=waiting,
        in_hand=in_hand,
        upcoming=upcoming,
        records_left=records_left,
        seconds_left=seconds_left,
        may_dial=may_dial,
        lag_s=lag_s,
    )


def warmed_up(to: Pacer, agents: int = 10, answers: int = 200) -> float:
    """Half an hour in which one dial in four was answered by an agent, a tenth of a second apart; the time after."""
    for number in range(agents):
        agent(to, 0.0, f"agent-{number}", AgentStage.IDLE)
    at = 0.0
    for number in range(answers * 4):
        name = f"warm-{number}"
        dialed(to, at, name)
        if number % 4 == 0:
            answered(to, at + 10.0, name)
            ended(to, at + 100.0, name, Outcome.HANDLED)
        else:
            ended(to, at + RING_S, name, Outcome.UNANSWERED)
        at += 2.0
        to.decide(at, snapshot(0, agents))
    to.decide(at + 60.0, snapshot(0, agents))
    return at + 60.0
