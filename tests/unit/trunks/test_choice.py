"""Priority, weight, limits."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.trunks.bucket import Bucket
from dialer.trunks.choice import choose
from dialer.trunks.trunk import Trunk, TrunkRefusal, make_trunk
from dialer.vocabulary.ids import LegId, TrunkName
from dialer.vocabulary.reasons.dialing import TrunkState
from tests.unit.callflow.house import trunk


def made(name: str, **more: object) -> Trunk:
    return make_trunk(trunk(name, **more))


def test_the_lowest_priority_number_wins_while_it_may_take_a_call() -> None:
    first, second = made("a", priority=1, max_legs=1), made("b", priority=2)
    assert choose([second, first], frozenset(), 1.0).trunk is first
    first.legs.add(LegId("1"))
    choice = choose([second, first], frozenset(), 1.0)
    assert choice.trunk is second
    assert choice.refusals == {"a": TrunkRefusal.TOO_MANY_LEGS}
    assert choose([second, first], frozenset({TrunkName("b")}), 1.0).trunk is None


@pytest.mark.parametrize(("weights", "calls"), [((1, 1), (6, 6)), ((2, 1), (8, 4)), ((5, 1), (10, 2))])
def test_load_spreads_by_weight(weights: tuple[int, int], calls: tuple[int, int]) -> None:
    trunks = [made("a", weight=weights[0]), made("b", weight=weights[1])]
    for number in range(12):
        chosen = choose(trunks, frozenset(), 1.0).trunk
        assert chosen is not None
        chosen.legs.add(LegId(str(number)))
    assert Counter(len(each.legs) for each in trunks) == Counter(calls)
    assert len(trunks[0].legs) == calls[0]


def test_dead_or_at_a_limit() -> None:
    none = choose([], frozenset(), 1.0)
    assert none.is_dead
    assert none.states == ()
    full = made("a", max_legs=1)
    full.legs.add(LegId("1"))
    limit = choose([full], frozenset(), 1.0)
    assert not limit.is_dead
    assert limit.states == (TrunkState("a", "max_legs"),)
    assert choose([made("a", probe="options")], frozenset(), 1.0).is_dead


@given(
    rate=st.floats(0.2, 200),
    waits=st.lists(st.floats(0, 0.5), min_size=1, max_size=200),
    window=st.floats(0.05, 5),
)
def test_no_window_ever_sees_more_calls_than_its_rate_and_what_was_saved(
    rate: float, waits: list[float], window: float
) -> None:
    bucket = Bucket(rate)
    now, taken = 100.0, []
    for wait in waits:
        now += wait
        while bucket.has_one(now):
            bucket.take(now)
            taken.append(now)
    for start in taken:
        seen = sum(1 for at in taken if start <= at < start + window)
        assert seen <= rate * window + bucket.size + 1e-6


@given(rate=st.floats(0.2, 200), wait=st.floats(0, 3))
def test_the_next_call_is_due_when_the_bucket_says(rate: float, wait: float) -> None:
    bucket = Bucket(rate)
    now = 50.0
    while bucket.has_one(now):
        bucket.take(now)
    assert bucket.has_one(bucket.next_at(now + wait) + 1e-6)
    assert bucket.next_at(now + 1000) == now + 1000


def test_calls_that_do_not_ask_are_waited_for_a_second_at_most() -> None:
    bucket = Bucket(5.0)
    for _ in range(100):
        bucket.charge(1.0)
    assert bucket.next_at(1.0) == pytest.approx(1.0 + 6 / 5)
    assert not bucket.has_one(2.0)
    assert bucket.has_one(2.3)


def test_the_choice_tells_when_the_calls_per_second_let_the_next_through() -> None:
    slow, full = made("a", max_calls_per_s=2), made("b", max_legs=1)
    slow.bucket.take(1.0)
    full.legs.add(LegId("1"))
    assert choose([slow, full], frozenset(), 1.0).opens_at == pytest.approx(1.5)
    assert choose([full], frozenset(), 1.0).opens_at is None
