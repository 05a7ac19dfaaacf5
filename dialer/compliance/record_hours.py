"""A record's own hours: one rule for the claim, for the counts and for the moment of dialing.

Hours are seconds since midnight by the wall clock of the record's zone. An end at or before the beginning is that of
the next day: 17:00-02:00 is open in the evening and after midnight. -1 is no bound on that side.
"""

from __future__ import annotations

from dialer.compliance.wall_clock import second_of_day


def within_hours(daily_from: int, daily_till: int, second: int) -> bool:
    """Whether the hours are open at this second of the day."""
    if daily_till < 0:
        return second >= daily_from
    if daily_from < daily_till:
        return daily_from <= second < daily_till
    return second >= daily_from or second < daily_till


def within_hours_sql(daily_from: str, daily_till: str, second: str) -> str:
    """`within_hours` as a condition of SQL on these columns or parameters."""
    return (
        f"CASE WHEN {daily_till} < 0 THEN {second} >= {daily_from}"
        f" WHEN {daily_from} < {daily_till} THEN {daily_from} <= {second} AND {second} < {daily_till}"
        f" ELSE {second} >= {daily_from} OR {second} < {daily_till} END"
    )


def is_within(daily_from: int, daily_till: int, zone: str, utc: float) -> bool:
    """Whether the hours of a record in `zone` are open at `utc` (epoch seconds). Those of an unknown zone are not."""
    second = second_of_day(zone, utc)
    return second is not None and within_hours(daily_from, daily_till, second)
