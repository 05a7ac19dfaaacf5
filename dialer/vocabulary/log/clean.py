"""Secrets, control characters and endless values, out of a line of the log.

One rule for all lines hides values under the name of a secret, text that looks like a credential, and every token of
ours, which has a prefix for this purpose (`TOKEN_PREFIX`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from structlog.types import EventDict, WrappedLogger

from dialer.vocabulary.printable import CONTROLS, printable

#: The prefix of every token of ours, by which it is recognised anywhere.
TOKEN_PREFIX = "cornetta_"
HIDDEN = "***"
#: The most letters of a value, and of a traceback, that are written.
MAX_VALUE = 2_000
MAX_TRACE = 6_000
_MAX_DEPTH = 4
_MAX_ITEMS = 50
#: The key of a traceback as text; it alone keeps its line ends.
TRACE = "exception"

_NAME = r"(?:[\w-]*(?:passw(?:or)?d|secret|token|authorization|cookie|credential|api_?key|private_?key)\w*)"
_SECRET_NAME = re.compile(f"^{_NAME}$", re.IGNORECASE)
_QUOTED = r"""b?"(?:\\.|[^"\\])*"|b?'(?:\\.|[^'\\])*'"""
_IN_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\b{TOKEN_PREFIX}[\w-]{{16,}}"), HIDDEN),
    (re.compile(r"\b(Bearer)\s+[^\s\"',;]{4,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(Basic)\s+[A-Za-z0-9+/=]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(Digest)\s+\w+=[^\r\n]*", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"((?:__Host-)?cornetta(?:-device)?=)[^\s;,\"']+"), rf"\1{HIDDEN}"),
    (re.compile(rf"""(["']?\b{_NAME}["']?\s*[=:]\s*)({_QUOTED}|[^\r\n,;&)}}\]]+)""", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(://)[^/\s@]*:[^/\s@]*@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\b(inline:)[A-Za-z0-9+/=]{16,}"), rf"\1{HIDDEN}"),
)
_CONTROLS_OF_TRACE = {code: text for code, text in CONTROLS.items() if code != ord("\n")}


def without_secrets(text: str) -> str:
    """`text` with every recognisable secret replaced by `HIDDEN`."""
    for pattern, instead in _IN_TEXT:
        text = pattern.sub(instead, text)
    return text


def clean_line(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """A processor of structlog."""
    return {_name(key): _value(key, value, 0) for key, value in line.items()}


def _name(key: object) -> str:
    return printable(str(key))[:100]


def _value(key: object, value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(key, str) and _SECRET_NAME.match(key):
        return HIDDEN
    if isinstance(value, str):
        return _trace(value) if key == TRACE and depth == 0 else _text(str(value))
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        items = list(value.items())[:_MAX_ITEMS]
        return {_name(each): _value(each, one, depth + 1) for each, one in items}
    if depth < _MAX_DEPTH and isinstance(value, list | tuple | set | frozenset):
        return [_value("", one, depth + 1) for one in list(value)[:_MAX_ITEMS]]
    return _text(_shown(value))


def _shown(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return bytes(value[: 2 * MAX_VALUE]).decode("utf-8", "backslashreplace")
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a value that cannot be shown is no reason to lose the line
        return f"<{type(value).__name__}>"


def _text(text: str) -> str:
    # Cut before the patterns are tried, which bounds their work, and far enough behind the bound that no secret is cut
    # in two before it is recognised.
    return _cut(printable(without_secrets(text[: 2 * MAX_VALUE])), MAX_VALUE)


def _trace(text: str) -> str:
    clean = without_secrets(_middle_out(text, 2 * MAX_TRACE)).translate(_CONTROLS_OF_TRACE)
    return _middle_out(clean.encode("utf-8", "backslashreplace").decode(), MAX_TRACE)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}... ({len(text)} letters)"


def _middle_out(text: str, length: int) -> str:
    """Keep both ends: the end of a traceback has the error, its begin the origin."""
    if len(text) <= length:
        return text
    head = length // 3
    return f"{text[:head]}\n  ... {len(text) - length} letters left out ...\n{text[head - length :]}"
