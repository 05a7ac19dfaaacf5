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
from dialer.vocabulary.reasons.desk import BadValue, ControlCharacter, UnknownChoice, ValueTooLong
from dialer.vocabulary.reasons.reason import Reason

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_BOOLEANS = frozenset({"true", "false", "yes", "no"})
_SHOWN = 40
_CHOICES = 10


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


#: For each type: whether a value is one.
_TYPES: Mapping[FieldType, Callable[[str], bool]] = {
    FieldType.INTEGER: lambda value: _INTEGER.fullmatch(value) is not None,
    FieldType.DECIMAL: lambda value: _DECIMAL.fullmatch(value) is not None,
    FieldType.BOOLEAN: lambda value: value.lower() in _BOOLEANS,
    FieldType.DATE: _is_date,
    FieldType.DATE_TIME: _is_date_time,
    FieldType.URL: _is_url,
    FieldType.PHONE: _is_phone,
}


def problem(field: DataField, value: str) -> Reason | None:
    """The reason against a value that the field cannot hold, None for one that it can. Empty, a field has no value."""
    of = field.key, field.label, field.type
    if len(value) > field.max_length:
        return ValueTooLong(*of, len(value), field.max_length)
    if not value:
        return None
    if field.type is FieldType.CHOICE:
        if value in field.choices:
            return None
        return UnknownChoice(*of, _shown(value), field.choices[:_CHOICES], len(field.choices) > _CHOICES)
    if CONTROL.search(value):
        return ControlCharacter(*of)
    known = _TYPES.get(field.type)
    if known is None or known(value):
        return None
    return BadValue(*of, _shown(value))


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[: _SHOWN - 3]}..."
