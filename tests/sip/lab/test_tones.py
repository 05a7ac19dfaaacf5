"""Tones: far from other sounds of a line, never used twice at a time, and reused late."""

from __future__ import annotations

from itertools import pairwise

from dialer.vocabulary.ids import LegId
from sip.lab.synthesis import RESERVED_HZ
from sip.lab.tones import DTMF_HZ, FAX_HZ, GUARD_HZ, STEP_HZ, ToneAllocator, grid


def test_the_grid_keeps_away_from_what_else_is_heard() -> None:
    tones = grid()
    assert len(tones) >= 150
    assert len(set(tones)) == len(tones)
    assert all(abs(tone - other) >= GUARD_HZ for tone in tones for other in (*DTMF_HZ, *FAX_HZ, *RESERVED_HZ))
    assert all(second - first >= STEP_HZ for first, second in pairwise(sorted(tones)))


def test_tones_handed_out_one_after_the_other_are_far_apart() -> None:
    assert min(abs(first - second) for first, second in pairwise(grid())) >= 200


def test_no_two_live_legs_share_a_tone_and_too_many_are_counted() -> None:
    allocator = ToneAllocator()
    size = len(grid())
    taken = [allocator.take(LegId(f"L{number}")) for number in range(size)]
    assert len(set(taken)) == size
    assert allocator.take(LegId("one more")) is None
    assert allocator.refused == 1


def test_a_released_tone_rests_until_all_others_were_used() -> None:
    allocator = ToneAllocator((500, 600, 700))
    first = allocator.take(LegId("a"))
    assert allocator.take(LegId("a")) == first
    allocator.release(LegId("a"))
    assert [allocator.take(LegId(name)) for name in "bcd"] == [600, 700, 500]


def test_releasing_what_was_never_taken_is_nothing() -> None:
    allocator = ToneAllocator((500,))
    allocator.release(LegId("stranger"))
    assert allocator.take(LegId("a")) == 500
