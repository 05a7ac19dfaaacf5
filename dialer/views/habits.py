"""Answer rates of a campaign's contacts by hour, type of number, region and list, from its own dials."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from dialer.vocabulary.habits import DayHabit


class AnswerRate(Struct, frozen=True):
    """Dials and live answers of one kind of contact; calls that were given up count the chance of an answer. `percent`
    of the dials were answered."""

    key: str
    dials: int
    answers: float
    percent: float


class AnswerRatesView(Struct, frozen=True):
    """Answer rates of the last `days` days, today included: in all, and by the contact's local hour (00 to 23), type of
    number (mobile, fixed, ...), region (two letters) and calling list; `unknown` where nothing was known."""

    campaign: str
    days: int
    total: AnswerRate
    hours: tuple[AnswerRate, ...]
    number_types: tuple[AnswerRate, ...]
    regions: tuple[AnswerRate, ...]
    lists: tuple[AnswerRate, ...]


def answer_rates_view(campaign: str, days: int, habits: Iterable[DayHabit]) -> AnswerRatesView:
    """The rates of the kinds that were dialed, each in the order of its key."""
    rows = list(habits)
    return AnswerRatesView(
        campaign=campaign,
        days=days,
        total=_rate("total", rows),
        hours=_rates(rows, lambda each: f"{each.hour:02}" if each.hour >= 0 else ""),
        number_types=_rates(rows, lambda each: each.number_type),
        regions=_rates(rows, lambda each: each.region),
        lists=_rates(rows, lambda each: each.list),
    )


def _rates(rows: Iterable[DayHabit], key: Callable[[DayHabit], str]) -> tuple[AnswerRate, ...]:
    kinds: dict[str, list[DayHabit]] = {}
    for row in rows:
        kinds.setdefault(key(row) or "unknown", []).append(row)
    return tuple(_rate(name, kinds[name]) for name in sorted(kinds))


def _rate(key: str, rows: Iterable[DayHabit]) -> AnswerRate:
    found = list(rows)
    dials, answers = sum(each.dials for each in found), sum(each.answers for each in found)
    return AnswerRate(key, dials, round(answers, 2), round(100 * answers / dials, 2) if dials else 0.0)
