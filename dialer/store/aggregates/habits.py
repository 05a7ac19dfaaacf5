"""When and where contacts answer: dials and live answers by campaign, day, list, hour, type of number and region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy import BigInteger, Column, Connection, Float, Integer, Table, Text

from dialer.pacing.habits import DAYS_BACK
from dialer.store.batch import Batch, Part
from dialer.store.mapping import Columns
from dialer.store.metadata import metadata
from dialer.store.rows import Rows
from dialer.store.statement import Sql, insert_of
from dialer.vocabulary.habits import DayHabit, Habit
from dialer.vocabulary.outputs import RecallHabits

#: Days that are kept: as many as the pacing looks back.
DAYS_KEPT = DAYS_BACK
#: The most rows that are handed out, the newest days first.
MOST_ROWS = 20_000

#: Campaign, day, list, hour, type of number, region.
HabitKey: TypeAlias = tuple[str, int, str, int, str, str]
_KEY = ("campaign", "day", "list", "hour", "number_type", "region")

habits = Table(
    "habits",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False, comment="ordinal of the date"),
    Column("list", Text, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False, comment="local to the contact, -1 unknown"),
    Column("number_type", Text, primary_key=True),
    Column("region", Text, primary_key=True),
    Column("node", Text, primary_key=True, comment="each node has rows of its own: none waits for another"),
    Column("dials", BigInteger, nullable=False),
    Column("answers", Float(53), nullable=False),
)
TOLD = Columns(habits, DayHabit)


def key_of(habit: Habit) -> HabitKey:
    """The row in which the dial is counted."""
    return (habit.campaign, habit.day, habit.list, habit.hour, habit.number_type, habit.region)


def newest_days(counted: Mapping[HabitKey, tuple[int, float]]) -> dict[str, int]:
    """The newest day of each campaign."""
    days: dict[str, int] = {}
    for key in counted:
        days[key[0]] = max(key[1], days.get(key[0], key[1]))
    return days


class Habits(Part):
    """Dials and live answers to be added, one row for each kind of dial. Counted with the settlement of the attempt."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.counted: dict[HabitKey, tuple[int, float]] = {}

    def count(self, habit: Habit) -> None:
        key = key_of(habit)
        dials, answers = self.counted.get(key, (0, 0.0))
        self.counted[key] = (dials + 1, answers + habit.answer)


class HabitRows(Rows[Habits]):
    """The rows that the node adds to, and those of all nodes."""

    part = Habits

    def prepare(self, sql: Sql) -> None:
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

    def write(self, connection: Connection, part: Habits) -> None:
        """Count dials and answers; rows that are too old go when a new day begins."""
        rows = [
            {**dict(zip(_KEY, key, strict=True)), "node": self._run.node, "dials": dials, "answers": answers}
            for key, (dials, answers) in sorted(part.counted.items())
        ]
        self._add.run_all(connection, rows)
        # All nodes delete in the same order, against deadlocks; rows of dead nodes go, too.
        for campaign, day in sorted(newest_days(part.counted).items()):
            if day > self._pruned.get(campaign, 0):
                self._prune.run(connection, {"campaign": campaign, "day": day - DAYS_KEPT})
                self._pruned[campaign] = day

    def recalled(self, connection: Connection, request: RecallHabits) -> list[DayHabit]:
        """The habits of a campaign since a day."""
        values = {"campaign": request.campaign, "since": request.since_day, "most": MOST_ROWS}
        return [TOLD.read(row) for row in self._told.rows(connection, values)]
