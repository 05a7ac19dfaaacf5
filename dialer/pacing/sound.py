"""What a decision must be before it is carried out: a rule is a plug-in, and its mistakes are found at the border."""

from __future__ import annotations

from collections.abc import Mapping
from operator import index

from dialer.pacing.pacer import Decision, PacingSnapshot
from dialer.vocabulary.reasons import rule_failures as failures
from dialer.vocabulary.reasons.reason import Reason


class UnsoundDecision(ValueError):
    """A rule answered what nobody can carry out, for that `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def sound(decision: object, snapshot: PacingSnapshot) -> Decision:
    """The decision itself, if it can be carried out for this snapshot; raises UnsoundDecision."""
    if not isinstance(decision, Decision):
        raise UnsoundDecision(failures.NoDecision(type(decision).__name__))
    problem = _problem(decision, snapshot)
    if problem is not None:
        raise UnsoundDecision(problem)
    return decision


def _problem(decision: Decision, snapshot: PacingSnapshot) -> Reason | None:
    try:
        dial = index(decision.dial)
    except TypeError:
        return failures.DialNotWhole(repr(decision.dial))
    if dial < 0:
        return failures.DialNegative(dial)
    if len(set(decision.pick)) < len(decision.pick):
        return failures.PickedTwice()
    wrong = [each for each in decision.pick if not 0 <= each < len(snapshot.upcoming)]
    if wrong:
        return failures.PickedUnknown(wrong[0], len(snapshot.upcoming))
    if decision.shed_chances and len(decision.shed_chances) != len(decision.shed):
        return failures.ChancesUneven(len(decision.shed_chances), len(decision.shed))
    return _untold(decision.reason, decision.figures)


def _untold(reason: object, figures: object) -> Reason | None:
    """What is wrong with that which a supervisor reads of the decision."""
    if not isinstance(reason, Reason):
        return failures.ReasonUnsound(type(reason).__name__)
    return None if isinstance(figures, Mapping) else failures.FiguresUnsound(type(figures).__name__)
