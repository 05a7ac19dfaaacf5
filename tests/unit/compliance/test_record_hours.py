"""A record's own hours: over midnight, over a change of the clocks, and the same in SQL."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from config.model import CallingWindow
from dialer.compliance.check import check
from dialer.compliance.record_hours import is_within, within_hours, within_hours_sql
from tests.unit.callflow.house import LONDON, record

H = 3600
NIGHT = (17 * H, 2 * H)


def at(text: str, fold: int = 0, zone: str = LONDON) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("2026-01-22 16:59:59", False),
        ("2026-01-22 17:00:00", True),
        ("2026-01-22 23:59:59", True),
        ("2026-01-23 00:00:00", True),
        ("2026-01-23 01:59:59", True),
        ("2026-01-23 02:00:00", False),
    ],
)
def test_hours_over_midnight_are_open_on_both_sides_of_it(text: str, yes: bool) -> None:
    assert is_within(*NIGHT, LONDON, at(text)) is yes


def test_a_record_with_hours_over_midnight_may_be_dialed_in_the_evening() -> None:
    late = record(1, daily_from=NIGHT[0], daily_till=NIGHT[1])
    assert check(CallingWindow(), late, 6, at("2026-01-22 18:00")) is None
    assert check(CallingWindow(), late, 6, at("2026-01-22 16:00")) is not None


def test_the_wall_clock_decides_when_the_clocks_change() -> None:
    # 29 March 2026, 01:00 becomes 02:00; 25 October 2026, 02:00 becomes 01:00 and each minute before comes twice.
    spring = [is_within(*NIGHT, LONDON, at("2026-03-29 00:30") + quarter * 900) for quarter in range(4)]
    assert spring == [True, True, False, False]
    autumn = [is_within(*NIGHT, LONDON, at("2026-10-25 00:30") + half * 1800) for half in range(5)]
    assert autumn == [True, True, True, True, True]
    assert not is_within(*NIGHT, LONDON, at("2026-10-25 02:00"))


def test_hours_that_end_where_they_begin_are_the_whole_day() -> None:
    assert all(within_hours(9 * H, 9 * H, second) for second in (0, 9 * H - 1, 9 * H, 86_399))


def test_hours_of_an_unknown_zone_are_never_open() -> None:
    assert not is_within(-1, -1, "Nowhere/Land", at("2026-01-22 12:00"))


def test_sql_says_the_same() -> None:
    bounds = (-1, 0, 1, 2 * H, 9 * H, 17 * H, 86_399, 86_400)
    seconds = (0, 1, 2 * H - 1, 2 * H, 9 * H, 12 * H, 17 * H - 1, 17 * H, 86_399)
    database = sqlite3.connect(":memory:")
    try:
        for start, end, second in product(bounds, bounds, seconds):
            statement = f"SELECT {within_hours_sql(':start', ':end', ':second')}"
            (said,) = database.execute(statement, {"start": start, "end": end, "second": second}).fetchone()
            assert bool(said) is within_hours(start, end, second), (start, end, second)
    finally:
        database.close()
