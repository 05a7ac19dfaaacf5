"""The interface of all pacing rules. Pure: no clock, no random number, no I/O; time comes in with each call."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from dialer.vocabulary.ids import AttemptId


class Observed(StrEnum):
    """What a pacer is told of."""

    DIALLED = "dialled"
    RUNG = "rung"
    ANSWERED = "answered"
    ENDED = "ended"
    AGENT_CHANGED = "agent_changed"


class Observation(Struct, frozen=True):
    """One thing that happened, at monotonic time `at` (seconds). `attempt` names the call, `agent` the agent,
    `detail` the call result or the agent's new state."""

    kind: Observed
    at: float
    attempt: AttemptId | None = None
    agent: str = ""
    detail: str = ""


class PacingSnapshot(Struct, frozen=True):
    """What is so at the time of a decision. `idle`: agents who could take a call now; `reserved`: agents for whom
    a call is on its way (1:1); `ringing`: calls on their way; `waiting`: answered contacts without an agent."""

    idle: int
    reserved: int
    busy: int
    ringing: int
    waiting: int
    in_hand: int


class Decision(Struct, frozen=True):
    """How many to dial now, which ringing legs to give up, why, and the figures behind it."""

    dial: int
    reason: str
    shed: tuple[AttemptId, ...] = ()
    figures: Mapping[str, float] = {}


class Pacer(Protocol):
    """A pacing rule of one campaign."""

    def observe(self, observation: Observation) -> None: ...

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision: ...
