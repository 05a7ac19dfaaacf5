"""What people read of a row of a calling list that is refused."""

from __future__ import annotations

SENTENCES = {
    "line_unusable.too_long": (
        "the line is longer than {limit_bytes} bytes: shorten its texts, or look how the file ends its lines"
    ),
    "line_unusable.encoding": (
        "{byte, plural, =0 {the line} other {byte # of the line}} is not {encoding}: "
        "save the file as UTF-8, or name its encoding (Windows: cp1252)"
    ),
    "row_unusable.csv": (
        "{problem, select, "
        "never_closed {a quotation mark is opened and never closed: close it, or double it where it is text} "
        "line_break {a line break (CR) stands within the row: put the text in quotation marks, or remove the break} "
        "behind_quotation {text stands behind a closing quotation mark: double the quotation marks that are text} "
        "other {the row cannot be read as CSV: save the file again as CSV UTF-8}}"
    ),
    "row_unusable.fields": (
        "the row has {fields} fields, the header has {columns}: put text that holds the delimiter in quotation marks"
    ),
    "field_unusable.too_long": "the text is longer than {limit} characters: shorten it",
    "field_unusable.control_character": "there is a control character ({character}) in the text: remove it",
    "field_unusable.hours": "the other end of the hours is missing: fill both of daily_from and daily_till, or none",
    "field_unusable.time": "this is no time of day; write it like 09:30",
    "field_unusable.whole_number": "this is no whole number below a million; write digits alone, like 12",
    "field_unusable.extension": (
        "this is no extension, which is sent when the call is answered: write its digits, or rename the column"
    ),
    "field_unusable.other_extension": "the number has another extension ({number}): write one",
    "field_unusable.answer_score": (
        "this is no chance of an answer; write a share from 0 to 1 or percent, like 0.35 or 35%, or nothing"
    ),
    "duplicate": "the list has this number already",
}
