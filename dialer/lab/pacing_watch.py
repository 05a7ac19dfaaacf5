"""A node's pacing under watch: its begin, the basis of its decisions, and their cost."""

from __future__ import annotations

from collections import Counter

from config.model import CampaignSettings
from dialer.pacing import Decision, PacingSnapshot
from dialer.pacing.governor import Governor
from dialer.simulation.shift import TimedPacer
from dialer.world.world import make_rule


class PacingWatch:
    """Makes the governors of a node and notes every decision."""

    def __init__(self) -> None:
        #: UTC epoch seconds of the first decision; None before.
        self.began_at: float | None = None
        #: Decisions by their basis.
        self.by_basis: Counter[str] = Counter()
        self._rules: list[TimedPacer] = []

    @property
    def decision_us(self) -> float:
        """Mean time of a forecast, observations included, in microseconds; 0 where there was none."""
        decisions = sum(each.decisions for each in self._rules)
        return sum(each.spent_ns for each in self._rules) / 1000 / decisions if decisions else 0.0

    def governor(self, settings: CampaignSettings) -> Governor:
        """The pacing of a campaign, as the node would make it."""
        rule = TimedPacer(make_rule(settings))
        self._rules.append(rule)
        return _WatchedGovernor(rule, settings.predictive.min_agents, self)

    def decided(self, utc: float, basis: str) -> None:
        """A decision was made."""
        if self.began_at is None:
            self.began_at = utc
        self.by_basis[basis] += 1


class _WatchedGovernor(Governor):
    def __init__(self, rule: TimedPacer, least_agents: int, watch: PacingWatch) -> None:
        super().__init__(rule, least_agents)
        self._watch = watch

    def decide(self, now: float, utc: float, snapshot: PacingSnapshot, *, forecasts: bool) -> Decision:
        decision = super().decide(now, utc, snapshot, forecasts=forecasts)
        if self.last is not None:
            self._watch.decided(utc, self.last.basis)
        return decision
