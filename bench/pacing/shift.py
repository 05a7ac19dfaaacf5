"""One shift on a virtual clock: contacts, agents and the calls between them, and a pacer that decides on a fixed tick.

Events wait in one list for each tick and are sorted when it comes, which is faster than a heap as nearly all events lie
ticks ahead. The pacer observes the events of a tick in their order, just before it decides.
"""

from __future__ import annotations

import math
import time
from bisect import insort
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench.pacing.cell import Cell
from bench.pacing.laws import RING_OUT_S, Laws
from bench.pacing.outcome import Outcome
from bench.pacing.profile import HOUR_S, factors
from bench.pacing.scored_list import ScoredList
from dialer.pacing.pacer import AgentStage, Observation, Observed, Pacer, PacingSnapshot, Traits
from dialer.pacing.pacer import Outcome as Ended
from dialer.vocabulary.ids import AttemptId
from dialer.vocabulary.results import CallResult

#: The wait from the answer after which a contact is abandoned.
PATIENCE_S = 2.0
#: The length of an endless list.
ENDLESS = 1_000_000
TO_US = 1e6


class Kind(IntEnum):
    """Kinds of events, in their order at the same time: a free agent comes before an impatient contact."""

    FREE = 0
    BACK = 1
    TALKED = 2
    ANSWER = 3
    FAIL = 4
    RING_OUT = 5
    GIVE_UP = 6
    PAUSE = 7


#: An event: time (seconds of the shift), kind, and number of call or agent.
Event = tuple[float, Kind, int]


