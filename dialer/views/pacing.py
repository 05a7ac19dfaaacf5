"""How a campaign is paced: what the law counts, and the last decisions with their reasons."""

from __future__ import annotations

from itertools import islice

from msgspec import Struct

from dialer.callflow.calendar import day_of
from dialer.callflow.world import World
from dialer.campaigns.campaign import Campaign
from dialer.pacing.governor import Basis, PastDecision
from dialer.ports import Moment


class AbandonmentView(Struct, frozen=True):
    """Live answers and abandoned ones of a period; shares in percent. `left`: how many more may be abandoned now."""

    period: str
    answers: int
    abandoned: int
    percent: float
    limit_percent: float
    left: float


class PacingView(Struct, frozen=True):
    """`basis` of the last decision: forecast, mode (one call for one agent), or why it is progressive for the time
    being (few_agents, lag, failure); None before the first. `failure`: why the forecast is out of order. `lag_s`: age
    of the oldest event of the last seconds. `decisions`: the newest first."""

    campaign: str
    mode: str
    basis: Basis | None
    failure: str
    lag_s: float
    abandonment: tuple[AbandonmentView, ...]
    decisions: tuple[PastDecision, ...]


def pacing_view(world: World, campaign: Campaign, at: Moment, limit: int) -> PacingView:
    """The pacing at `at`, with at most `limit` decisions."""
    governor = world.pacers[campaign.name]
    last = governor.last
    return PacingView(
        campaign=campaign.name,
        mode=campaign.mode,
        basis=None if last is None else last.basis,
        failure=governor.failure,
        lag_s=world.lag_at(at.monotonic),
        abandonment=abandonment_views(campaign, at),
        decisions=tuple(islice(reversed(governor.decisions), limit)),
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
