"""Contacts and agents' phones: whether they answer, after how long, and how long they talk.

The behaviour of a contact and the length of the conversation are drawn when the call is placed, each from a stream of
its own: two rules on the same seed meet the same n-th contact with their n-th call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from random import Random

from dialer.interactions.attempt import read_call_id
from dialer.simulation.engine import Line, SimulatedEngine
from dialer.simulation.laws import Laws
from dialer.vocabulary.ids import AttemptId, LegId
from dialer.vocabulary.telephony import ClearedBy


class Kind(StrEnum):
    """The kind of answer, if there is one."""

    PERSON = "person"
    MACHINE = "machine"
    BUSY = "busy"
    NOBODY = "nobody"


@dataclass(slots=True, frozen=True)
class Fate:
    """The outcome of one call: busy or an answer comes `after_s` the INVITE, or neither if nobody is there; a person or
    machine talks for `talk_s`."""

    kind: Kind
    after_s: float
    talk_s: float = 0.0

    @property
    def answers(self) -> bool:
        """Whether a person answers."""
        return self.kind is Kind.PERSON


class Crowd:
    """People of an engine's lines. `rate` is the probability of a live answer at a time of the agenda for the contact
    of a request's URI; `answered` is called at each answer."""

    def __init__(
        self,
        engine: SimulatedEngine,
        laws: Laws,
        rate: Callable[[float, str], float],
        seed: int,
        answered: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._laws = laws
        self._rate = rate
        self._answered = answered
        self._calls = Random(f"{seed}/calls")
        self._talks = Random(f"{seed}/talks")
        self._fates: dict[LegId, Fate] = {}
        #: The fates of calls that are still up, by attempt; read by rules that know the future.
        self.placed: dict[AttemptId, tuple[float, Fate]] = {}
        #: The end of each conversation under way, by attempt.
        self.ends_at: dict[AttemptId, float] = {}

    def rung(self, line: Line) -> None:
        if not line.is_contact:
            self._engine.trying(line)
            self._engine.at(self._laws.phone_s, line, lambda: self._engine.answer(line))
            return
        fate = self.fate(line.dial.uri)
        self._fates[line.dial.leg] = fate
        attempt = _attempt(line)
        if attempt is not None:
            self.placed[attempt] = (self._engine.agenda.now, fate)
        engine = self._engine
        if fate.kind is Kind.BUSY:
            engine.trying(line)
            engine.at(fate.after_s, line, lambda: self._leave(line, 486))
            return
        engine.alert(line)
        if fate.kind is not Kind.NOBODY:
            engine.at(fate.after_s, line, lambda: self._pick_up(line, fate))

    def fate(self, uri: str) -> Fate:
        """The fate of the next call to the contact of the URI."""
        random, laws = self._calls, self._laws
        answers = random.random() < self._rate(self._engine.agenda.now, uri)
        if answers:
            return Fate(Kind.PERSON, laws.ring_s(random), laws.talk.draw(self._talks))
        if random.random() * 100 < laws.busy_percent:
            return Fate(Kind.BUSY, random.uniform(laws.busy_from_s, laws.busy_till_s))
        if laws.machine_percent and random.random() * 100 < laws.machine_percent:
            return Fate(Kind.MACHINE, laws.ring_out_s * 0.8, laws.machine_talk_s)
        return Fate(Kind.NOBODY, inf)

    def _pick_up(self, line: Line, fate: Fate) -> None:
        self._engine.answer(line)
        if fate.answers:
            self._answered()
        if self._laws.patience_s is not None:
            self._engine.at(self._laws.patience_s, line, lambda: self._lose_patience(line))

    def _lose_patience(self, line: Line) -> None:
        if line.bridge is None:
            self._leave(line, 200)

    def joined(self, line: Line) -> None:
        """A contact who hears an agent for the first time talks, and hangs up."""
        fate = self._fates.pop(line.dial.leg, None) if line.is_contact and line.is_up and line.hears is None else None
        if fate is None:
            return
        attempt = _attempt(line)
        if attempt is not None:
            self.ends_at[attempt] = self._engine.agenda.now + fate.talk_s
        self._engine.at(fate.talk_s, line, lambda: self._leave(line, 200))

    def _leave(self, line: Line, code: int) -> None:
        self._engine.end(line, code, ClearedBy.PEER)

    def gone(self, line: Line) -> None:
        """The line is down."""
        self._fates.pop(line.dial.leg, None)
        attempt = _attempt(line)
        if attempt is not None:
            self.placed.pop(attempt, None)
            self.ends_at.pop(attempt, None)

    def is_person(self, attempt: AttemptId) -> bool:
        """Whether a call that is still up was, or will be, answered by a person."""
        placed = self.placed.get(attempt)
        return placed is not None and placed[1].answers


def _attempt(line: Line) -> AttemptId | None:
    read = read_call_id(line.dial.call_id) if line.is_contact else None
    return read[0] if read else None
