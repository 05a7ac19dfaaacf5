"""What a decision must be before it is carried out: a rule is a plug-in, and its mistakes are found at the border."""

from __future__ import annotations

from collections.abc import Mapping
from operator import index

from dialer.pacing.pacer import Decision, PacingSnapshot


class UnsoundDecision(ValueError):
    """A rule answered what nobody can carry out."""


def sound(decision: object, snapshot: PacingSnapshot) -> Decision:
    """The decision itself, if it can be carried out for this snapshot; raises UnsoundDecision with what is wrong."""
    if not isinstance(decision, Decision):
        raise UnsoundDecision(f"{type(decision).__name__} is no Decision")
    problem = _problem(decision, snapshot)
    if problem:
        raise UnsoundDecision(problem)
    return decision


def _problem(decision: Decision, snapshot: PacingSnapshot) -> str:
    try:
        dial = index(decision.dial)
    except TypeError:
        return f"dial is {decision.dial!r}, no whole number"
    if dial < 0:
        return f"dial is {dial}, less than nothing"
    if len(set(decision.pick)) < len(decision.pick):
        return "pick names a record twice"
    wrong = [each for each in decision.pick if not 0 <= each < len(snapshot.upcoming)]
    if wrong:
        return f"pick names record {wrong[0]} of {len(snapshot.upcoming)} upcoming ones"
    if decision.shed_chances and len(decision.shed_chances) != len(decision.shed):
        return f"shed_chances has {len(decision.shed_chances)} chances for {len(decision.shed)} calls"
    reason: object = decision.reason
    figures: object = decision.figures
    if not isinstance(reason, str) or not isinstance(figures, Mapping):
        return "reason is no text, or figures are no mapping"
    return ""
