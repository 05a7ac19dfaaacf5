"""The clocks on the walls of the zones."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Zones of tzdata that are nobody's clock: records that were imported with them before they were refused.
_NO_CLOCKS = frozenset(("EST", "MST", "HST", "localtime", "posixrules", "Factory"))


@lru_cache(maxsize=1024)
def known_zone(name: str) -> ZoneInfo | None:
    """The zone of this IANA name, or None. Kept here: zoneinfo itself would read the files of many zones again."""
    if name in _NO_CLOCKS:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def local_time(zone: str, utc: float) -> datetime | None:
    """The wall clock in `zone` at `utc` (epoch seconds), or None for a zone that nobody knows."""
    known = known_zone(zone)
    return None if known is None else datetime.fromtimestamp(utc, UTC).astimezone(known)


def second_of_day(zone: str, utc: float) -> int | None:
    """Seconds since midnight by the clock on the wall of `zone`, or None for a zone that nobody knows."""
    local = local_time(zone, utc)
    return None if local is None else local.hour * 3600 + local.minute * 60 + local.second
