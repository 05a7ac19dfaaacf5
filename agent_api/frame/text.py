"""The rule for all text of requests: no NUL and no half of a surrogate pair. Neither is a letter
of any language; PostgreSQL stores no NUL, and half a pair cannot be written as UTF-8 (RFC 8259 8.2, RFC 3629 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiohttp import hdrs, web

from agent_api.frame.problems import ProblemRaised, problem

#: Headers that are read; a browser or a proxy may put any bytes into the others.
_READ = (
    hdrs.AUTHORIZATION,
    hdrs.COOKIE,
    hdrs.ORIGIN,
    hdrs.HOST,
    hdrs.CONTENT_TYPE,
    hdrs.FORWARDED,
    hdrs.X_FORWARDED_FOR,
    "Idempotency-Key",
)
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
#: An escape of a JSON text: its code, or none where it stands for one of the usual letters.
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_HIGH, _LOW, _BEYOND = 0xD800, 0xDC00, 0xE000


def refuse_unusable_text(request: web.Request) -> None:
    """Path, query and the headers that are read. Raises ProblemRaised (400)."""
    for place, text in _texts(request):
        if _UNUSABLE.search(text):
            raise _refusal(place)


def refuse_unusable_json(raw: bytes) -> None:
    """A JSON text before it is decoded. Raises ProblemRaised (400)."""
    if b"\\u" in raw and _has_unusable_escape(raw):
        raise _refusal("body")


def _texts(request: web.Request) -> Iterator[tuple[str, str]]:
    yield "path", request.path
    for name, value in request.query.items():
        yield "query", name
        yield "query", value
    for header in _READ:
        for value in request.headers.getall(header, ()):
            yield f"header {header}", value


def _has_unusable_escape(raw: bytes) -> bool:
    high_ends_at = -1
    for found in _ESCAPE.finditer(raw):
        code = int(found[1], 16) if found[1] else ord(" ")
        follows = found.start() == high_ends_at
        if (_LOW <= code < _BEYOND) is not follows:
            return True
        if high_ends_at >= 0 and not follows:
            return True
        high_ends_at = found.end() if _HIGH <= code < _LOW else -1
        if code == 0:
            return True
    return high_ends_at >= 0


def _refusal(place: str) -> ProblemRaised:
    detail = f"The {place} of the request holds a NUL or half of a surrogate pair, which is no letter."
    return ProblemRaised(problem(400, "unusable_text", detail, "Send text in UTF-8 without them.", field=place))
