"""The figures of a simulation: those of each seed, and of all of them together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from math import ceil, floor

from msgspec import Struct

from dialer.simulation.shift import SimulatedShift
from dialer.simulation.tally import percent


class ShiftFigures(Struct, frozen=True):
    """One seed. Shares are in percent; `wait_s` is None where nobody talked; `ends_at_h` is the hour at which the
    calling list was finished, and the shift with it, None if it was not; `fallback` is the reason why the figures are
    not the rule's own, empty if they are; `held_back` names a limit beside the rule that held the dialing back, empty
    if none did."""

    seed: int
    utilisation: float
    abandonment: float
    worst_hour: float
    wait_s: float | None
    dials: int
    answers: int
    conversations: int
    abandoned: int
    left_queue: int
    decision_us: float
    trace_hash: str
    ends_at_h: float | None = None
    fallback: str = ""
    held_back: str = ""


class Abandonment(Struct, frozen=True):
    """Live answers without an agent in time, in percent of the live answers: the mean over the seeds, their 95th
    percentile, and the mean of each seed's worst hour."""

    mean: float
    p95: float
    worst_hour: float


class Figures(Struct, frozen=True):
    """All seeds. `utilisation`: percent of the agents' time at work, without breaks, in conversations and after-call
    work; `wait_s`: mean wait of an agent for the next contact, None if nobody talked; `dials_per_answer` is None if
    nobody answered; `decision_us`: mean time of a decision; `ends_at_h`: mean hour at which the list is finished, None
    if a seed did not finish it; `fallback`: the reason why the figures of a seed are not those of `rule`, empty if they
    are; `held_back`: a limit that held the dialing of a seed back, empty if none did."""

    utilisation: float
    abandonment: Abandonment
    wait_s: float | None
    dials_per_answer: float | None
    decision_us: float
    trace_hash: str
    seeds: tuple[ShiftFigures, ...]
    rule: str
    ends_at_h: float | None = None
    fallback: str = ""
    held_back: str = ""


def figures_of(shift: SimulatedShift, seed: int) -> ShiftFigures:
    """The figures of a finished shift."""
    tally = shift.tally
    idle_s = tally.staffed_s - tally.working_s
    return ShiftFigures(
        seed=seed,
        utilisation=percent(tally.working_s, tally.staffed_s),
        abandonment=percent(tally.abandoned, tally.answers),
        worst_hour=100 * tally.worst_hour,
        wait_s=idle_s / tally.conversations if tally.conversations else None,
        dials=tally.dials,
        answers=tally.answers,
        conversations=tally.conversations,
        abandoned=tally.abandoned,
        left_queue=tally.left_queue,
        decision_us=shift.decision_us,
        trace_hash=shift.trace.hexdigest(),
        ends_at_h=shift.ended_at_h,
        fallback=shift.fallback,
        held_back=shift.held_back,
    )


def together(seeds: Sequence[ShiftFigures], rule: str) -> Figures:
    """The figures of at least one seed, by one rule."""
    hashes = [each.trace_hash for each in seeds]
    waits = [each.wait_s for each in seeds if each.wait_s is not None]
    answers = sum(each.answers for each in seeds)
    ends = [each.ends_at_h for each in seeds if each.ends_at_h is not None]
    return Figures(
        utilisation=_mean([each.utilisation for each in seeds]),
        abandonment=Abandonment(
            mean=_mean([each.abandonment for each in seeds]),
            p95=percentile([each.abandonment for each in seeds], 95),
            worst_hour=_mean([each.worst_hour for each in seeds]),
        ),
        wait_s=_mean(waits) if waits else None,
        dials_per_answer=sum(each.dials for each in seeds) / answers if answers else None,
        decision_us=_mean([each.decision_us for each in seeds]),
        trace_hash=hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest(),
        seeds=tuple(seeds),
        rule=rule,
        fallback=next((each.fallback for each in seeds if each.fallback), ""),
        held_back=next((each.held_back for each in seeds if each.held_back), ""),
        ends_at_h=_mean(ends) if len(ends) == len(seeds) else None,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The percentile with linear interpolation between the values, as in numpy."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
