"""CSV for spreadsheets. A spreadsheet calculates with text that begins like a formula, also if a contact's record or
a peer's reason phrase brought it (CWE-1236): such text is written with an apostrophe before it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def neutral(value: object) -> str:
    """A field as text, harmless in a spreadsheet. Numbers, those of phones too, stay as they are."""
    text = "" if value is None else str(value).replace("\0", "")
    if text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def csv_line(fields: Iterable[object]) -> str:
    """A row by RFC 4180, with its end of line."""
    line = io.StringIO()
    csv.writer(line).writerow([neutral(field) for field in fields])
    return line.getvalue()
