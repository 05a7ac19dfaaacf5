"""How many calls to place: as long as one more risks less than the threshold, and one for each idle agent."""

from __future__ import annotations

from msgspec import Struct

from dialer.pacing.grid import Floats
from dialer.pacing.loss import Risk
from dialer.pacing.poisson_binomial import Sum


class Admission(Struct, frozen=True):
    """`dial`: calls to place; `beta`: what the next one after them would risk."""

    dial: int
    beta: float


def admit(load: Sum, risk: Risk, new: Floats, theta: float, least: int, most: int) -> Admission:
    """Place calls that are alike while the risk of the next is under `theta`, at least `least`, at most `most`.

    `load`: sum of agents who stay busy and calls that are answered, by each instant; it is changed. `new`: chance that
    a new call is answered by each instant. With theta 0 exactly `least` are placed.
    """
    placed = max(0, min(least, most))
    if placed:
        load.add(new, placed)
    beta = risk.of(load)
    while beta < theta and placed < most and load.exact:
        load.add(new)
        placed += 1
        beta = risk.of(load)
    if beta < theta and placed < most:
        further, beta = _leap(load, risk, new, theta, most - placed)
        placed += further
    return Admission(placed, beta)


def _leap(load: Sum, risk: Risk, new: Floats, theta: float, most: int) -> tuple[int, float]:
    """As many calls as fit, and the risk of the next, by doubling and then halving: the risk grows with each call."""

    def after(number: int) -> float:
        tried = load.copy()
        tried.add(new, number)
        return risk.of(tried)

    fits, beta = 0, 0.0
    over, step = most, 1
    while fits < most:
        number = min(most, fits + step)
        found = after(number)
        if found >= theta:
            over, beta = number, found
            break
        fits, step, beta = number, step * 2, found
    while over - fits > 1:
        middle = (fits + over) // 2
        found = after(middle)
        if found < theta:
            fits = middle
        else:
            over, beta = middle, found
    return (over if beta >= theta else fits), beta
