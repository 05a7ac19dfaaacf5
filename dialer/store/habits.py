"""When and where contacts answer: dials and live answers by campaign, day, list, hour, type of number and region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy import Connection

from dialer.pacing.habits import DAYS_BACK
from dialer.store.statement import Sql, insert_of
from dialer.vocabulary.habits import DayHabit, Habit
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.outputs import RecallHabits

#: Days that are kept: as many as are looked back.
DAYS_KEPT = DAYS_BACK
#: Rows that are told at most, the newest days first.
MOST_ROWS = 20_000

#: Campaign, day, list, hour, type of number, region.
HabitKey: TypeAlias = tuple[str, int, str, int, str, str]
_KEY = ("campaign", "day", "list", "hour", "number_type", "region")


def key_of(habit: Habit) -> HabitKey:
    """Under which row it is counted."""
    return (habit.campaign, habit.day, habit.list, habit.hour, habit.number_type, habit.region)


def newest_days(counted: Mapping[HabitKey, tuple[int, float]]) -> dict[str, int]:
    """The newest day of each campaign."""
    days: dict[str, int] = {}
    for key in counted:
        days[key[0]] = max(key[1], days.get(key[0], key[1]))
    return days


class HabitRows:
    """The rows that the node `node` adds to, and those of all nodes. Functions run in a transaction."""

    def __init__(self, sql: Sql, node: str) -> None:
        self._node = node
        more = "dials = habits.dials + excluded.dials, answers = habits.answers + excluded.answers"
        self._add = sql.prepare(
            insert_of(
                "habits",
                (*_KEY, "node", "dials", "answers"),
                f"ON CONFLICT ({', '.join(_KEY)}, node) DO UPDATE SET {more}",
            )
        )
        self._prune = sql.prepare("DELETE FROM habits WHERE campaign = :campaign AND day < :day")
        self._told = sql.prepare(
            "SELECT day, list, hour, number_type, region, CAST(SUM(dials) AS BIGINT) AS dials, SUM(answers) AS answers"
            " FROM habits WHERE campaign = :campaign AND day >= :since"
            " GROUP BY day, list, hour, number_type, region"
            " ORDER BY day DESC, list, hour, number_type, region LIMIT :most"
        )
        #: The newest day of each campaign for which old rows were looked for.
        self._pruned: dict[str, int] = {}

    def add(self, connection: Connection, counted: Mapping[HabitKey, tuple[int, float]]) -> None:
        """Count dials and answers; rows that are too old go when a new day begins."""
        if not counted:
            return
        rows = [
            {**dict(zip(_KEY, key, strict=True)), "node": self._node, "dials": dials, "answers": answers}
            for key, (dials, answers) in sorted(counted.items())
        ]
        self._add.run_all(connection, rows)
        # In one order by all, against deadlocks; rows of nodes that are gone go as well.
        for campaign, day in sorted(newest_days(counted).items()):
            if day > self._pruned.get(campaign, 0):
                self._prune.run(connection, {"campaign": campaign, "day": day - DAYS_KEPT})
                self._pruned[campaign] = day

    def told(self, connection: Connection, request: RecallHabits) -> list[DayHabit]:
        """What is known of a campaign since a day."""
        values = {"campaign": request.campaign, "since": request.since_day, "most": MOST_ROWS}
        return [
            DayHabit(
                ListName(row.list), row.day, row.hour, row.number_type, row.region, int(row.dials), float(row.answers)
            )
            for row in self._told.rows(connection, values)
        ]
