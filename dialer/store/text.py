"""Text and mappings as the databases keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from msgspec import Struct

log = structlog.get_logger(__name__)


def stored(text: str) -> str:
    """Text without what PostgreSQL (NUL) and UTF-8 (lone surrogates) cannot hold; it comes from peers and people,
    and one such letter must not hold up a transaction."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def to_json(value: Mapping[str, object] | Struct) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_clean(value)).decode()


def from_json(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])


def texts_from_json(text: str) -> dict[str, str]:
    """Custom fields of a record; none where the column is damaged, as the contact can be called without them."""
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError as problem:
        log.warning("fields_unreadable", problem=str(problem))
        return {}


def counts_from_json(text: str) -> dict[str, int]:
    """Attempts by call result; none where the column is damaged, as the sum of all attempts is counted elsewhere."""
    try:
        return msgspec.json.decode(text, type=dict[str, int])
    except msgspec.MsgspecError as problem:
        log.warning("counts_unreadable", problem=str(problem))
        return {}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return stored(value)
    if isinstance(value, Mapping):
        return {stored(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, Struct):
        return _clean(msgspec.to_builtins(value))
    return value
