"""How much abandonment may be spent now: the limits of all periods that count, and the threshold they leave.

The threshold theta is what one more call may risk (see `loss`). What it costs in the end is learned: abandoned per
live answer = cost x theta. So any error of the forecast, which feeds on the same laws, is absorbed in one
figure, and a few abandoned contacts of a small team do not shake the threshold as they would by a fixed step each.

Only answers that came under a threshold count, for the price as for what may be spent. A morning of one call for each
agent teaches no price, and what it leaves of the limit is no credit: spent in the hours after it, it would be twice the
limit for those who are called then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from dialer.pacing.pacer import Window

#: Of a limit, the part that is aimed at; and the abandoned contacts that are kept in reserve, for two or three at once
#: when the period is nearly over and no answers are left to make up for them: of few a part only, as the last ones buy
#: as much as the first.
AIM = 0.0295 / 0.03
RESERVE, RESERVED_PART = 3.0, 0.4
#: Bounds of theta.
LEAST_THETA, MOST_THETA = 0.0003, 0.5
#: alpha is at least this part of the limit while one more abandoned contact can be borne: the first steps away from
#: 1:1 are the cheapest by far, and an early burst must not make the rest of the day 1:1.
LEAST_ALPHA = 1.0 / 6.0
#: Of the answers to come, the part on whose allowance abandoned contacts may run ahead.
AHEAD = 0.7
#: alpha is at most so many times the limit: what is left late is not burnt at once.
MOST_ALPHA = 2.0
#: Live answers added to those still expected, against a burst at the end.
SOFT_ANSWERS = 25.0
#: For less than this the answers of a period are not extrapolated, seconds.
LEAST_ELAPSED_S = 900.0
#: What is assumed of the cost: this theta makes this many abandoned per live answer; and its weight in abandoned.
USUAL_THETA, USUAL_SHARE, PRIOR_ABANDONED = 0.03, 0.0295, 5.0
#: Calls that can still be given up risk less than the forecast of an answer says: the usual theta is higher.
USUAL_THETA_SHEDDING = 0.06
#: Memory of the cost, in abandoned contacts.
MEMORY = 60.0


class Allowance(Struct, frozen=True):
    """What the periods allow: `theta` now; `alpha`, the abandoned per live answer that is aimed at from here on;
    `left`, the abandoned that the tightest period still has; `window`, its name; `guarded`: one more would be too
    many for now, little may be risked; with `spent`, nothing at all for the rest of the period; `bearable`: abandoned
    contacts that the period which bears fewest, `bearing`, still bears by its end, as far as can be told."""

    theta: float
    alpha: float
    left: float
    window: str
    guarded: bool
    spent: bool
    bearable: int
    bearing: str


class Budget:
    """theta over all periods: the one that leaves least decides."""

    def __init__(self, *, shedding: bool) -> None:
        usual = USUAL_THETA_SHEDDING if shedding else USUAL_THETA
        self._prior_exposure = PRIOR_ABANDONED * usual / USUAL_SHARE
        self._abandoned = 0.0
        self._exposure = 0.0
        self._risk = usual
        self._new_answers = 0
        self._new_abandoned = 0
        self._unasked = False
        #: The periods at the last decision, by name, and of their answers those that nothing may be spent on.
        self._seen: dict[str, Window] = {}
        self._uncounted: dict[str, float] = {}

    def answered(self, number: int = 1) -> None:
        """A live answer; -1 takes one back that was a machine."""
        self._new_answers += number

    def abandoned(self) -> None:
        self._new_abandoned += 1

    def unasked(self) -> None:
        """What has happened since the last decision came under no threshold: nobody asked, and calls were placed one
        for each agent. Such answers say nothing of what a risk costs, and leave nothing to be spent later."""
        self._new_answers = self._new_abandoned = 0
        self._unasked = True

    def held(self) -> None:
        """Nothing was risked after all."""
        self._risk = 0.0

    def allow(self, windows: Sequence[Window], to_come: float = math.inf, later: float = 0.0) -> Allowance:
        """What may be risked now. `windows` holds at least one period; `to_come`: live answers that the list can still
        give today, and `later` on other days, as when it ends before the periods do nothing makes up for what was spent
        ahead."""
        self._learn()
        periods = [self._period(each, to_come if each.day is not None else to_come + later) for each in windows]
        self._unasked = False
        alphas = [_alpha(each) for each in periods]
        alpha = min(alphas)
        tightest = windows[alphas.index(alpha)]
        guarded = any(_is_too_soon(each) for each in periods)
        spent = any(each.abandoned and each.abandoned >= each.limit * each.expected for each in periods)
        theta = LEAST_THETA
        if spent:
            theta = 0.0
        elif not any(_is_last(each) for each in periods):
            least = LEAST_ALPHA * min(each.limit for each in windows)
            share = least if guarded else max(least, alpha)
            cost = (self._abandoned + PRIOR_ABANDONED) / (self._exposure + self._prior_exposure)
            theta = min(MOST_THETA, max(LEAST_THETA, share / cost))
        self._risk = theta
        left = tightest.limit * periods[alphas.index(alpha)].answers - tightest.abandoned
        bearable, last = min((_bearable(each), n) for n, each in enumerate(periods))
        return Allowance(theta, alpha, left, tightest.name, guarded, spent, bearable, windows[last].name)

    def _period(self, window: Window, to_come: float) -> _Period:
        return _Period(window, self._count(window), min(to_come, _answers_to_come(window)))

    def _count(self, window: Window) -> float:
        """Answers of the period on which abandoned contacts may be spent. Those that nobody asked for make up for what
        was abandoned so far, and leave nothing beyond that. In a period of several days all count: what it leaves is
        mostly of days that were asked, and none of its days can spend more than it has itself."""
        if window.day is None:
            return window.answers
        before = self._seen.get(window.name)
        self._seen[window.name] = window
        if before is None or before.day != window.day:
            before = None
            self._uncounted[window.name] = 0.0
        count = window.answers - self._uncounted[window.name]
        if self._unasked:
            unasked = window.answers - (0 if before is None else before.answers)
            left = max(0.0, min(unasked, count - window.abandoned / (window.limit * AIM)))
            self._uncounted[window.name] += left
            count -= left
        return max(0.0, count)

    def _learn(self) -> None:
        """The answers since the last decision came under its threshold."""
        if self._new_abandoned:
            keep = math.exp(-self._new_abandoned / MEMORY)
            self._abandoned = self._abandoned * keep + self._new_abandoned
            self._exposure *= keep
        self._exposure += self._risk * self._new_answers
        self._new_answers = self._new_abandoned = 0


class _Period:
    """A period, and the live answers that are expected: `to_come`, and with those so far that count."""

    __slots__ = ("abandoned", "answers", "expected", "limit", "to_come")

    def __init__(self, window: Window, answers: float, to_come: float) -> None:
        self.limit = window.limit
        self.answers, self.abandoned = answers, window.abandoned
        self.to_come = to_come
        self.expected = answers + to_come


def _answers_to_come(window: Window) -> float:
    """Live answers in the rest of the period, if they go on as so far."""
    elapsed_s = max(window.elapsed_s, LEAST_ELAPSED_S)
    return max(0.0, window.answers * (window.length_s / elapsed_s - 1.0))


def _alpha(period: _Period) -> float:
    """Abandoned per live answer from now on that use the period's limit up at its end."""
    aim = period.limit * AIM
    left = aim * period.expected - period.abandoned
    alpha = (left - min(RESERVE, RESERVED_PART * left)) / (period.to_come + SOFT_ANSWERS)
    return min(MOST_ALPHA * aim, max(0.0, alpha))


def _is_too_soon(period: _Period) -> bool:
    """Whether one more abandoned contact is more than the answers so far, with a credit on those to come that
    shrinks to nothing at the end of the period, can bear."""
    aim = period.limit * AIM
    credit = AHEAD * min(aim * period.to_come, 6.0 + 2.0 * math.sqrt(aim * period.answers))
    return period.abandoned + 1 > aim * period.answers + credit


def _bearable(period: _Period) -> int:
    """Abandoned contacts that the period can still bear by its end."""
    return max(0, math.floor(period.limit * AIM * period.expected - period.abandoned))


def _is_last(period: _Period) -> bool:
    """Whether one more abandoned contact is more than the whole period can bear, as far as can be told; or nobody has
    answered yet, and nothing can be told. The first one of a period may be more: a small team could never dial
    ahead otherwise."""
    too_many = period.abandoned + 1 > period.limit * AIM * period.expected
    return not period.answers or (period.abandoned > 0 and too_many)
