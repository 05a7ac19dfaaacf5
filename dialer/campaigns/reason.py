"""The reason why a campaign dials nothing, with counts. It is not a state."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from dialer.vocabulary.events import Waiting
from dialer.vocabulary.reasons.reason import Reason


class NoCallsCode(StrEnum):
    """Stable codes of the reasons."""

    NOT_RUNNING = "not_running"
    STORE = "store_unavailable"
    ENGINE = "engine_unavailable"
    STARTING = "starting"
    TRUNK_DOWN = "trunk_down"
    TRUNK_LIMIT = "trunk_limit"
    OUT_OF_WINDOW = "out_of_window"
    NO_AGENTS = "no_agents"
    NOT_JOINED = "agents_not_joined"
    NOT_ENGAGED = "agents_not_engaged"
    ON_HOLD = "agents_on_hold"
    ELSEWHERE = "agents_elsewhere"
    ALL_OCCUPIED = "all_agents_occupied"
    WAITING_FOR_RETRY = "waiting_for_retry"
    HELD = "records_held"
    LIST_FINISHED = "list_finished"
    LIST_EMPTY = "list_empty"
    HIDDEN = "records_hidden"
    CLAIMING = "claiming_records"
    PACED = "held_by_pacing"
    BY_AGENT = "dialed_by_agents"

    @property
    def is_routine(self) -> bool:
        """The campaign works as it should: there is nothing that a supervisor could mend."""
        return self in _ROUTINE


_ROUTINE = frozenset(
    {
        NoCallsCode.STARTING,
        NoCallsCode.NOT_ENGAGED,
        NoCallsCode.ELSEWHERE,
        NoCallsCode.ALL_OCCUPIED,
        NoCallsCode.CLAIMING,
        NoCallsCode.PACED,
        NoCallsCode.BY_AGENT,
    }
)


class NoCalls(Struct, frozen=True):
    """The reason and the figures behind it. `next_due_at` is UTC epoch seconds."""

    reason: Reason
    agents: int = 0
    agents_ready: int = 0
    in_hand: int = 0
    waiting: Waiting = Waiting()

    @property
    def code(self) -> NoCallsCode:
        return NoCallsCode(self.reason.code)
