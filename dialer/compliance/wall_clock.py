"""Local time in zones."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Zones of tzdata that no place uses; older imports have records with them.
_NO_CLOCKS = frozenset(("EST", "MST", "HST", "localtime", "posixrules", "Factory"))


@lru_cache(maxsize=1024)
def known_zone(name: str) -> ZoneInfo | None:
    """The zone of this IANA name, or None. Cached here: zoneinfo itself would read the files of many zones again."""
    if name in _NO_CLOCKS:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def local_time(zone: str, utc: float) -> datetime | None:
    """The wall clock in `zone` at `utc` (epoch seconds), or None for an unknown zone."""
    known = known_zone(zone)
    return None if known is None else datetime.fromtimestamp(utc, UTC).astimezone(known)


def second_of_day(zone: str, utc: float) -> int | None:
    """Seconds since midnight by the wall clock of `zone`, or None for an unknown zone."""
    local = local_time(zone, utc)
    return None if local is None else local.hour * 3600 + local.minute * 60 + local.second
