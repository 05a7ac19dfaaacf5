from __future__ import annotations

import math

import pytest

from dialer.pacing.answer_pace import LEAST_SPAN_S, PAUSE_S, SPAN_S, AnswerPace


def test_nothing_is_said_before_there_is_enough() -> None:
    pace = AnswerPace()
    assert [pace.at(at, 10) for at in (0.0, 60.0, LEAST_SPAN_S - 1)] == [math.inf] * 3


def test_it_is_the_pace_of_the_last_hour() -> None:
    pace, found = AnswerPace(), 0.0
    for minute in range(121):
        found = pace.at(minute * 60.0, minute * (5 if minute <= 60 else 2) + (180 if minute > 60 else 0))
    assert found == pytest.approx(2 / 60)
    assert SPAN_S == 3600


def test_a_stop_is_no_slow_time() -> None:
    pace, found = AnswerPace(), 0.0
    for minute in range(61):
        pace.at(minute * 60.0, minute * 5)
    after = 3600 + PAUSE_S + 1
    assert pace.at(after, 300) == math.inf
    for minute in range(31):
        found = pace.at(after + minute * 60.0, 300 + minute * 5)
    assert found == pytest.approx(5 / 60)
