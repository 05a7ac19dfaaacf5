"""What people read of whole columns of a file that was imported."""

from __future__ import annotations

SENTENCES = {
    "note_delimiter": "The columns were split at the {taken}: split at {others} instead, none has phone numbers.",
    "note_damaged.count": (
        "{count} {damage, select, decimal {made decimals} rounded {rounded} "
        "thousands {written with thousands apart} other {without the zero at their beginning}}"
    ),
    "note_damaged": (
        "Column ''{column}'': a spreadsheet has changed phone numbers as if they were amounts "
        "({damages}, of {rows} {rows, plural, one {row} other {rows}}); "
        "format the whole column as text in it and save the file again."
    ),
    "note_zeros": (
        "Column ''{column}'': {lacking} of {rows} numbers "
        "{lacking, plural, one {lacks the zero at its beginning and was read as a number} "
        "other {lack the zero at their beginning and were read as numbers}} of the list''s country; "
        "format the column as text to keep the zeros."
    ),
    "note_spare_numbers": (
        "Column ''{column}'' has phone numbers, too: {left, plural, =0 {none is left out} "
        "one {# is not dialed, as its row has one in ''{main}''} "
        "other {# are not dialed, as their rows have one in ''{main}''}}; "
        "{dialed, plural, =0 {none is dialed, as no row lacks one in ''{main}''} "
        "one {# is dialed, as its row has none in ''{main}''} "
        "other {# are dialed, as their rows have none in ''{main}''}}. "
        "Name the column of the numbers to choose."
    ),
    "note_no_zones": "Column ''{column}'' holds no time zones; rename it in the file if it holds something else.",
}
