"""The figures of trials with many kills: one line of JSON for each in the file of `CORNETTA_FIGURES`."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

Program = Literal["engine", "node", "database"]


class Figures(Struct):
    """One trial. `kills` are restarts for the database. `back_s`: from each kill to the next use of the engine, from
    each last start of the node to its adoption of the engine's legs, from each return of the database to new calls.
    `lost`: unsettled attempts, claimed records and INVITEs without a row. `dialed_twice`: records and numbers, by rows
    and by the wire. `system_lost`: attempts that were under way and are settled as lost. `unloaded_s`: `back_s` without
    the time in which the new process was ready to run but waited for a processor, which depends on the machine."""

    program: Program
    store: str
    seed: int
    kills: int = 0
    back_s: list[float] = field(default_factory=list)
    unloaded_s: list[float] = field(default_factory=list)
    attempts: int = 0
    invites: int = 0
    lost: int = 0
    dialed_twice: int = 0
    system_lost: int = 0
    proved: int = 0
    outcome: str = "under way"


@contextmanager
def told(figures: Figures) -> Iterator[Figures]:
    """In this context figures are collected and written at the end, also of a failed trial."""
    try:
        yield figures
        figures.outcome = "passed"
    except BaseException as error:
        figures.outcome = f"{type(error).__name__}: {error}"[:300]
        raise
    finally:
        if path := os.environ.get("CORNETTA_FIGURES"):
            with Path(path).open("ab") as file:
                file.write(msgspec.json.encode(figures) + b"\n")


def waited_s(pid: int) -> float:
    """How long the first thread of a process was ready to run but waited, in seconds (Linux, sched-stats.rst)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value at or below which `share` of the values are; None without values."""
    ordered = sorted(values)
    return round(ordered[math.ceil(share * len(ordered)) - 1], 3) if ordered else None
