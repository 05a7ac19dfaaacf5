"""Which of the records in hand to dial when they differ: likely answers where agents are free, else small risks."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from dialer.pacing.grid import Floats
from dialer.pacing.loss import Risk
from dialer.pacing.poisson_binomial import Sum

#: While the risk is under this part of the threshold the likeliest is dialed, then the least likely.
EASY = 0.5


class Picked(Struct, frozen=True):
    """`positions` of the records to dial, in that order; `beta`: what the next one after them would risk."""

    positions: tuple[int, ...]
    beta: float


class Stock(Struct, frozen=True):
    """Records in hand: the chance of an answer of each, in the order of the list. `by`: part of the answers of a new
    call that have come by each instant; `sort`: whether they may be dialed out of their order."""

    chances: Sequence[float]
    by: Floats
    sort: bool


def pick(load: Sum, risk: Risk, stock: Stock, theta: float, least: int, most: int) -> Picked:
    """As `admission.admit`, for records that differ. `load` is changed."""
    order = range(len(stock.chances))
    waiting = deque(sorted(order, key=lambda at: -stock.chances[at]) if stock.sort else order)
    positions: list[int] = []
    most = min(most, len(waiting))
    while True:
        beta = risk.of(load)
        easy = len(positions) < least or beta < EASY * theta
        if len(positions) >= most or not (easy or beta < theta):
            return Picked(tuple(positions), beta)
        at = waiting.popleft() if easy or not stock.sort else waiting.pop()
        positions.append(at)
        load.add(stock.chances[at] * stock.by)
