"""How many calls to place: as long as one more risks less than the threshold, and one for each idle agent."""

from __future__ import annotations

from msgspec import Struct

from dialer.pacing.grid import Floats
from dialer.pacing.loss import marginal_loss
from dialer.pacing.poisson_binomial import Sum


class Admission(Struct, frozen=True):
    """`dial`: calls to place; `beta`: what the next one after them would risk."""

    dial: int
    beta: float


def admit(load: Sum, supply: int, new: Floats, density: list[float], theta: float, least: int, most: int) -> Admission:
    """Place calls that are alike while the risk of the next is under `theta`, at least `least`, at most `most`.

    `load`: sum of agents who stay busy and calls that are answered, by each instant; it is changed. `supply`: agents
    who are or may become free, less waiting contacts. `new`: chance that a new call is answered by each instant;
    `density`: part of its answers in each step. With theta 0 exactly `least` are placed.
    """
    placed = max(0, min(least, most))
    if placed:
        load.add(new, placed)
    beta = marginal_loss(load.at_least(supply), density)
    while beta < theta and placed < most and load.exact:
        load.add(new)
        placed += 1
        beta = marginal_loss(load.at_least(supply), density)
    if beta < theta and placed < most:
        further, beta = _leap(load, supply, new, density, theta, most - placed)
        placed += further
    return Admission(placed, beta)


def _leap(load: Sum, supply: int, new: Floats, density: list[float], theta: float, most: int) -> tuple[int, float]:
    """As many calls as fit, and the risk of the next, by doubling and then halving: the risk grows with each call."""

    def risk(number: int) -> float:
        tried = load.copy()
        tried.add(new, number)
        return marginal_loss(tried.at_least(supply), density)

    fits, beta = 0, 0.0
    over, step = most, 1
    while fits < most:
        number = min(most, fits + step)
        found = risk(number)
        if found >= theta:
            over, beta = number, found
            break
        fits, step, beta = number, step * 2, found
    while over - fits > 1:
        middle = (fits + over) // 2
        found = risk(middle)
        if found < theta:
            fits = middle
        else:
            over, beta = middle, found
    return (over if beta >= theta else fits), beta
