"""Why the rule of a campaign is asked no more: it is a plug-in, which may raise or say what nobody can carry out."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class RuleRaised(Reason, frozen=True, tag="rule_failed"):
    """`error` is the kind of the error, `said` its own words."""

    error: str
    said: str


class NoDecision(Reason, frozen=True, tag="decision_unsound"):
    """`given` is the type of what came instead."""

    given: str


class DialNotWhole(Reason, frozen=True, tag="decision_unsound.dial"):
    dial: str


class DialNegative(Reason, frozen=True, tag="decision_unsound.negative"):
    dial: int


class PickedTwice(Reason, frozen=True, tag="decision_unsound.pick_twice"):
    pass


class PickedUnknown(Reason, frozen=True, tag="decision_unsound.pick"):
    """`record` is a position in those that are `upcoming`."""

    record: int
    upcoming: int


class ChancesUneven(Reason, frozen=True, tag="decision_unsound.chances"):
    chances: int
    calls: int


class ReasonUnsound(Reason, frozen=True, tag="decision_unsound.reason"):
    given: str


class FiguresUnsound(Reason, frozen=True, tag="decision_unsound.figures"):
    given: str
