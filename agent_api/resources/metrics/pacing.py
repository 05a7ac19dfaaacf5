"""Figures of the pacing for Prometheus: the counts of the law, the basis of decisions, and their inputs.

Ratios are parts of 1. Labels are names of campaigns, and words of fixed sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from dialer.campaigns.calendar import day_of
from dialer.pacing.governor import Basis, PastDecision
from dialer.ports import Moment
from dialer.views.pacing_sentence import is_paced
from dialer.vocabulary.ids import CampaignName
from dialer.world.world import World

#: Figures of the last forecast for curves: key, name and help.
FORECAST: Mapping[str, tuple[str, str]] = {
    "theta": ("risk_allowed_ratio", "Chance of an abandoned contact that one more call may have."),
    "beta": ("risk_next_ratio", "Chance that one more call abandons a contact; more where bursts are charged."),
    "answer_rate": ("answer_ratio", "Share of dials that are expected to be answered."),
    "expected_answers": ("expected_answers", "Answers expected within a ring from calls under way."),
    "expected_free": ("expected_free_agents", "Agents idle, or expected to be so within a ring."),
    "budget_left": (
        "abandonment_left",
        "Contacts who may still be abandoned for the answers so far; less than 0: over.",
    ),
}


def family(name: str, words: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    """A gauge with one label."""
    found = GaugeMetricFamily(name, words, labels=(label,))
    for key, value in values:
        found.add_metric((key,), value)
    return found


def pacing_families(world: World, at: Moment) -> Iterator[Metric]:
    """All figures of the pacing of all campaigns."""
    yield from _abandonment(world, at.utc)
    # Decisions of a campaign that is not paced now are out of date.
    last = {
        name: world.pacers[name].last if is_paced(world, campaign) else None
        for name, campaign in world.campaigns.items()
    }
    yield from _basis(last)
    failed = ((name, float(governor.failure is not None)) for name, governor in world.pacers.items())
    yield family("cornetta_pacing_failed", "1 while the forecast is out of order.", "campaign", failed)
    made = CounterMetricFamily("cornetta_pacing_decisions", "Decisions since the campaign began.", labels=("campaign",))
    for name, governor in world.pacers.items():
        made.add_metric((name,), governor.made)
    yield made
    lag_s = world.lag_at(at.monotonic)
    words = "Age of the oldest event of the last 5 s; over 1 s nothing is forecast."
    yield GaugeMetricFamily("cornetta_pacing_lag_seconds", words, value=lag_s)
    yield from _forecasts(last)


def _abandonment(world: World, utc: float) -> Iterator[Metric]:
    campaigns = list(world.campaigns.values())
    today = {each.name: each.abandonment.within(1, day_of(each, utc)) for each in campaigns}
    answers = ((name, float(count.answers)) for name, count in today.items())
    yield family("cornetta_live_answers_today", "Live answers of the day.", "campaign", answers)
    abandoned = ((name, float(count.abandoned)) for name, count in today.items())
    yield family("cornetta_abandoned_today", "Live answers of the day without an agent in time.", "campaign", abandoned)
    words = "Abandoned per live answer: of today, and of all days over which the campaign's limit counts."
    share = GaugeMetricFamily("cornetta_abandonment_ratio", words, labels=("campaign", "period"))
    for each in campaigns:
        days = each.settings.predictive.window_days
        for period, count in (
            ("day", today[each.name]),
            ("window", each.abandonment.within(days, day_of(each, utc))),
        ):
            share.add_metric((each.name, period), count.abandoned / count.answers if count.answers else 0.0)
    yield share
    limits = ((each.name, each.settings.predictive.abandonment_limit_percent / 100) for each in campaigns)
    yield family("cornetta_abandonment_limit_ratio", "Most abandoned per live answer, as set.", "campaign", limits)


def _basis(last: Mapping[CampaignName, PastDecision | None]) -> Iterator[Metric]:
    ahead = ((name, float(each is not None and each.basis is Basis.FORECAST)) for name, each in last.items())
    yield family("cornetta_pacing_ahead", "1 while contacts are dialed by forecast.", "campaign", ahead)
    words = (
        "1 for that by which it is decided now: forecast, mode (one for each idle agent), or why there is no forecast."
    )
    found = GaugeMetricFamily("cornetta_pacing_basis", words, labels=("campaign", "basis"))
    for name, decision in last.items():
        for basis in Basis:
            found.add_metric((name, basis.value), float(decision is not None and decision.basis is basis))
    yield found


def _forecasts(last: Mapping[CampaignName, PastDecision | None]) -> Iterator[Metric]:
    for key, (name, words) in FORECAST.items():
        values = (
            (campaign, decision.figures[key])
            for campaign, decision in last.items()
            if decision is not None and key in decision.figures
        )
        yield family(f"cornetta_pacing_{name}", words, "campaign", values)
