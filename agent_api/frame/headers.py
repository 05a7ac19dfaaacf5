"""Security headers of every response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from agent_api.frame.origin import is_https
from config.model import Settings

#: By default our responses may not load or run anything; no page may frame them.
CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}
_HSTS = "max-age=31536000"


def security_headers(
    settings: Callable[[], Settings],
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """A handler of `on_response_prepare`. Headers that a response has set itself stay."""

    async def add(_: web.Request, response: web.StreamResponse) -> None:
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Server"] = "cornetta"
        if is_https(settings()):
            response.headers.setdefault("Strict-Transport-Security", _HSTS)

    return add
