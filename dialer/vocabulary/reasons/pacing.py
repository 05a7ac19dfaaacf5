"""The pacing of a campaign, and the effects of a change of its mode."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class CannotDialYet(Reason, frozen=True, tag="pacing.none"):
    pass


class NothingDecided(Reason, frozen=True, tag="pacing.undecided"):
    pass


class ByForecast(Reason, frozen=True, tag="pacing.forecast"):
    """`decided` is the reason of the last decision; `later` is the number of records outside the calling window."""

    decided: Reason
    later: int = 0


class ByOtherRule(Reason, frozen=True, tag="pacing.rule"):
    """`basis`: the reason for this rule; `decided`: the reason of the last decision."""

    basis: Reason
    decided: Reason


class BasisForecast(Reason, frozen=True, tag="pacing_basis.forecast"):
    pass


class BasisMode(Reason, frozen=True, tag="pacing_basis.mode"):
    mode: str


class BasisLag(Reason, frozen=True, tag="pacing_basis.lag"):
    """Events of calls came `lag_s` seconds late; more than `limit_s` is too late."""

    lag_s: float
    limit_s: float


class BasisFailure(Reason, frozen=True, tag="pacing_basis.failure"):
    failure: Reason


class BasisFewAgents(Reason, frozen=True, tag="pacing_basis.few_agents"):
    at_work: int
    least: int


class BasisFewAgentsOf(Reason, frozen=True, tag="pacing_basis.few_agents_of"):
    """The same, with the places of the `others`."""

    at_work: int
    least: int
    others: tuple[Reason, ...]


class AgentsAt(Reason, frozen=True, tag="agents_at"):
    """`place` is leaving, not_ready, phone_being_rung, phone_on_hold or without_ok."""

    agents: int
    place: str


class AgentsLent(Reason, frozen=True, tag="agents_lent"):
    agents: int
    campaign: str


class ModeAsBefore(Reason, frozen=True, tag="mode_change.none"):
    mode: str


class ModeFromStart(Reason, frozen=True, tag="mode_change.later"):
    mode: str


class CallsThatRing(Reason, frozen=True, tag="mode_change.ringing"):
    calls: int
    stay: bool


class OffersOnDesks(Reason, frozen=True, tag="mode_change.offers"):
    offers: int
    stay: bool


class PhonesRungNow(Reason, frozen=True, tag="mode_change.engage"):
    pass


class PhonesHungUp(Reason, frozen=True, tag="mode_change.disengage"):
    pass


class DialsAhead(Reason, frozen=True, tag="mode_change.ahead"):
    agents: int
    percent: float
    days: int


class NoWaitingMessage(Reason, frozen=True, tag="mode_change.no_message"):
    pass


class DialsOneToOne(Reason, frozen=True, tag="mode_change.one_to_one"):
    pass
