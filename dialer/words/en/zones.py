"""Why a time zone is no place. A `no_place` goes on from the name that was written."""

from __future__ import annotations

_ABBREVIATION = "is an abbreviation and no place; write"

SENTENCES = {
    "no_place.unknown": "is no time zone; write it as in Europe/London",
    "no_place.near": "is no time zone; did you mean {place}?",
    "no_place.abbreviation": f"{_ABBREVIATION} {{count, plural, one {{}} other {{one of }}}}{{places}}",
    "no_place.abbreviation_of_two": (
        f"{_ABBREVIATION} {{place}}, or in {{part, select, arizona {{Arizona}} queensland {{Queensland}} "
        "other {the north}} {other}"
    ),
    "zone_unknown": "''{zone}'' {problem}",
    "field_unusable.zone": "this {problem}",
    "no_place.clock": "is a clock and no place; write the place, as in Europe/London or America/New_York",
}
