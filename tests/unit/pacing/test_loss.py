"""The cost of one more call: a burst that breaks the limit weighs more than contacts abandoned one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from dialer.pacing.admission import admit
from dialer.pacing.loss import FEW, Risk
from dialer.pacing.poisson_binomial import Sum

DENSITY = (0.5, 0.5)


def load(calls: int, chance: float = 0.25) -> Sum:
    return Sum(np.full((calls, len(DENSITY)), chance))


def risk(bearable: int, supply: int = 10) -> Risk:
    return Risk(supply, DENSITY, bearable)


def test_while_much_can_be_borne_only_the_next_contact_counts() -> None:
    plain = risk(FEW + 1).of(load(24))
    assert plain == pytest.approx(load(24).at_least(10)[0])
    assert risk(1000).of(load(24)) == plain


def test_a_burst_beyond_what_can_be_borne_is_charged_besides() -> None:
    charged = [risk(bearable).of(load(24)) for bearable in range(FEW + 2)]
    assert charged == sorted(charged, reverse=True)
    assert charged[0] == charged[1], "with none left the threshold stops, not the charge"
    assert charged[1] > 5 * charged[-1]


@pytest.mark.parametrize("agents", [20, 100, 500])
def test_the_more_can_be_borne_the_more_is_dialed_without_a_leap(agents: int) -> None:
    """By the exact law and by the normal one; the change at FEW must not set many lines free at once."""

    def dialed(bearable: int) -> int:
        busy = Sum(np.full((agents, 2), 0.4))
        return admit(busy, risk(bearable, agents), np.full(2, 0.25), 0.03, 0, 10 * agents).dial

    lines = [dialed(bearable) for bearable in range(1, FEW + 2)]
    assert lines == sorted(lines)
    assert lines[-1] - lines[-2] <= 0.05 * lines[-1]


def test_a_team_that_cannot_abandon_so_many_at_once_pays_nothing() -> None:
    """Two agents, and four calls ring: with one more that is five answers at most, three of them abandoned."""
    assert risk(3, supply=2).of(load(4)) == pytest.approx(load(4).at_least(2)[0])
    assert risk(2, supply=2).of(load(4)) > load(4).at_least(2)[0]


def test_a_charge_is_never_more_than_certainty() -> None:
    assert risk(1, supply=2).of(load(60)) == 1.0


def test_fewer_calls_are_placed_when_few_can_be_borne() -> None:
    def dialed(bearable: int) -> int:
        return admit(load(8, 0.5), risk(bearable), np.full(len(DENSITY), 0.25), 0.03, 1, 100).dial

    assert 1 <= dialed(1) < dialed(FEW + 1)


def test_above_the_exact_law_the_burst_counts_too() -> None:
    def dialed(bearable: int) -> int:
        return admit(Sum(np.full((200, 2), 0.3)), risk(bearable, 100), np.full(2, 0.25), 0.03, 0, 500).dial

    assert dialed(1) < dialed(FEW + 1)
