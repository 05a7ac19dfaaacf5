"""Habits of one day help on the next: contacts who answer by hour and country, in the whole core."""

from __future__ import annotations

import pytest

from config.model import CampaignSettings
from dialer.pacing import Decision, Observation, Observed, Pacer, PacingSnapshot
from dialer.pacing.predictive import PredictivePacer
from dialer.simulation.profile import Profile
from dialer.simulation.setting import Plan
from dialer.simulation.shift import ABROAD, SimulatedShift
from dialer.store.memory import Tables
from dialer.vocabulary.results import CallResult
from dialer.words import say

#: At home few answer in the first hour and many in the second; abroad it is the other way round.
SWINGING = Profile.model_validate(
    {
        "answer": [{"begin_h": 0, "end_h": 1, "begin": 0.5}, {"begin_h": 1, "end_h": 2, "begin": 1.7}],
        "abroad": {
            "percent": 40,
            "answer": [{"begin_h": 0, "end_h": 1, "begin": 1.8}, {"begin_h": 1, "end_h": 2, "begin": 0.4}],
        },
    }
)
PLAN = Plan(6, 0.25, "predictive", 1.4, SWINGING)
#: The day before had more agents, so that its habits are no chance.
BEFORE = Plan(12, 0.25, "predictive", 2.0, SWINGING)
#: One short shift of six agents scatters by some percent.
SEEDS = range(1, 7)
#: The time-out for thirteen shifts on a busy machine.
SHIFTS_TIMEOUT_S = 300


class Judged:
    """A predictive pacer whose forecast for each dialed record is compared with the true rate."""

    def __init__(self, rule: PredictivePacer, shift: SwingingShift) -> None:
        self._rule, self._shift = rule, shift
        self.errors: list[float] = []
        self.reason = ""

    def observe(self, observation: Observation) -> None:
        traits = observation.traits
        if observation.kind is Observed.DIALED and traits is not None:
            truth = self._shift.rate_at(observation.at, ABROAD if traits.region == "US" else "")
            self.errors.append(self._rule.chance(traits) - truth)
        self._rule.observe(observation)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        decision = self._rule.decide(now, snapshot)
        self.reason = say(decision.reason)
        return decision

    @property
    def error(self) -> float:
        """Root of the mean square error of a forecast."""
        return float((sum(each * each for each in self.errors) / len(self.errors)) ** 0.5)


class SwingingShift(SimulatedShift):
    """A shift with a judged pacer."""

    judged: Judged

    def rule(self, settings: CampaignSettings) -> Pacer:
        rule = super().rule(settings)
        assert isinstance(rule, PredictivePacer)
        self.judged = Judged(rule, self)
        return self.judged


def _run(seed: int, plan: Plan = PLAN, former: Tables | None = None) -> SwingingShift:
    shift = SwingingShift(plan, seed, former)
    shift.run()
    return shift


@pytest.fixture(scope="module")
def yesterday() -> SwingingShift:
    return _run(101, BEFORE)


@pytest.mark.timeout(SHIFTS_TIMEOUT_S)
def test_what_yesterday_taught_makes_better_forecasts_within_the_same_limit(yesterday: SwingingShift) -> None:
    without = [_run(seed) for seed in SEEDS]
    knowing = [_run(seed, former=yesterday.tables) for seed in SEEDS]
    for before, after in zip(without, knowing, strict=True):
        assert after.judged.error < 0.5 * before.judged.error
        assert "dials of former days" in after.judged.reason
        assert "former days" not in before.judged.reason
    answers = sum(each.tally.answers for each in knowing)
    assert sum(each.tally.abandoned for each in knowing) <= 0.03 * answers
    worked_s, worked_before_s = (sum(each.tally.working_s for each in all_) for all_ in (knowing, without))
    assert worked_s > 0.99 * worked_before_s


def test_each_attempt_that_was_settled_is_counted_once(yesterday: SwingingShift) -> None:
    settled = [each.settled for each in yesterday.tables.attempts.values() if each.settled is not None]
    assert sum(dials for dials, _ in yesterday.tables.habits.values()) == len(settled)
    answers = sum(each.answered_at is not None for each in settled)
    assert sum(answers for _, answers in yesterday.tables.habits.values()) == answers
    assert {each.result for each in settled} <= {
        *(CallResult.ANSWER, CallResult.ABANDONED, CallResult.DROPPED),
        *(CallResult.NO_ANSWER, CallResult.BUSY),
    }
    kinds = {(hour, number_type, region) for _, _, _, hour, number_type, region in yesterday.tables.habits}
    assert kinds == {(hour, *kind) for hour in (0, 1) for kind in (("fixed", "GB"), ("fixed_or_mobile", "US"))}


def test_the_same_seed_and_history_are_the_same_trace_and_history_is_another_one(yesterday: SwingingShift) -> None:
    short = Plan(4, 0.25, "predictive", 0.1, SWINGING)
    traces = [_run(7, short, former).trace.hexdigest() for former in (yesterday.tables, yesterday.tables, None)]
    assert traces[0] == traces[1] != traces[2]
