"""A list of writes, judged in order against the rows of the store. Pure: no database here.

Each aggregate has a part in it (`Part`): the rows that its writes touch, the state of these rows, the writes that it
refuses, and the rows to be written. A store, on a database or in memory, loads the rows for the parts and writes their
results. The rules are therefore the same everywhere, and a transaction needs one statement for each kind of row,
however many steps it joins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from dialer.vocabulary.writes import CommitReport, Refusal, Write

P = TypeVar("P", bound="Part")
W = TypeVar("W")

#: None for a write that is accepted, else the rule that refused it, and the end of the refusal if it has one.
Verdict: TypeAlias = str | tuple[str, float] | None

_Touch: TypeAlias = Callable[[Any, Any], None]
_Judge: TypeAlias = Callable[[Any, Any], Verdict]


class Part:
    """The result of one batch in one aggregate. Methods marked with `touches` and `judges` see each write
    of their kind, in order; `touches` note the rows to be loaded before anything is judged."""

    touching: Mapping[type, _Touch] = {}
    judging: Mapping[type, _Judge] = {}

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def __init_subclass__(cls) -> None:
        members = [member for member in vars(cls).values() if callable(member)]
        cls.touching = {kind: member for member in members for kind in getattr(member, "touched_kinds", ())}
        cls.judging = {kind: member for member in members for kind in getattr(member, "judged_kinds", ())}


def touches(kind: type[W]) -> Callable[[Callable[[P, W], None]], Callable[[P, Any], None]]:
    """Marks the method of a part that notes which rows a write of this kind touches; several may be stacked."""

    def mark(method: Callable[[P, W], None]) -> Callable[[P, Any], None]:
        method.touched_kinds = (kind, *getattr(method, "touched_kinds", ()))  # type: ignore[attr-defined]  # a mark
        return method

    return mark


def judges(kind: type[W]) -> Callable[[Callable[[P, W], Verdict]], Callable[[P, Any], Verdict]]:
    """Marks the method of a part that judges writes of this kind; several may be stacked."""

    def mark(method: Callable[[P, W], Verdict]) -> Callable[[P, Any], Verdict]:
        method.judged_kinds = (kind, *getattr(method, "judged_kinds", ()))  # type: ignore[attr-defined]  # a mark
        return method

    return mark


class Rules:
    """The rules of all aggregates. A write that several of them judge is judged in their order, up to a refusal."""

    def __init__(self, parts: Iterable[type[Part]]) -> None:
        self.touching: dict[type, list[tuple[type[Part], _Touch]]] = {}
        self.judging: dict[type, list[tuple[type[Part], _Judge]]] = {}
        for part in parts:
            for kind, touch in part.touching.items():
                self.touching.setdefault(kind, []).append((part, touch))
            for kind, judge in part.judging.items():
                self.judging.setdefault(kind, []).append((part, judge))


class Batch:
    """One transaction's writes. Parts are made as they are asked for."""

    def __init__(self, rules: Rules, writes: Sequence[Write]) -> None:
        self.writes = writes
        self._judging = rules.judging
        self._parts: dict[type[Part], Any] = {}
        for write in writes:
            for kind, touch in rules.touching.get(type(write), ()):
                touch(self.of(kind), write)

    def of(self, kind: type[P]) -> P:
        part: P | None = self._parts.get(kind)
        if part is None:
            part = self._parts[kind] = kind(self)
        return part

    def get(self, kind: type[P]) -> P | None:
        """The part, if any write of the batch concerns it."""
        part: P | None = self._parts.get(kind)
        return part

    def judge(self) -> CommitReport:
        """Called once, after the parts have loaded their rows."""
        refusals: list[Refusal] = []
        for write in self.writes:
            for kind, judge in self._judging[type(write)]:
                verdict = judge(self.of(kind), write)
                if verdict is not None:
                    rule, until = (verdict, None) if isinstance(verdict, str) else verdict
                    refusals.append(Refusal(write, rule, until))
                    break
        return CommitReport(tuple(refusals))
