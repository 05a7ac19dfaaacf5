"""The calling window: the hours of the day, in the contact's zone, in which a campaign may dial."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from config.model import CallingWindow, Hours
from dialer.compliance.wall_clock import known_zone, local_time


@lru_cache(maxsize=64)
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def hours_on(window: CallingWindow, day: date) -> Hours | None:
    """The hours of a date; None when it is closed, by its weekday or as a public holiday."""
    country = window.holidays_country
    if country is not None and day in _holidays(country, window.holidays_subdivision, day.year):
        return None
    return window.hours(day.weekday())


def is_open(window: CallingWindow, zone: str, utc: float) -> bool:
    """Whether dialing is allowed at `utc` in `zone`. An unknown zone is never open."""
    local = local_time(zone, utc)
    if local is None:
        return False
    hours = hours_on(window, local.date())
    return hours is not None and hours.opens_minute <= local.hour * 60 + local.minute < hours.closes_minute


def open_zones(window: CallingWindow, zones: Iterable[str], utc: float) -> tuple[str, ...]:
    """Those of `zones` in which the window is open at `utc`."""
    return tuple(zone for zone in zones if is_open(window, zone, utc))


def _clock_change(zone: ZoneInfo, day: date) -> float | None:
    """The instant at which the clocks of `zone` change on `day`, or None on most days."""
    before = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    after = (datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)).timestamp()
    if after - before == 86_400:
        return None
    offset = datetime.fromtimestamp(before, zone).utcoffset()
    while after - before > 60:
        middle = before + (after - before) // 120 * 60
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _opening_in(window: CallingWindow, zone: str, utc: float) -> float | None:
    known = known_zone(zone)
    local = local_time(zone, utc)
    if known is None or local is None:
        return None
    for days in range(9):
        day = local.date() + timedelta(days=days)
        hours = hours_on(window, day)
        if hours is None:
            continue
        wall = datetime(day.year, day.month, day.day, hours.opens_minute // 60, hours.opens_minute % 60, tzinfo=known)
        # An opening time that occurs twice opens twice. Where the change of the clocks itself leads into the window, it
        # opens at the change.
        instants = [wall.timestamp(), wall.replace(fold=1).timestamp()]
        change = _clock_change(known, day)
        if change is not None and not is_open(window, zone, change - 1):
            instants.append(change)
        opening = min((each for each in instants if each > utc and is_open(window, zone, each)), default=None)
        if opening is not None:
            return opening
    return None


def next_opening(window: CallingWindow, zones: Iterable[str], utc: float) -> float | None:
    """When the window opens next in any of `zones` (epoch seconds), within eight days; None if it never does."""
    openings = (_opening_in(window, zone, utc) for zone in zones)
    return min((opening for opening in openings if opening is not None), default=None)
