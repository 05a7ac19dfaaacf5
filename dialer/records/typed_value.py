"""Values that agents write into typed fields: each is checked before it goes into the calling list."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from urllib.parse import urlsplit

from config.model import DataField, FieldType
from dialer.records.phone_number import e164
from dialer.records.unusable import UnusableNumber
from dialer.vocabulary.plain_text import CONTROL

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_BOOLEANS = frozenset({"true", "false", "yes", "no"})
_SHOWN = 40


def _is_date(value: str) -> bool:
    return _DATE.fullmatch(value) is not None and _parses(date.fromisoformat, value)


def _is_date_time(value: str) -> bool:
    return _DATE_TIME.fullmatch(value) is not None and _parses(datetime.fromisoformat, value)


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in value
    except ValueError:
        return False


def _is_phone(value: str) -> bool:
    try:
        e164(value, "", in_plan=False)
    except UnusableNumber:
        return False
    return True


#: For each type: whether a value is one, what it is called, and what to write.
_TYPES: Mapping[FieldType, tuple[Callable[[str], bool], str, str]] = {
    FieldType.INTEGER: (lambda value: _INTEGER.fullmatch(value) is not None, "whole number", "digits alone, as 42"),
    FieldType.DECIMAL: (lambda value: _DECIMAL.fullmatch(value) is not None, "number", "digits with a point, as 12.50"),
    FieldType.BOOLEAN: (lambda value: value.lower() in _BOOLEANS, "yes or no", "true or false"),
    FieldType.DATE: (_is_date, "date", "year, month and day, as 2026-01-31"),
    FieldType.DATE_TIME: (_is_date_time, "date with a time", "as 2026-01-31T14:30"),
    FieldType.URL: (_is_url, "web address", "as https://example.net/contract"),
    FieldType.PHONE: (_is_phone, "phone number", "it with the country code, as +442079460123"),
}


def problem(field: DataField, value: str) -> tuple[str, str] | None:
    """Code and sentence for a value that the field cannot hold, None for one that it can. Empty, a field has no
    value. The sentence names the field and what to write."""
    if len(value) > field.max_length:
        return "value_too_long", f"{field.label} has {len(value)} characters; write at most {field.max_length}."
    if not value:
        return None
    if field.type is FieldType.CHOICE:
        if value in field.choices:
            return None
        return "unknown_choice", f"{_shown(value)} is no choice of {field.label}; take one of {_listed(field.choices)}."
    if CONTROL.search(value):
        return "bad_value", f"{field.label} holds a control character; write it anew without."
    known = _TYPES.get(field.type)
    if known is None or known[0](value):
        return None
    return "bad_value", f"{field.label} is a {known[1]}, and {_shown(value)} is none; write {known[2]}."


def _shown(value: str) -> str:
    return repr(value if len(value) <= _SHOWN else f"{value[: _SHOWN - 3]}...")


def _listed(choices: tuple[str, ...]) -> str:
    first = ", ".join(choices[:10])
    return f"{first}, ..." if len(choices) > 10 else first
