"""Live answers and abandoned calls of a campaign, by day, for the period that the law counts."""

from __future__ import annotations

from dataclasses import dataclass

#: The longest period of any rule.
DAYS_KEPT = 31


@dataclass(slots=True)
class Count:
    """Live answers, and how many of them were abandoned."""

    answers: int = 0
    abandoned: int = 0


class Abandonment:
    """Counts by day. A day is a number: the ordinal of a date where the contacts live."""

    def __init__(self) -> None:
        self._days: dict[int, Count] = {}

    def _on(self, day: int) -> Count:
        count = self._days.get(day)
        if count is None:
            count = self._days[day] = Count()
            for old in [each for each in self._days if each <= day - DAYS_KEPT]:
                del self._days[old]
        return count

    def answer(self, day: int) -> None:
        self._on(day).answers += 1

    def abandon(self, day: int) -> None:
        self._on(day).abandoned += 1

    def remember(self, day: int, answers: int, abandoned: int) -> None:
        """Take over counts from before a restart."""
        count = self._on(day)
        count.answers += answers
        count.abandoned += abandoned

    def within(self, days: int, today: int) -> Count:
        """The sum of the last `days` days, today included."""
        found = [count for day, count in self._days.items() if today - days < day <= today]
        return Count(sum(each.answers for each in found), sum(each.abandoned for each in found))

    def days_before(self, days: int, today: int) -> int:
        """How many of the last `days` days before today had live answers."""
        return sum(1 for day, count in self._days.items() if today - days < day < today and count.answers)
