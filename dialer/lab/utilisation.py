"""The agents' time and the contacts' answers, from the node's store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from dialer.agents.agent import AgentState
from dialer.ports.reports import AgentStateRow, AgentStates, AttemptRow, Reports
from dialer.simulation.tally import AWAY, WORKING, percent
from dialer.vocabulary.ids import AgentName

#: A live answer without an agent for this time counts as abandoned, whatever the node calls it; seconds.
ABANDONED_AFTER_S = 2.0
#: The most states of one agent that are read, more than in any day.
STATES_MOST = 100_000


class Span(Struct, frozen=True):
    """The time that counts, UTC epoch seconds: from the first decision of the pacing until the campaign stops."""

    begun_at: float
    ended_at: float

    def holds(self, at: float | None) -> bool:
        return at is not None and self.begun_at <= at < self.ended_at


class Spent(Struct, frozen=True):
    """Agents' time in seconds: in conversations and after-call work, and at work as a whole (without breaks); with the
    number of conversations."""

    working_s: float
    staffed_s: float
    conversations: int

    @property
    def utilisation(self) -> float:
        """Percent."""
        return percent(self.working_s, self.staffed_s)

    @property
    def wait_s(self) -> float:
        """Mean wait of an agent for the next conversation."""
        return (self.staffed_s - self.working_s) / max(1, self.conversations)


class Answers(Struct, frozen=True):
    """Calls by the time of their INVITE, live answers by their time, and those without an agent in time."""

    dials: int
    answers: int
    abandoned: int

    @property
    def abandonment(self) -> float:
        """Percent of the live answers."""
        return percent(self.abandoned, self.answers)

    @property
    def dials_per_answer(self) -> float:
        return self.dials / max(1, self.answers)


async def spent_by(reports: Reports, agents: Iterable[AgentName], span: Span) -> Spent:
    """Add up all agents' states."""
    working = staffed = 0.0
    conversations = 0
    for agent in agents:
        rows = await reports.read(AgentStates(agent, 0.0, span.ended_at, STATES_MOST))
        for row, till in _stays(rows, span):
            lasted_s = max(0.0, till - max(row.at, span.begun_at))
            staffed += 0.0 if row.state in AWAY else lasted_s
            working += lasted_s if row.state in WORKING else 0.0
            conversations += row.state == AgentState.BUSY and span.holds(row.at)
    return Spent(working, staffed, conversations)


def _stays(rows: Sequence[AgentStateRow], span: Span) -> Iterable[tuple[AgentStateRow, float]]:
    """Each state with the time at which it was left; `rows` are the newest first."""
    ordered = list(reversed(rows))
    for row, following in pairwise(ordered):
        yield row, following.at
    if ordered:
        yield ordered[-1], span.ended_at


def answers_in(attempts: Iterable[AttemptRow], span: Span) -> Answers:
    """Count the attempts of a span."""
    dials = answers = abandoned = 0
    for attempt in attempts:
        dials += span.holds(attempt.begun_at)
        if span.holds(attempt.answered_at):
            answers += 1
            abandoned += attempt.abandoned or _is_late(attempt)
    return Answers(dials, answers, abandoned)


def _is_late(attempt: AttemptRow) -> bool:
    """Whether an agent came too late."""
    answered_at, connected_at = attempt.answered_at, attempt.connected_at
    return answered_at is not None and connected_at is not None and connected_at - answered_at > ABANDONED_AFTER_S
