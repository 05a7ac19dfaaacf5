"""The renewal rule: dial so that the expected answers meet the agents who are expected to be free when they come.

It balances two means, idle agents and those expected to be free soon against answers in flight, and tunes one factor
on the first by what is abandoned. The spread around the two means is left out of account.
"""

from __future__ import annotations

import numpy as np

from dialer.pacing.ages import Ages
from dialer.pacing.baselines.answers import RIPE_S, Answers
from dialer.pacing.baselines.team import Team
from dialer.pacing.free_law import TALK_BIN_S, WRAP_BIN_S, FreeLaw
from dialer.pacing.grid import Floats, Grid
from dialer.pacing.pacer import AgentStage, Decision, Observation, Observed, PacingSnapshot
from dialer.pacing.ring_law import RingLaw
from dialer.vocabulary.ids import AttemptId
from dialer.vocabulary.reasons.decisions import MeansBalanced

#: Agents who are expected to be free within this time count: the length of a usual ring, seconds.
AHEAD_S = 12.0
#: How often the laws are worked out, seconds.
LEARN_EVERY_S = 30.0
#: Part of the limit that is aimed at.
AIM = 0.97
#: An abandoned answer takes this off the factor, divided by the agents; each answer adds the limit's part of it.
STEP, LEAST_TEAM = 1.2, 25
FIRST_FACTOR, LEAST_FACTOR, MOST_FACTOR = 0.6, 0.0, 2.0
#: Part of the tuned factor that is used while more contacts are abandoned than the limit allows.
CUT = 0.9


class Renewal:
    """A Pacer. `limit` is the part of live answers that may be abandoned."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._team, self._answers = Team(), Answers()
        self._counted = (0, 0)
        self._grid = Grid(RIPE_S - 0.5, 0.0, np.array([AHEAD_S]))
        self._free, self._rings = FreeLaw(self._grid), RingLaw(self._grid)
        self._ringing: Ages[AttemptId] = Ages()
        self._talking: Ages[str] = Ages()
        self._wrapping: Ages[str] = Ages()
        self._learnt_at = -LEARN_EVERY_S
        self._tables = self._free.tables(self._talking.ages_s(0.0), self._wrapping.ages_s(0.0))
        self._survival = self._rings.survival()
        self.factor = FIRST_FACTOR

    def observe(self, observation: Observation) -> None:
        if observation.kind is Observed.AGENT_CHANGED:
            self._follow(observation)
            self._team.observe(observation)
            return
        self._answers.observe(observation)
        if observation.attempt is None:
            return
        if observation.kind is Observed.DIALED:
            self._ringing.add(observation.attempt, observation.at)
        elif observation.kind is not Observed.RUNG:
            self._ringing.remove(observation.attempt)

    def _follow(self, observation: Observation) -> None:
        agent, at = observation.agent, observation.at
        for ages, hazard in ((self._talking, self._free.talk), (self._wrapping, self._free.wrap)):
            since = ages.remove(agent)
            if since is not None:
                hazard.ended(at - since)
        if observation.stage is AgentStage.TALK:
            self._talking.add(agent, at)
        elif observation.stage is AgentStage.WRAP:
            self._wrapping.add(agent, at)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        self._learn(now)
        self._tune()
        soon, coming, rate = self._soon(now), self._coming(now), self._answers.rate
        factor = self.factor * CUT if self._answers.over(self._limit) else self.factor
        wanted = (factor * (snapshot.idle + soon) - coming - snapshot.waiting) / rate
        floor = snapshot.idle - snapshot.waiting - snapshot.ringing
        dial = max(0, floor, int(wanted + 0.5))
        reason = MeansBalanced(snapshot.idle, soon, factor, coming)
        return Decision(dial, reason, figures={"soon": soon, "coming": coming, "factor": factor, "answer_rate": rate})

    def _learn(self, now: float) -> None:
        for dial in self._answers.ripen(now):
            self._rings.learn(dial)
        if now >= self._learnt_at + LEARN_EVERY_S:
            self._learnt_at = now
            self._free.talk.forget()
            self._free.wrap.forget()
            self._tables = self._free.tables(self._talking.ages_s(now), self._wrapping.ages_s(now))
            self._survival = self._rings.survival()

    def _tune(self) -> None:
        answers, lost = self._answers.answers, self._answers.lost
        step = STEP / max(LEAST_TEAM, self._team.present)
        change = step * (AIM * self._limit * (answers - self._counted[0]) - (lost - self._counted[1]))
        self._counted = (answers, lost)
        self.factor = min(MOST_FACTOR, max(LEAST_FACTOR, self.factor + change))

    def _soon(self, now: float) -> float:
        """Agents expected to be free within AHEAD_S."""
        talk, wrap = self._tables
        return _summed(talk, self._talking.ages_s(now) / TALK_BIN_S) + _summed(
            wrap, self._wrapping.ages_s(now) / WRAP_BIN_S
        )

    def _coming(self, now: float) -> float:
        """Answers expected of the calls that ring."""
        bins = self._grid.age_bins(self._ringing.ages_s(now))
        answered, missed = self._survival[0][bins], self._survival[1][bins]
        rate = self._answers.rate
        return float(np.sum(rate * answered / np.maximum(rate * answered + (1 - rate) * missed, 1e-9)))


def _summed(table: Floats, places: Floats) -> float:
    """The table's rows at those places (cut to whole numbers and to its end), added up."""
    rows = np.minimum(places.astype(np.intp), len(table) - 1)
    return float(table[rows, 0].sum())
