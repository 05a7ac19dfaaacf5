"""The interface of all pacing rules. Pure: no clock, no random number, no I/O; time comes in with each call."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from dialer.vocabulary.habits import HabitCount
from dialer.vocabulary.ids import AttemptId
from dialer.vocabulary.reasons.decisions import Decided


class Observed(StrEnum):
    """What a pacer is told of."""

    DIALED = "dialed"
    RUNG = "rung"
    ANSWERED = "answered"
    ENDED = "ended"
    AGENT_CHANGED = "agent_changed"
    #: When and where contacts have answered on former days: at the start, and when a new day begins.
    HISTORY = "history"


class Outcome(StrEnum):
    """How a call ended, as the law and the forecast see it. The first that is told of an attempt counts."""

    #: Busy, not answered, refused by the contact's side: a dial that nobody answered.
    UNANSWERED = "unanswered"
    #: Given up by us while it rang: whether it would have been answered stays unknown.
    SHED = "shed"
    #: Never reached the contact (trunk failure, nothing heard): says nothing about answers.
    FAILED = "failed"
    #: A live answer that an agent took in time. Told when the conversation ends, or before.
    HANDLED = "handled"
    #: A live answer without an agent within the threshold, whoever hangs up. Told when the threshold is over.
    ABANDONED = "abandoned"
    #: Found to be a machine after the answer: it leaves the live answers.
    MACHINE = "machine"


class AgentStage(StrEnum):
    """What an agent does, as the forecast sees it."""

    IDLE = "idle"
    #: A call is on its way to this agent alone (1:1).
    RESERVED = "reserved"
    TALK = "talk"
    WRAP = "wrap"
    #: Not ready, for whatever reason.
    BREAK = "break"
    OUT = "out"


class Traits(Struct, frozen=True):
    """What is known of a record before it is dialed. `score`: chance of a live answer (0 to 1) that the list itself
    names, None if it names none; it is calibrated by our own results. `hour`: local hour of the contact (0 to 23),
    -1 if unknown. `number_type` (mobile, fixed, ...) and `region` (a country, an area): "" if unknown. `list`: the
    calling list that the record is of, "" if unknown."""

    score: float | None = None
    hour: int = -1
    number_type: str = ""
    region: str = ""
    list: str = ""


class Observation(Struct, frozen=True):
    """One thing that happened, at monotonic time `at` (seconds).

    `attempt` names the call, `agent` the agent, `detail` the call result or the agent's state in the words of the
    history. `traits` comes with DIALED, `outcome` with ENDED. With AGENT_CHANGED come `stage`, `leaving` (a break, a
    log-off or a pause after this call was asked for: this agent will not be free again) and, when a call is
    connected, its `attempt`. `at` is the begin of the stage: for a change of `leaving` alone the stage is
    unchanged and its begin stays. With HISTORY come `history` and the `lists` that it was dialed from.
    """

    kind: Observed
    at: float
    attempt: AttemptId | None = None
    agent: str = ""
    detail: str = ""
    traits: Traits | None = None
    outcome: Outcome | None = None
    stage: AgentStage | None = None
    leaving: bool = False
    history: tuple[HabitCount, ...] = ()
    lists: tuple[str, ...] = ()


class Window(Struct, frozen=True):
    """One period over which abandonment is counted: a day, 30 days, a campaign.

    `limit`: most abandoned, as a share of the live answers (0.03). `answers`, `abandoned`: counted so far in the
    period by everybody, this pacer's own included. `elapsed_s`, `length_s`: calling time of the period that is over,
    and its whole, in seconds. `day`: which day it is, as the ordinal of its date, 0 where there is only one; None for a
    period of several.
    """

    name: str
    limit: float
    answers: int
    abandoned: int
    elapsed_s: float
    length_s: float
    day: int | None = 0


class PacingSnapshot(Struct, frozen=True):
    """What is so at the time of a decision.

    `idle`: agents who could take a call now; `reserved`: agents for whom a call is on its way (1:1); `busy`: agents
    in conversation or after-call work who stay; `ringing`: calls on their way that are not reserved for one agent;
    `waiting`: answered contacts without an agent; `in_hand`: records that can be dialed at once. `upcoming`: traits
    of the records in hand, in the order of the list; empty if nothing is known of them. `records_left`: records of
    the list that are still to dial today, those in hand included; None if unknown. `retries_later`: those that come
    back on another day. `seconds_left`: until agents or window end for today; None if unknown. `may_dial`: most calls
    that trunks and rates take now; None for no limit. `windows`: all periods whose limit binds; empty: the pacer counts
    by itself. `lag_s`: age of the oldest event that is not yet observed.
    """

    idle: int
    reserved: int
    busy: int
    ringing: int
    waiting: int
    in_hand: int
    upcoming: tuple[Traits, ...] = ()
    records_left: int | None = None
    retries_later: int = 0
    seconds_left: float | None = None
    may_dial: int | None = None
    windows: tuple[Window, ...] = ()
    lag_s: float = 0.0


class Decision(Struct, frozen=True):
    """How many to dial now, which ringing legs to give up, why, and the figures behind it.

    `pick`: which of `PacingSnapshot.upcoming` to dial, as positions in it, `dial` of them; empty: the first ones.
    `shed_chances`: for each of `shed`, the chance that it would have been answered; empty if the rule knows none.
    """

    dial: int
    reason: Decided
    shed: tuple[AttemptId, ...] = ()
    figures: Mapping[str, float] = {}
    pick: tuple[int, ...] = ()
    shed_chances: tuple[float, ...] = ()


class Pacer(Protocol):
    """A pacing rule of one campaign."""

    def observe(self, observation: Observation) -> None:
        """Take note of one event; events come in the order of their time. O(1)."""

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        """What to do at monotonic time `now` (seconds)."""
