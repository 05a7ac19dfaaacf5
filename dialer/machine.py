"""State machines as tables.

A `Table` is data: for every state, the state that each trigger leads to. `Machine.advance` is the only thing that
changes a state. A trigger without a row changes nothing and raises `InvalidTransition` with the story of the object, so
that a race in production reads like a bug report. Diagrams in docs/states.md are drawn from the same tables.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from dialer.vocabulary.errors import InvalidTransition

S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)

#: How many past transitions an object remembers for its story.
STORY_LENGTH = 16


class Chapter(NamedTuple):
    """One transition of a story: `at` in seconds of the clock that handed the event in."""

    at: float
    trigger: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.at:.3f} {self.trigger}: {self.before} -> {self.after}"


class Table(Generic[S, T]):
    """The transitions of one kind of object. Every state is a row, terminal ones are empty: visibly complete."""

    def __init__(self, name: str, initial: S, rows: Mapping[S, Mapping[T, S]]) -> None:
        missing = set(type(initial)) - set(rows)
        if missing:
            raise ValueError(f"table {name} lacks rows for {sorted(missing)}")
        self.name = name
        self.initial = initial
        self.rows = rows

    def allows(self, state: S, trigger: T) -> bool:
        return trigger in self.rows[state]

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for state, row in self.rows.items():
            lines.extend(f"    {state} --> {after}: {trigger}" for trigger, after in row.items())
            if not row:
                lines.append(f"    {state} --> [*]")
        return "\n".join(lines)


class Machine(Generic[S, T]):
    """The state of one object, moved through its table."""

    __slots__ = ("_story", "name", "since", "state", "table")

    def __init__(self, table: Table[S, T], name: str, state: S | None = None, since: float = 0.0) -> None:
        self.table = table
        self.name = name
        self.since = since
        #: Read everywhere, written by `advance` alone. No property: the states of all objects are read at each tick.
        self.state: S = table.initial if state is None else state
        self._story: deque[Chapter] = deque(maxlen=STORY_LENGTH)

    @property
    def story(self) -> tuple[str, ...]:
        return tuple(str(chapter) for chapter in self._story)

    def allows(self, trigger: T) -> bool:
        return self.table.allows(self.state, trigger)

    def after(self, triggers: Sequence[T]) -> S:
        """Where `triggers` would lead, one after the other; raises InvalidTransition if one of them is illegal."""
        state = self.state
        for trigger in triggers:
            after = self.table.rows[state].get(trigger)
            if after is None:
                raise InvalidTransition(self.table.name, self.name, state, trigger, self.story)
            state = after
        return state

    def advance(self, trigger: T, at: float) -> S:
        """Move on `trigger` at time `at` (seconds); raises InvalidTransition and changes nothing if illegal."""
        after = self.table.rows[self.state].get(trigger)
        if after is None:
            raise InvalidTransition(self.table.name, self.name, self.state, trigger, self.story)
        self._story.append(Chapter(at, trigger, self.state, after))
        if after is not self.state:
            self.since = at
        self.state = after
        return after
