"""What a pacer was told and what it decided, kept as JSON lines, and played to a pacer again.

The fast harness and the simulation of the whole core both record by putting a Recorder around their pacer. As a pacer
is pure, the same trace through the same rule must give the same decisions, whoever recorded it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from dialer.pacing.pacer import Decision, Observation, Pacer, PacingSnapshot


class Told(Struct, frozen=True, tag="told"):
    """An observation was made."""

    observation: Observation


class Decided(Struct, frozen=True, tag="decided"):
    """A decision was asked for, and this was the answer."""

    now: float
    snapshot: PacingSnapshot
    decision: Decision


Entry = Told | Decided


class Difference(Struct, frozen=True):
    """Decision number `number` (from 0) came out otherwise than recorded."""

    number: int
    now: float
    recorded: Decision
    replayed: Decision


class Recorder:
    """A Pacer that asks another one and gives every entry to `keep`."""

    def __init__(self, pacer: Pacer, keep: Callable[[Entry], None]) -> None:
        self._pacer, self._keep = pacer, keep

    def observe(self, observation: Observation) -> None:
        self._keep(Told(observation))
        self._pacer.observe(observation)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        decision = self._pacer.decide(now, snapshot)
        self._keep(Decided(now, snapshot, decision))
        return decision


def replay(entries: Iterable[Entry], pacer: Pacer) -> Iterator[Difference]:
    """Play a trace to a new pacer of the same rule; yields where it decides otherwise (number, shedding or picks)."""
    number = 0
    for entry in entries:
        if isinstance(entry, Told):
            pacer.observe(entry.observation)
            continue
        decision = pacer.decide(entry.now, entry.snapshot)
        if _acts(decision) != _acts(entry.decision):
            yield Difference(number, entry.now, entry.decision, decision)
        number += 1


def _acts(decision: Decision) -> tuple[object, ...]:
    return decision.dial, decision.shed, decision.pick


def write_trace(path: Path, entries: Iterable[Entry]) -> None:
    """One JSON object a line. Raises OSError."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for entry in entries:
            file.write(encoder.encode(entry) + b"\n")


def read_trace(path: Path) -> Iterator[Entry]:
    """Raises OSError, and msgspec.ValidationError for a line that is no entry."""
    decoder: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)
