from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.pacing.grid import Floats
from dialer.pacing.poisson_binomial import TRANSFORMS, Sum


def by_hand(chances: Floats) -> Floats:
    """The law by convolution: instants x number of events."""
    law = np.zeros((chances.shape[1], len(chances) + 1))
    law[:, 0] = 1.0
    for row in chances:
        law[:, 1:] = law[:, 1:] * (1 - row[:, None]) + law[:, :-1] * row[:, None]
        law[:, 0] *= 1 - row
    return law


@given(st.integers(0, 110), st.integers(0, 110), st.integers(0, 2**32 - 1))
def test_the_exact_law_is_that_of_a_convolution(events: int, number: int, seed: int) -> None:
    chances = np.random.default_rng(seed).random((events, 4))
    half = events // 2
    both = Sum(chances[:half])
    both.add_all(chances[half : events - 1])
    if events:
        both.add(chances[-1])
    assert both.exact
    assert both.at_least(number) == pytest.approx(by_hand(chances)[:, number:].sum(axis=1), abs=1e-9)


@pytest.mark.parametrize("events", [128, 300, 2000])
def test_what_does_not_fit_is_not_cut_off(events: int) -> None:
    """An array of fixed size once counted too few answers at the begin of a shift, when hundreds of lines ring."""
    chances = np.random.default_rng(events).random((events, 3)) * 0.2
    total = Sum(chances[:100])
    total.add_all(chances[100:])
    assert not total.exact
    law = by_hand(chances)
    for number in (int(events * 0.08), int(events * 0.1), int(events * 0.12)):
        assert total.at_least(number) == pytest.approx(law[:, number:].sum(axis=1), abs=2e-3)


def test_a_sum_that_grows_from_the_exact_law_into_the_normal_one_forgets_nothing() -> None:
    chances = np.full(2, 0.1)
    grown = Sum(np.zeros((0, 2)))
    for _ in range(200):
        grown.add(chances)
    at_once = Sum(np.full((200, 2), 0.1))
    assert grown.at_least(25) == pytest.approx(at_once.at_least(25))


@given(st.integers(1, 200), st.integers(0, 40))
def test_a_copy_goes_its_own_way(events: int, number: int) -> None:
    total = Sum(np.full((events, 2), 0.1))
    before = total.at_least(number)
    total.copy().add(np.full(2, 0.5), 3)
    assert total.at_least(number) == before


def test_rooms_grow() -> None:
    assert [each.room for each in TRANSFORMS] == sorted(each.room for each in TRANSFORMS)
