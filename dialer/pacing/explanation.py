"""Why a pacer decided as it did, in words."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.pacing.budget import Allowance


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
        return f"{done}: all that lines and records allow; the next would risk {figures['beta']:.1%}"
    if allowance.guarded:
        done += f" (the {allowance.window} has hardly any abandonment left for now)"
    return (
        f"{done}: the next would risk {figures['beta']:.1%}, allowed are {allowance.theta:.1%}; "
        f"{figures['idle']:.0f} idle, {figures['expected_free']:.1f} free and "
        f"{figures['expected_answers']:.1f} answers expected within a ring"
    )
