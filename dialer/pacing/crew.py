"""The agents as the forecast sees them: who is in which stage since when, and who will come back to the calls."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from dialer.pacing.ages import Ages
from dialer.pacing.free_law import TALK_BIN_S, TALK_BINS, WRAP_BIN_S, WRAP_BINS, FreeLaw
from dialer.pacing.grid import Floats, Grid
from dialer.pacing.pacer import AgentStage

#: Stages that end by themselves, and the figure that tells them apart.
STAGES = {AgentStage.TALK: 0.0, AgentStage.WRAP: 1.0}
#: Bins per second that after-call work has more than conversations; the last bin of both, and a trifle over it.
_FASTER = 1.0 / WRAP_BIN_S - 1.0 / TALK_BIN_S
_LAST = min(TALK_BINS, WRAP_BINS) - 0.5


class _Post(Struct, frozen=True):
    stage: AgentStage
    since: float


class Crew:
    """Busy agents and the law by which they become free. Agents who asked for a break or to log off are no supply."""

    def __init__(self, grid: Grid) -> None:
        self._law = FreeLaw(grid)
        self._posts: dict[str, _Post] = {}
        #: Who will be free again; the figure is the stage, by STAGES.
        self.busy: Ages[str] = Ages()
        self._chances = np.concatenate(self._law.tables(np.zeros(0), np.zeros(0)))

    def changed(self, agent: str, at: float, stage: AgentStage, *, leaving: bool) -> None:
        """`agent` entered `stage` at `at` (s), or, in the same stage, changed whether they leave after it."""
        before = self._posts.get(agent)
        if before is not None and before.stage is stage:
            at = before.since
        else:
            if before is not None:
                self._learn(before, at, stage)
            if stage is AgentStage.OUT:
                self._posts.pop(agent, None)
            else:
                self._posts[agent] = _Post(stage, at)
            self.busy.remove(agent)
        if stage not in STAGES:
            return
        if leaving:
            self.busy.remove(agent)
        else:
            self.busy.add(agent, at, STAGES[stage])

    def _learn(self, before: _Post, at: float, stage: AgentStage) -> None:
        """A stage is over."""
        length_s = at - before.since
        if before.stage is AgentStage.TALK and stage is AgentStage.OUT:
            self._law.talk.censored(length_s)  # goes on, for another campaign
        elif before.stage is AgentStage.TALK:
            self._law.talk.ended(length_s)
            if stage is AgentStage.IDLE:
                self._law.wrap.ended(0.0)
        elif before.stage is AgentStage.WRAP:
            if stage in (AgentStage.BREAK, AgentStage.OUT):
                self._law.wrap.censored(length_s)
            else:
                self._law.wrap.ended(length_s)

    def renew(self, now: float) -> None:
        """30 s have passed: forget a little, and make the tables anew."""
        under_way = {AgentStage.TALK: [0.0][:0], AgentStage.WRAP: [0.0][:0]}
        for post in self._posts.values():
            if post.stage in under_way:
                under_way[post.stage].append(now - post.since)
        self._law.talk.forget()
        self._law.wrap.forget()
        self._chances = np.concatenate(
            self._law.tables(np.array(under_way[AgentStage.TALK]), np.array(under_way[AgentStage.WRAP]))
        )

    def free(self, now: float) -> Floats:
        """Chance that each busy agent is free by each instant plus the patience: agents x instants."""
        stage = self.busy.figures()
        bins = np.minimum(self.busy.ages_s(now) * (1.0 / TALK_BIN_S + _FASTER * stage), _LAST)
        chances: Floats = self._chances[(bins + TALK_BINS * stage).astype(np.intp)]
        return chances
