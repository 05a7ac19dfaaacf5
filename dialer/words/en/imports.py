"""What people read where an import is refused before its file is read."""

from __future__ import annotations

SENTENCES = {
    "region_unknown": "There is no country ''{region}'': write two letters, like IT.",
    "delimiter_unusable": (
        "''{delimiter}'' separates no fields: write one character as ; or one of the words comma, semicolon, tab, bar."
    ),
    "mapping_unusable": "''{pair}'' names no column: write FIELD=COLUMN, each field once.",
    "place_ambiguous": (
        "The campaigns of the list ''{list}'' have different {part, select, zone {time zones} other {countries}} "
        "({found}): say {part, select, zone {--zone} other {--region}}."
    ),
    "zone_missing": "The list ''{list}'' is new: say --zone, like Europe/Rome.",
}
