"""When contacts may be dialed: hours for each day of the week, in the zone of the calling list."""

from __future__ import annotations

import re
from typing import Annotated, Self, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from config.model.base import Region, Section

_HOURS = re.compile(r"([0-9]{1,2})(?::([0-5][0-9]))?\s*-\s*([0-9]{1,2})(?::([0-5][0-9]))?")

#: Minutes of a day; the end of a window may be midnight of its day.
DAY_MINUTES = 1440


class Hours(Section):
    """From `opens_minute` on, until before `closes_minute`: minutes since midnight, local time."""

    opens_minute: int = Field(ge=0, lt=DAY_MINUTES)
    """First minute."""

    closes_minute: int = Field(gt=0, le=DAY_MINUTES)
    """The minute after the last."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.closes_minute <= self.opens_minute:
            raise ValueError("the window is empty: it closes before it opens; write 09:00-20:00, or closed")
        return self


def _hours(value: object) -> object:
    """`09:00-20:00`, `9-20` or `closed` to the fields of Hours."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text == "closed":
        return None
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError(f"{value!r} is no window; write 09:00-20:00, or closed")
    opens_h, opens_min, closes_h, closes_min = (int(part or 0) for part in found.groups())
    if opens_h > 23 or closes_h * 60 + closes_min > DAY_MINUTES:
        raise ValueError(f"{value!r} is not within a day; write hours from 00:00 to 24:00")
    return {"opens_minute": opens_h * 60 + opens_min, "closes_minute": closes_h * 60 + closes_min}


Window: TypeAlias = Annotated[
    Hours | None,
    BeforeValidator(_hours),
    WithJsonSchema({"type": "string", "pattern": "^(closed|[0-9]{1,2}(:[0-5][0-9])? *- *[0-9]{1,2}(:[0-5][0-9])?)$"}),
]

_DAY = Hours(opens_minute=9 * 60, closes_minute=20 * 60)


class CallingWindow(Section):
    """Hours in which a campaign may dial, in the zone of the record. Each day is `09:00-20:00` or `closed`."""

    monday: Window = _DAY
    """Hours of Monday."""

    tuesday: Window = _DAY
    """Hours of Tuesday."""

    wednesday: Window = _DAY
    """Hours of Wednesday."""

    thursday: Window = _DAY
    """Hours of Thursday."""

    friday: Window = _DAY
    """Hours of Friday."""

    saturday: Window = _DAY
    """Hours of Saturday."""

    sunday: Window = _DAY
    """Hours of Sunday."""

    holidays_country: Region | None = None
    """Country whose public holidays are closed, ISO code. Left out: none are."""

    holidays_subdivision: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,10}$")
    """Part of the country whose holidays count too, ISO code."""

    def hours(self, weekday: int) -> Hours | None:
        """Hours of a day, 0 being Monday; None when it is closed."""
        days = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)
        return days[weekday]

    @model_validator(mode="after")
    def _opens_some_day(self) -> Self:
        if all(self.hours(day) is None for day in range(7)):
            raise ValueError("the window is empty: every day is closed; open at least one, as in monday: 09:00-20:00")
        return self
