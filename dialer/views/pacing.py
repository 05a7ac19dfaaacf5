"""The pacing of a campaign: the counts of the law, and the last decisions with their reasons."""

from __future__ import annotations

from itertools import islice

from msgspec import Struct

from dialer.campaigns.calendar import day_of
from dialer.campaigns.campaign import Campaign
from dialer.pacing.governor import Basis, PastDecision
from dialer.ports import Moment
from dialer.views.pacing_sentence import pacing_reason
from dialer.vocabulary.reasons.reason import Sentence
from dialer.world.world import World


class AbandonmentView(Struct, frozen=True):
    """Live answers and abandoned ones of a period; shares in percent. `left`: how many more may be abandoned now."""

    period: str
    answers: int
    abandoned: int
    percent: float
    limit_percent: float
    left: float


class HabitsView(Struct, frozen=True):
    """The part of former days in the last decision: `percent` of the next records in hand that are expected to answer,
    from `dials` of former days (weighted less with age), `alike` of them to the same hour, type of number and
    region."""

    percent: float
    dials: int
    alike: int


class PacingView(Struct, frozen=True):
    """`sentence`: the pacing now, with the reason. `basis` of the last decision: forecast, mode (one call for one
    agent), or why it is progressive for the time being (few_agents, lag, failure); None before the first. `failure`:
    the failure of the forecast. `lag_s`: age of the oldest event of the last seconds. `habits`: the expectation by
    hours, types of number and regions for the next records; None while nothing is known of them. `decisions`: the
    newest first."""

    campaign: str
    mode: str
    sentence: Sentence
    basis: Basis | None
    failure: Sentence
    lag_s: float
    abandonment: tuple[AbandonmentView, ...]
    habits: HabitsView | None
    decisions: tuple[PastDecision, ...]


def pacing_view(world: World, campaign: Campaign, at: Moment, limit: int) -> PacingView:
    """The pacing at `at`, with at most `limit` decisions."""
    governor = world.pacers[campaign.name]
    last = governor.last
    return PacingView(
        campaign=campaign.name,
        mode=campaign.mode,
        sentence=Sentence(pacing_reason(world, campaign)),
        basis=None if last is None else last.basis,
        failure=Sentence(governor.failure),
        lag_s=world.lag_at(at.monotonic),
        abandonment=abandonment_views(campaign, at),
        habits=None if last is None else habits_view(last),
        decisions=tuple(islice(reversed(governor.decisions), limit)),
    )


def habits_view(decision: PastDecision) -> HabitsView | None:
    """The habits' part in a decision."""
    figures = decision.figures
    if not figures.get("habit_dials"):
        return None
    return HabitsView(
        100 * figures["forecast_rate"], round(figures["habit_dials"]), round(figures["habit_dials_alike"])
    )


def abandonment_views(campaign: Campaign, at: Moment) -> tuple[AbandonmentView, ...]:
    """Today, and the days over which the law counts."""
    rules = campaign.settings.predictive
    today = day_of(campaign, at.utc)
    periods = {"day": 1, **({f"{rules.window_days} days": rules.window_days} if rules.window_days > 1 else {})}
    found = []
    for name, days in periods.items():
        count = campaign.abandonment.within(days, today)
        percent = 100 * count.abandoned / count.answers if count.answers else 0.0
        left = rules.abandonment_limit_percent / 100 * count.answers - count.abandoned
        found.append(
            AbandonmentView(name, count.answers, count.abandoned, percent, rules.abandonment_limit_percent, left)
        )
    return tuple(found)
