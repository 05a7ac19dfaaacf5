"""Times of day as people and spreadsheets write them."""

from __future__ import annotations

import re

_TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(:(?P<second>[0-5]\d))?(\s*(?P<half>[ap])\.?m\.?)?", re.IGNORECASE
)


def time_of_day(text: str) -> int:
    """Seconds since midnight of `09:30`, `9:30:00`, `9:30 AM` and `24:00`. Raises ValueError."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    seconds = hour * 3600 + minute * 60 + second
    if seconds > 86_400:
        raise ValueError(text)
    return seconds
