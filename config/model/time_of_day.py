"""A time of day, as `17:30`."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

_TIME = re.compile(r"([0-9]{1,2}):([0-5][0-9])")


def _minute(value: object) -> object:
    """`17:30` to minutes since midnight."""
    if not isinstance(value, str):
        return value
    found = _TIME.fullmatch(value.strip())
    if found is None or int(found[1]) > 23:
        raise ValueError(f"{value!r} is no time of day; write it as 17:30")
    return int(found[1]) * 60 + int(found[2])


TimeOfDay: TypeAlias = Annotated[
    int,
    BeforeValidator(_minute),
    Field(ge=0, lt=1440),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,2}:[0-5][0-9]$"}),
]
"""Minutes since midnight, local time."""
