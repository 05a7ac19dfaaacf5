"""What a trial of many kills measured: one line of JSON for each in the file that `CORNETTA_FIGURES` names."""

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
    """One trial. `kills` are restarts for the database. `back_s`: from each kill to an engine that is used again, from
    each last start of the node to a node that has adopted what the engine has, from each return of the database to a
    node that places calls. `lost`: attempts that nobody settled, records that nobody freed and INVITEs without a row.
    `dialed_twice`: records and numbers, by rows and by the wire. `system_lost`: attempts that were under way and are
    settled as lost. `unloaded_s`: `back_s` without the time in which the new process was ready to run and others had
    the processors, which says of the machine, not of us."""

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
    """The figures are written down at the end, also of a trial that fails."""
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
    """For how long the first thread of a process was ready to run and did not, in seconds (Linux, sched-stats.rst)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below or at which `share` of the values are; None of nothing."""
    ordered = sorted(values)
    return round(ordered[math.ceil(share * len(ordered)) - 1], 3) if ordered else None
