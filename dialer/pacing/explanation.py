"""Why a pacer decided as it did, in words."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.pacing.budget import Allowance
from dialer.pacing.loss import FEW


def explain(dial: int, shed: int, figures: Mapping[str, float], allowance: Allowance, held: str) -> str:
    """One sentence: what is done, why no more, and what holds it back. `held`: why nothing may be risked, if so."""
    done = f"dials {dial}" if dial else "dials none"
    if shed:
        done += f", gives up {shed} that rang long"
    if held:
        return f"{done}: 1:1, {held}"
    if allowance.spent:
        return f"{done}: 1:1, the abandonment of the {allowance.window} is spent"
    if figures["beta"] < allowance.theta:
        return f"{done}: all that lines and records allow; {_next(figures, allowance)}"
    if allowance.guarded:
        done += f" (hardly any abandonment of the {allowance.window} is left for now)"
    return (
        f"{done}: {_next(figures, allowance)}, allowed are {allowance.theta:.1%}; "
        f"{figures['idle']:.0f} idle, {figures['expected_free']:.1f} free and "
        f"{figures['expected_answers']:.1f} answers expected within a ring"
    )


def _next(figures: Mapping[str, float], allowance: Allowance) -> str:
    """What one more call costs: a chance, or more than that where a burst is charged."""
    if allowance.bearable > FEW:
        return f"the next would risk {figures['beta']:.1%}"
    borne = str(allowance.bearable) if allowance.bearable else "none"
    return f"the next weighs {figures['beta']:.1%} (with bursts, as the {allowance.bearing} bears {borne} more)"


def learnt_from(figures: Mapping[str, float], new_list: str) -> str:
    """What the forecast of answers stands on beside the last minutes: habits of former days, and whether it begins
    anew because the campaign went over to `new_list`; empty if neither."""
    told = ""
    if figures.get("habit_dials"):
        told += (
            f"; {figures['forecast_rate']:.0%} answers forecast of the next records, by {figures['habit_dials']:.0f} "
            f"dials of former days, {figures['habit_dials_alike']:.0f} of them alike"
        )
    if new_list:
        told += f"; the list {new_list} is new: what was known of answers is forgotten"
    return told
