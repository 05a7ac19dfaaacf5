"""The figures of a shift, counted from the node's writes and from the actions of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dialer.agents.agent import AgentState, SystemReason
from dialer.vocabulary.ids import AgentName
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.writes import BeginAttempt, SaveAgent, SettleAttempt, Write

#: Length of the pieces of a shift that a plot shows, in seconds.
PIECE_S = 300.0
HOUR_S = 3600.0
#: The fewest live answers of an hour whose abandonment is counted.
ANSWERS_OF_AN_HOUR = 30

WORKING = frozenset({AgentState.BUSY, AgentState.AFTER_CALL_WORK})
#: Neither at work nor waiting for it.
AWAY = frozenset({AgentState.NOT_READY, AgentState.LOGGED_OUT})
#: System reasons of agents who are not ready and still in after-call work.
FINISHING = frozenset({SystemReason.AFTER_CALL_OVERRUN, SystemReason.AFTER_CALL})


def percent(part: float, whole: float) -> float:
    """`part` in percent of `whole`; 0 of an empty whole."""
    return 100 * part / whole if whole else 0.0


@dataclass(slots=True)
class Piece:
    """A piece of the shift: seconds of agents at work and there, seconds that calls rang (from a look now and then),
    calls placed, live answers, and abandoned ones."""

    working_s: float = 0.0
    staffed_s: float = 0.0
    ringing_s: float = 0.0
    dials: int = 0
    answers: int = 0
    abandoned: int = 0


@dataclass(slots=True)
class Tally:
    """`begun_utc`: epoch seconds of the start of the shift; `length_s`: its length, shorter once it has ended early.
    Time outside is not counted."""

    begun_utc: float
    length_s: float
    pieces: list[Piece] = field(default_factory=list)
    conversations: int = 0
    #: Contacts who hung up before they had waited too long.
    left_queue: int = 0
    shed: int = 0
    _states: dict[AgentName, tuple[AgentState, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pieces = [Piece() for _ in range(int(-(-self.length_s // PIECE_S)))]

    def piece(self, at_s: float) -> Piece | None:
        """The piece at a time of the shift, or None outside of it."""
        return self.pieces[int(at_s // PIECE_S)] if 0 <= at_s < self.length_s else None

    def take(self, writes: Iterable[Write]) -> None:
        """Count the committed writes."""
        for write in writes:
            if isinstance(write, SaveAgent):
                self._agent(write)
            elif isinstance(write, BeginAttempt):
                piece = self.piece(write.at - self.begun_utc)
                if piece is not None:
                    piece.dials += 1
            elif isinstance(write, SettleAttempt):
                self._settled(write)

    def _settled(self, write: SettleAttempt) -> None:
        if write.result is CallResult.DROPPED:
            self.left_queue += 1
        elif write.result is CallResult.SHED:
            self.shed += 1
        if write.abandoned and write.answered_at is not None:
            self.abandon(write.answered_at)

    def abandon(self, answered_at_utc: float) -> None:
        """A live answer without an agent in time."""
        piece = self.piece(answered_at_utc - self.begun_utc)
        if piece is not None:
            piece.abandoned += 1

    def answer(self, at_utc: float) -> None:
        """A person has answered."""
        piece = self.piece(at_utc - self.begun_utc)
        if piece is not None:
            piece.answers += 1

    def _agent(self, write: SaveAgent) -> None:
        at_s = write.at - self.begun_utc
        before = self._states.get(write.agent)
        if before is not None:
            self._spend(before[0], before[1], at_s)
        self._states[write.agent] = (_state_in(write), at_s)
        if write.state == AgentState.BUSY and 0 <= at_s < self.length_s:
            self.conversations += 1

    def _spend(self, state: AgentState, since_s: float, till_s: float) -> None:
        at = max(0.0, since_s)
        till_s = min(till_s, self.length_s)
        if state in AWAY:
            return
        while at < till_s:
            end = min(till_s, (at // PIECE_S + 1) * PIECE_S)
            piece = self.pieces[int(at // PIECE_S)]
            piece.staffed_s += end - at
            if state in WORKING:
                piece.working_s += end - at
            at = end

    def end(self, at_s: float) -> None:
        """End the shift at this time, unless it ends earlier."""
        self.length_s = min(self.length_s, at_s)

    def close(self) -> None:
        """Close the shift: states under way are counted to its end."""
        for state, since_s in self._states.values():
            self._spend(state, since_s, self.length_s)
        self._states.clear()

    # ------------------------------------------------------------------ sums

    @property
    def working_s(self) -> float:
        return sum(piece.working_s for piece in self.pieces)

    @property
    def staffed_s(self) -> float:
        return sum(piece.staffed_s for piece in self.pieces)

    @property
    def dials(self) -> int:
        return sum(piece.dials for piece in self.pieces)

    @property
    def answers(self) -> int:
        return sum(piece.answers for piece in self.pieces)

    @property
    def abandoned(self) -> int:
        return sum(piece.abandoned for piece in self.pieces)

    @property
    def worst_hour(self) -> float:
        """Highest share of abandoned live answers in one hour of the shift; hours of few answers are left out."""
        worst = 0.0
        per_hour = int(HOUR_S // PIECE_S)
        for first in range(0, len(self.pieces), per_hour):
            hour = self.pieces[first : first + per_hour]
            answers = sum(piece.answers for piece in hour)
            if answers >= ANSWERS_OF_AN_HOUR:
                worst = max(worst, sum(piece.abandoned for piece in hour) / answers)
        return worst


def _state_in(write: SaveAgent) -> AgentState:
    """The activity of an agent in this state. An agent in after-call work beyond its limit is not ready for the system,
    but still at work: without this time the utilisation would look too good, the more so with a shorter limit."""
    state = AgentState(write.state)
    return AgentState.AFTER_CALL_WORK if state is AgentState.NOT_READY and write.reason in FINISHING else state
