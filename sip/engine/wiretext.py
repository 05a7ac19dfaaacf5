"""Text from the wire, made fit for a log, a terminal and a database, as a peer may send any characters.

Every event passes here on its way out (`Loop.emit`), so no text of a peer leaves uncleaned.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

E = TypeVar("E", bound=msgspec.Struct)

BOUND = 1024
"""Characters of one text of an event. A SIP message has 8,000 bytes at most, and a reason phrase a few words."""
_OURS = frozenset({"context", "path"})
"""Fields that come from the node and go back unchanged."""
_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def clean(text: str, bound: int = BOUND) -> str:
    """Valid, of one line, of at most `bound` characters; without control characters (C0 and C1, so ESC and OSC too)
    and without marks that hide or turn letters. Bytes that are no UTF-8 become U+FFFD."""
    if len(text) <= bound and text.isprintable():
        return text
    if len(text) > bound:
        text = text[: bound - 1] + "…"
    valid = text.encode("utf-8", "surrogateescape" if _escaped(text) else "replace").decode("utf-8", "replace")
    return _HIDDEN.sub("", _BREAKS.sub(" ", valid))


def cleaned(event: E, bound: int = BOUND) -> E:
    """The event with all its text clean, also that of structs inside of it; the same one where it is clean already."""
    changes = {}
    for name in event.__struct_fields__:
        if name in _OURS:
            continue
        before = getattr(event, name)
        after = _cleaned(before, bound)
        if after is not before:
            changes[name] = after
    return msgspec.structs.replace(event, **changes) if changes else event


def _cleaned(value: object, bound: int) -> object:
    if type(value) is str:  # not an enum's member
        return clean(value, bound)
    if isinstance(value, tuple):
        items = tuple(_cleaned(item, bound) for item in value)
        return items if any(after is not before for after, before in zip(items, value, strict=True)) else value
    return cleaned(value, bound) if isinstance(value, msgspec.Struct) else value


def _escaped(text: str) -> bool:
    """Whether all surrogates stand for bytes, as pjsua2 gives them; others have no bytes at all."""
    return all("\udc80" <= character <= "\udcff" for character in text if "\ud800" <= character <= "\udfff")
