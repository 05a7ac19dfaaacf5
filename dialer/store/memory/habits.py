"""When and where contacts answer, in memory: the rules of `dialer.store.aggregates.habits`."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.store.aggregates.habits import DAYS_KEPT, MOST_ROWS, HabitKey, newest_days
from dialer.store.memory.tables import Tables
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.outputs import RecallHabits


def add_habits(tables: Tables, counted: Mapping[HabitKey, tuple[int, float]]) -> None:
    """Count dials and answers; rows that are too old go when a new day begins."""
    for key, (dials, answers) in counted.items():
        before = tables.habits.get(key, (0, 0.0))
        tables.habits[key] = (before[0] + dials, before[1] + answers)
    for campaign, day in newest_days(counted).items():
        if day > tables.habits_pruned.get(campaign, 0):
            tables.habits_pruned[campaign] = day
            for old in [key for key in tables.habits if key[0] == campaign and key[1] < day - DAYS_KEPT]:
                del tables.habits[old]


def recalled_habits(tables: Tables, request: RecallHabits) -> list[DayHabit]:
    """The habits of a campaign since a day, the newest first."""
    found = [
        DayHabit(ListName(list_), day, hour, number_type, region, dials, answers)
        for (campaign, day, list_, hour, number_type, region), (dials, answers) in tables.habits.items()
        if campaign == request.campaign and day >= request.since_day
    ]
    found.sort(key=lambda each: (-each.day, each.list, each.hour, each.number_type, each.region))
    return found[:MOST_ROWS]


def inherit_habits(tables: Tables, former: Tables) -> None:
    """Take over the habits in `former`, each moved back by one day, as if learned the day before."""
    for (campaign, day, list_, hour, number_type, region), counts in former.habits.items():
        tables.habits[campaign, day - 1, list_, hour, number_type, region] = counts
