"""How much abandonment may be spent now: the limits of all periods that count, and the threshold they leave.

The threshold theta is what one more call may risk (see `loss`). It follows the budget by feedback: each live answer
earns alpha, each abandoned one costs 1, so that any error of the forecast is absorbed here and not in the law.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from dialer.pacing.pacer import Window

#: Of a limit, the part that is aimed at; and the abandoned contacts that are kept in reserve.
AIM = 0.0295 / 0.03
RESERVE = 1.0
#: Bounds of theta and where it starts.
LEAST_THETA, MOST_THETA, FIRST_THETA = 0.001, 0.5, 0.03
#: alpha is at most so many times the limit: what is left late is not burnt at once.
MOST_ALPHA = 2.0
#: Live answers added to those still expected, against a burst at the end.
SOFT_ANSWERS = 10.0
#: For less than this the answers of a period are not extrapolated, seconds.
LEAST_ELAPSED_S = 900.0
#: Strength of the feedback: per abandoned contact, against those of ten minutes per agent at 3 %, at least 3.
GAIN, TEN_MINUTES_PER_AGENT, LEAST_TEN_MINUTES = 0.5, 0.124, 3.0


class Allowance(Struct, frozen=True):
    """What the periods allow: `theta` now; `alpha`, the abandoned per live answer that is aimed at from here on;
    `left`, the abandoned that the tightest period still has; `window`, its name; `guarded`: one more would be too
    many, nothing may be risked."""

    theta: float
    alpha: float
    left: float
    window: str
    guarded: bool


class Budget:
    """Feedback on theta over all periods: the one that leaves least decides."""

    def __init__(self) -> None:
        self._log_theta = math.log(FIRST_THETA)
        self._new_answers = 0
        self._new_abandoned = 0

    def answered(self, number: int = 1) -> None:
        """A live answer; -1 takes one back that was a machine."""
        self._new_answers += number

    def abandoned(self) -> None:
        self._new_abandoned += 1

    def allow(self, windows: Sequence[Window], agents: int) -> Allowance:
        """What may be risked now with `agents` at work. `windows` holds at least one period."""
        tightest = min(windows, key=_alpha)
        alpha = _alpha(tightest)
        if self._new_answers or self._new_abandoned:
            gain = GAIN / max(LEAST_TEN_MINUTES, TEN_MINUTES_PER_AGENT * agents)
            step = gain * (alpha * self._new_answers - self._new_abandoned)
            self._log_theta = min(math.log(MOST_THETA), max(math.log(LEAST_THETA), self._log_theta + step))
            self._new_answers = self._new_abandoned = 0
        guarded = any(_is_spent(each) for each in windows)
        theta = LEAST_THETA if guarded else math.exp(self._log_theta)
        left = min(each.limit * each.answers - each.abandoned for each in windows)
        return Allowance(theta, alpha, left, tightest.name, guarded)


def _expected_answers(window: Window) -> float:
    """Live answers of the whole period, if they go on as so far."""
    elapsed_s = max(window.elapsed_s, LEAST_ELAPSED_S)
    return max(float(window.answers), window.answers * window.length_s / elapsed_s)


def _alpha(window: Window) -> float:
    """Abandoned per live answer from now on that use the period's limit up at its end."""
    aim = window.limit * AIM
    expected = _expected_answers(window)
    alpha = (aim * expected - window.abandoned - RESERVE) / (expected - window.answers + SOFT_ANSWERS)
    return min(MOST_ALPHA * aim, max(0.0, alpha))


def _is_spent(window: Window) -> bool:
    """Whether one more abandoned contact is more than the answers so far, with a credit on those to come that
    shrinks to nothing at the end of the period, can bear."""
    aim = window.limit * AIM
    to_come = aim * (_expected_answers(window) - window.answers)
    credit = 0.5 * min(to_come, 6.0 + 2.0 * math.sqrt(aim * window.answers))
    return window.abandoned + 1 > aim * window.answers + credit
