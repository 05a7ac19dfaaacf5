"""Dialing at an even rate: as many answers as N agents could take if contacts who find nobody free were lost, with
the share of lost ones at the limit (Erlang's B formula). It looks at averages, never at who is free now.
"""

from __future__ import annotations

from dialer.pacing.baselines.answers import Answers
from dialer.pacing.baselines.team import Team
from dialer.pacing.pacer import AgentStage, Decision, Observation, Observed, PacingSnapshot
from dialer.vocabulary.reasons.decisions import EvenRate

#: The handling time assumed at first weighs as much as this many conversations, of this mean in seconds.
PRIOR_CONVERSATIONS, PRIOR_HANDLING_S = 3.0, 175.0
#: Factor on the rate while more contacts are abandoned than the limit allows.
CUT = 0.7


def erlang_b(agents: int, load: float) -> float:
    """The part of arrivals that is lost with so many agents and an offered load in Erlang."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def largest_load(agents: int, lost: float) -> float:
    """The load in Erlang at which that part is lost, by bisection to 1e-6."""
    low, high = 0.0, agents / (1 - lost) + 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if erlang_b(agents, middle) < lost else (low, middle)
    return low


class ErlangRate:
    """A Pacer. `limit` is the part of live answers that may be abandoned."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._team, self._answers = Team(), Answers()
        self._handled_s = PRIOR_CONVERSATIONS * PRIOR_HANDLING_S
        self._handled = PRIOR_CONVERSATIONS
        self._began: dict[str, float] = {}
        self._load = (0, 0.0)
        self._before = 0.0
        self._credit = 0.0

    def observe(self, observation: Observation) -> None:
        if observation.kind is Observed.AGENT_CHANGED:
            self._handle(observation)
            self._team.observe(observation)
        else:
            self._answers.observe(observation)

    def _handle(self, observation: Observation) -> None:
        if observation.stage is AgentStage.TALK:
            self._began[observation.agent] = observation.at
        elif observation.stage is not AgentStage.WRAP and observation.agent in self._began:
            self._handled_s += observation.at - self._began.pop(observation.agent)
            self._handled += 1

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        self._answers.ripen(now)
        rate = self._answers.rate
        agents = self._team.present
        if self._load[0] != agents:
            self._load = (agents, largest_load(agents, self._limit))
        # A conversation that still runs counts with its length so far.
        handling_s = (self._handled_s + sum(now - each for each in self._began.values())) / self._handled
        per_s = self._load[1] / (rate * handling_s)
        if self._answers.over(self._limit):
            per_s *= CUT
        self._credit += per_s * (now - self._before)
        self._before = now
        floor = max(0, snapshot.idle - snapshot.waiting - snapshot.ringing)
        dial = max(floor, int(self._credit))
        self._credit %= 1.0
        reason = EvenRate(per_s, self._load[1], agents)
        return Decision(dial, reason, figures={"dials_per_s": per_s, "answer_rate": rate})
