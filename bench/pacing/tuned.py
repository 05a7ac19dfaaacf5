"""The strongest settings of VICIdial's rule and of a fixed ratio, cell by cell: found in hindsight among 150 settings
on the very profile that is measured, with a mean abandonment of at most 3 %. They could not be known beforehand."""

from __future__ import annotations

from bench.pacing.cell import Cell
from dialer.vocabulary.errors import CornettaError

TUNED_VICIDIAL, TUNED_RATIO = "vicidial:tuned", "ratio:tuned"
#: By agents, for the answer rates of RATES in turn: method, highest level, difference as a part of the team, idle
#: agents only.
_VICIDIAL = {
    2: (("tapered", 3.0, -0.35), ("tapered", 2.0, -0.35), ("average", 3.0, -0.35)),
    5: (("tapered", 3.0, -0.05), ("average", 2.0, -0.05), ("tapered", 2.0, -0.2)),
    10: (("tapered", 5.0, -0.2), ("tapered", 2.0, 0.0), ("average", 2.0, -0.1)),
    25: (("average", 8.0, -0.1), ("tapered", 3.0, -0.05), ("hard", 3.0, -0.1)),
    50: (("tapered", 12.0, -0.1), ("average", 12.0, -0.1), ("tapered", 3.0, 0.0)),
    100: (("tapered", 12.0, 0.0), ("tapered", 5.0, 0.0), ("average", 5.0, -0.05)),
    300: (("hard", 16.0, 0.0), ("tapered", 8.0, -0.05), ("hard", 5.0, 0.0)),
    1000: (("hard", 20.0, 0.0), ("tapered", 10.0, 0.0), ("hard", 6.2, 0.0)),
}
_RATIO = {
    2: (1.5, 1.5, 1.5),
    5: (3.0, 1.8, 1.4),
    10: (4.0, 2.0, 1.8),
    25: (7.0, 3.0, 2.2),
    50: (10.0, 4.0, 2.5),
    100: (12.0, 5.0, 3.5),
    300: (16.0, 6.4, 5.0),
    1000: (20.0, 8.0, 6.2),
}
_RATES = (0.10, 0.25, 0.40)


class Untuned(CornettaError):
    """No settings were tuned for this cell."""

    code = "untuned"

    def __init__(self, rule: str, cell: Cell) -> None:
        super().__init__(
            f"{rule} is known for the cells of PACE-8h only, not for {cell.agents} x {cell.answer_rate:%}."
        )
        self.rule, self.cell = rule, cell


def settled(rule: str, cell: Cell) -> str:
    """The rule with the settings of the cell, where it is one of the tuned two. Raises Untuned."""
    if rule not in (TUNED_VICIDIAL, TUNED_RATIO):
        return rule
    if cell.agents not in _RATIO or cell.answer_rate not in _RATES:
        raise Untuned(rule, cell)
    place = _RATES.index(cell.answer_rate)
    if rule == TUNED_RATIO:
        return f"ratio:{_RATIO[cell.agents][place]}"
    method, most, difference = _VICIDIAL[cell.agents][place]
    return f"vicidial:{method},most={most},difference={difference},available"
