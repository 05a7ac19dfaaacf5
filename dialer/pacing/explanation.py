"""Why the predictive rule decided as it did."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.pacing.budget import Allowance
from dialer.pacing.loss import FEW
from dialer.vocabulary.reasons.decisions import (
    AllDialed,
    BudgetSpent,
    ByHabits,
    DialedAhead,
    Held,
    HeldBack,
    ListIsNew,
    NextCall,
    NextRisks,
    NextWeighs,
    Predicted,
    RiskReached,
)


def explain(dial: int, shed: int, figures: Mapping[str, float], allowance: Allowance, held: Held | None) -> DialedAhead:
    """What is done, why no more, and what holds it back. `held`: why nothing may be risked, if so."""
    if held is not None:
        return HeldBack(dial, shed, held)
    if allowance.spent:
        return BudgetSpent(dial, shed, allowance.window)
    further = _next(figures["beta"], allowance)
    if figures["beta"] < allowance.theta:
        return AllDialed(dial, shed, further)
    return RiskReached(
        dial=dial,
        shed=shed,
        next_call=further,
        allowed=100.0 * allowance.theta,
        idle=int(figures["idle"]),
        free=figures["expected_free"],
        answers=figures["expected_answers"],
        period=allowance.window,
        guarded=allowance.guarded,
    )


def _next(beta: float, allowance: Allowance) -> NextCall:
    """What one more call costs: a chance, or more than that where a burst is charged."""
    percent = 100.0 * beta
    if allowance.bearable > FEW:
        return NextRisks(percent)
    return NextWeighs(percent, allowance.bearing, allowance.bearable)


def with_origin(decided: DialedAhead, figures: Mapping[str, float], new_list: str) -> Predicted:
    """The reason with what the forecast of answers stands on beside the last minutes: habits of former days, and
    whether it begins anew because the campaign went over to `new_list` (empty: it did not)."""
    told: DialedAhead | ByHabits = decided
    if figures.get("habit_dials"):
        percent = round(100.0 * figures["forecast_rate"])
        told = ByHabits(decided, percent, round(figures["habit_dials"]), round(figures["habit_dials_alike"]))
    return ListIsNew(told, new_list) if new_list else told
