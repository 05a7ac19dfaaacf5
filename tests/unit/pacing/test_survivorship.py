"""The worst mistake of a forecast: learning only from calls that are over, as quick ones are over first."""

from __future__ import annotations

import numpy as np
import pytest

from dialer.pacing.answer_rate import AnswerRate
from dialer.pacing.free_law import FreeLaw
from dialer.pacing.grid import make_grid
from dialer.pacing.hazard import Hazard
from dialer.pacing.ring_law import RingLaw
from dialer.vocabulary.ids import AttemptId

GRID = make_grid(25.0, 2.0)


def test_quick_answers_do_not_raise_the_answer_rate_before_their_cohort_is_whole() -> None:
    rate = AnswerRate(25.5)
    for number in range(100):
        rate.dialed(AttemptId(f"{number}"), 0.0, 0.25)
    for number in range(0, 100, 5):
        rate.resolved(AttemptId(f"{number}"), 6.0, 1.0)
    rate.ripen(10.0)
    assert rate.level == 1.0
    for number in range(100):
        rate.resolved(AttemptId(f"{number}"), 25.0, 0.0)
    assert len(rate.ripen(25.5)) == 100
    assert 0.25 * rate.level == pytest.approx(0.20, abs=0.02)


def test_busy_numbers_do_not_lower_the_answer_rate_before_their_cohort_is_whole() -> None:
    rate = AnswerRate(25.5)
    for number in range(100):
        rate.dialed(AttemptId(f"{number}"), 0.0, 0.25)
    for number in range(30):
        rate.resolved(AttemptId(f"{number}"), 2.0, 0.0)
    rate.ripen(20.0)
    assert rate.level == 1.0


def test_long_conversations_count_while_they_last() -> None:
    """A young shift: of conversations of 300 s on average only short ones are over after two minutes."""
    rng = np.random.default_rng(7)
    lengths = rng.exponential(300.0, 400)
    now = 120.0
    talk = Hazard(5.0, 121, 150.0)
    for length in lengths[lengths <= now]:
        talk.ended(float(length))
    under_way = np.full(int((lengths > now).sum()), now)
    hazard = talk.rates(under_way)
    assert hazard[:24] == pytest.approx(np.full(24, 1 / 300.0), rel=0.35)
    mean_of_those_over = float(lengths[lengths <= now].mean())
    assert mean_of_those_over < 70.0, "what a forecast by finished conversations would believe"


def test_agents_who_have_just_begun_are_not_expected_back_soon() -> None:
    law = FreeLaw(GRID)
    for _ in range(300):
        law.talk.ended(20.0)
    still_talking = np.full(3000, 110.0)
    talk, _ = law.tables(still_talking, np.zeros(0))
    assert talk[0, -1] < 0.12, "one in eleven ends within 20 s, and nobody is free without after-call work"
    assert np.all(np.diff(talk, axis=1) >= -1e-12)


def test_a_call_that_was_given_up_does_not_shorten_rings() -> None:
    rate, law = AnswerRate(25.5), RingLaw(GRID)
    for number in range(400):
        name = AttemptId(f"{number}")
        rate.dialed(name, 0.0, 0.25)
        if number % 4 == 0:
            rate.resolved(name, 20.0, 1.0)
        else:
            rate.resolved(name, 15.0, 0.1, shed=True)
    for dial in rate.ripen(30.0):
        law.learn(dial)
    answered, missed = law.survival()
    assert answered[2 * 15] > 0.9, "answers come after 20 s; those of calls given up lie beyond 15 s, too"
    assert missed[2 * 20] > 0.9, "a call given up would have rung on"