class Shift:
    """Runs once. `one_to_one` reserves an idle agent for each ringing call, as the core does in progressive mode."""

    def __init__(self, cell: Cell, seed: int, *, one_to_one: bool = False) -> None:
        self.cell, self.seed, self._one_to_one = cell, seed, one_to_one
        laws = Laws(cell, seed)
        self._calls, self._conversations = laws.calls(), laws.conversations()
        self._list = ScoredList(cell, laws.records()) if cell.spread else None
        self._pauses = laws.pauses(cell.breaks) if cell.breaks else None
        self._records = cell.records * cell.agents if cell.records else None
        self._ticks = round(cell.hours * HOUR_S / cell.epoch_s)
        self._end_s = cell.hours * HOUR_S
        self._due: list[list[Event]] = [[] for _ in range(self._ticks + 1)]
        self._now: list[Event] = []
        self._tick, self._position = 0, 0
        self._heard: list[Observation] = []
        # Calls by their number, agents by theirs. `_idle` is longest idle first, `_waiting` longest waiting first.
        self._ringing: dict[int, AttemptId] = {}
        self._answers_at: dict[int, float] = {}
        self._free_at: dict[str, float] = {}
        self._waiting: dict[int, tuple[AttemptId, float]] = {}
        self._talking: dict[int, tuple[AttemptId, float]] = {}
        self._idle: deque[int] = deque()
        self._pause_s: dict[int, float] = {}
        self._wants_pause: set[int] = set()
        self._names = [f"agent-{number}" for number in range(cell.agents)]
        self._handlers: dict[Kind, Callable[[float, int], None]] = {
            Kind.FREE: self._on_free,
            Kind.BACK: self._on_back,
            Kind.TALKED: self._on_talked,
            Kind.ANSWER: self._on_answer,
            Kind.FAIL: partial(self._on_miss, CallResult.BUSY),
            Kind.RING_OUT: partial(self._on_miss, CallResult.NO_ANSWER),
            Kind.GIVE_UP: self._on_give_up,
            Kind.PAUSE: self._on_pause,
        }
        self._busy = self._dials = self._shed = self._joined = 0
        self._busy_s = self._away_s = 0.0
        hours = math.ceil(cell.hours) + 1
        self._answers, self._abandoned = [0] * hours, [0] * hours

    # -- time

    def run(self, pacer: Pacer) -> Outcome:
        at_s = np.arange(self._ticks, dtype=np.float64) * self.cell.epoch_s
        rates = (self.cell.answer_rate * factors(self.cell.profile, at_s, self.cell.stretch)).tolist()
        spent = []
        for agent in range(self.cell.agents):
            self._free(0.0, agent)
            self._plan_pause(0.0, agent, first=True)
        for tick in range(self._ticks):
            self._advance(tick)
            if self._records == 0 and not self._ringing and not self._waiting:
                self._close(tick * self.cell.epoch_s)
                break
            spent.append(self._decide(pacer, tick * self.cell.epoch_s, rates[tick]))
        else:
            self._advance(self._ticks)
        return self._outcome(np.array(spent) * TO_US)

    def _advance(self, tick: int) -> None:
        """Handle all events up to this tick."""
        now = self._now = self._due[tick]
        now.sort()
        self._tick, self._position = tick, 0
        handlers = self._handlers
        while self._position < len(now):
            at, kind, number = now[self._position]
            self._position += 1
            handlers[kind](at, number)
        self._due[tick] = []

    def _plan(self, at: float, kind: Kind, number: int) -> None:
        """Plan an event, unless it lies beyond the end of the shift."""
        tick = math.ceil(at / self.cell.epoch_s)
        if tick <= self._tick:
            insort(self._now, (at, kind, number), lo=self._position)
        elif tick <= self._ticks:
            self._due[tick].append((at, kind, number))

    # -- knowledge of the oracles (dialer.pacing.baselines.oracle)

    def answers_at(self, attempt: AttemptId) -> float | None:
        return self._answers_at.get(int(attempt))

    def free_at(self, agent: str) -> float | None:
        return self._free_at.get(agent)

    # -- contacts

    def _decide(self, pacer: Pacer, now: float, rate: float) -> float:
        """Make one decision and carry it out; returns the seconds that the pacer took."""
        heard, self._heard = self._heard, []
        snapshot = self._snapshot(now)
        began = time.perf_counter()
        for each in heard:
            pacer.observe(each)
        decision = pacer.decide(now, snapshot)
        took = time.perf_counter() - began
        for attempt in decision.shed:
            self._give_up_ringing(now, attempt)
        if self._list is None:
            dial = decision.dial if self._records is None else min(decision.dial, self._records)
            if self._records is not None:
                self._records -= dial
            for _ in range(dial):
                self._dial(now, rate)
        else:
            for factor, traits in self._list.take(decision):
                self._dial(now, rate * factor, traits)
        return took

    def _snapshot(self, now: float) -> PacingSnapshot:
        idle, ringing = len(self._idle), len(self._ringing)
        reserved = min(idle, ringing) if self._one_to_one else 0
        return PacingSnapshot(
            idle=idle - reserved,
            reserved=reserved,
            busy=self._busy,
            ringing=ringing - reserved,
            waiting=len(self._waiting),
            in_hand=ENDLESS if self._records is None else self._records,
            records_left=self._records,
            upcoming=self._list.upcoming() if self._list else (),
            seconds_left=self._end_s - now,
        )

    def _dial(self, now: float, rate: float, traits: Traits | None = None) -> None:
        luck, ring_s, miss_s = next(self._calls)
        self._dials += 1
        number = self._dials
        attempt = self._ringing[number] = AttemptId(str(number))
        self._heard.append(Observation(Observed.DIALED, now, attempt, traits=traits))
        if luck < rate:
            self._answers_at[number] = now + ring_s
            self._plan(now + ring_s, Kind.ANSWER, number)
        else:
            self._plan(now + miss_s, Kind.RING_OUT if miss_s >= RING_OUT_S else Kind.FAIL, number)

    def _give_up_ringing(self, now: float, attempt: AttemptId) -> None:
        """Give up ringing calls, but none that has been answered meanwhile."""
        if self._ringing.pop(int(attempt), None) is not None:
            self._shed += 1
            self._heard.append(_ended(now, attempt, CallResult.CANCELLED, Ended.SHED))

    def _on_miss(self, result: CallResult, at: float, number: int) -> None:
        attempt = self._ringing.pop(number, None)
        if attempt is not None:
            self._heard.append(_ended(at, attempt, result, Ended.UNANSWERED))

    def _on_answer(self, at: float, number: int) -> None:
        attempt = self._ringing.pop(number, None)
        del self._answers_at[number]
        if attempt is None:
            return
        self._answers[int(at // HOUR_S)] += 1
        self._heard.append(Observation(Observed.ANSWERED, at, attempt))
        if self._idle:
            self._join(at, self._idle.popleft(), attempt)
        else:
            self._waiting[number] = (attempt, at)
            self._plan(at + PATIENCE_S, Kind.GIVE_UP, number)

    def _on_give_up(self, at: float, number: int) -> None:
        waited = self._waiting.pop(number, None)
        if waited is not None:
            attempt, answered_at = waited
            self._abandoned[int(answered_at // HOUR_S)] += 1
            self._heard.append(_ended(at, attempt, CallResult.ABANDONED, Ended.ABANDONED))

    # -- agents

    def _join(self, at: float, agent: int, attempt: AttemptId) -> None:
        talk_s, wrap_s = next(self._conversations)
        self._joined += 1
        self._busy += 1
        self._free_at[self._names[agent]] = at + talk_s + wrap_s
        self._talking[agent] = (attempt, wrap_s)
        self._busy_s += min(at + talk_s + wrap_s, self._end_s) - at
        self._tell(at, agent, AgentStage.TALK, attempt)
        self._plan(at + talk_s, Kind.TALKED, agent)

    def _on_talked(self, at: float, agent: int) -> None:
        attempt, wrap_s = self._talking.pop(agent)
        self._heard.append(_ended(at, attempt, CallResult.ANSWER, Ended.HANDLED))
        self._tell(at, agent, AgentStage.WRAP)
        self._plan(at + wrap_s, Kind.FREE, agent)

    def _on_free(self, at: float, agent: int) -> None:
        self._busy -= 1
        if agent in self._wants_pause:
            self._wants_pause.remove(agent)
            self._leave(at, agent)
        else:
            self._free(at, agent)

    def _free(self, at: float, agent: int) -> None:
        self._tell(at, agent, AgentStage.IDLE)
        if self._waiting:
            attempt, _ = self._waiting.pop(next(iter(self._waiting)))
            self._join(at, agent, attempt)
        else:
            self._idle.append(agent)

    def _on_pause(self, at: float, agent: int) -> None:
        """An idle agent leaves at once, a busy one after the conversation and its work."""
        if agent in self._idle:
            self._idle.remove(agent)
            self._leave(at, agent)
        else:
            self._wants_pause.add(agent)

    def _leave(self, at: float, agent: int) -> None:
        length_s = self._pause_s[agent]
        self._away_s += min(at + length_s, self._end_s) - at
        self._tell(at, agent, AgentStage.BREAK)
        self._plan(at + length_s, Kind.BACK, agent)

    def _on_back(self, at: float, agent: int) -> None:
        self._plan_pause(at, agent)
        self._free(at, agent)

    def _plan_pause(self, at: float, agent: int, *, first: bool = False) -> None:
        if self._pauses is None:
            return
        work_s, length_s, phase = next(self._pauses)
        self._pause_s[agent] = length_s
        self._plan(at + (work_s * phase if first else work_s), Kind.PAUSE, agent)

    def _tell(self, at: float, agent: int, stage: AgentStage, attempt: AttemptId | None = None) -> None:
        told = Observation(Observed.AGENT_CHANGED, at, attempt, agent=self._names[agent], detail=stage, stage=stage)
        self._heard.append(told)

    # -- the end

    def _close(self, now: float) -> None:
        """The list has ended: the remaining work of agents lies after the shift."""
        self._busy_s -= sum(max(0.0, min(at, self._end_s) - now) for at in self._free_at.values())
        self._end_s = now

    def _outcome(self, decision_us: NDArray[np.float64]) -> Outcome:
        return Outcome(
            seed=self.seed,
            dials=self._dials,
            shed=self._shed,
            answers=sum(self._answers),
            abandoned=sum(self._abandoned),
            conversations=self._joined,
            busy_s=self._busy_s,
            staffed_s=self.cell.agents * self._end_s - self._away_s,
            by_hour=tuple(zip(self._answers, self._abandoned, strict=True)),
            decision_us=float(decision_us.mean()),
            decision_p99_us=float(np.percentile(decision_us, 99)),
        )


def _ended(at: float, attempt: AttemptId, result: CallResult, outcome: Ended) -> Observation:
    return Observation(Observed.ENDED, at, attempt, detail=result, outcome=outcome)
