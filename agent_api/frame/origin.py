"""The web pages that may call the API: those that we serve ourselves.

A browser sends the log-in cookie with a WebSocket handshake and with a form of any page (cross-site WebSocket
hijacking, cross-site request forgery); the Origin header (RFC 6454) cannot be forged by a page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from config.model import Settings

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})

#: Requests that change something and are sent with the cookie carry this header: no form can set it, and a script
#: of another origin would need our permission (CORS), which we never give.
GUARD_HEADER = "X-Cornetta"


def allowed_origins(settings: Settings) -> frozenset[str]:
    """Origins of our own pages. A node on loopback is known by all names of loopback."""
    server = settings.server
    parts = urlsplit(server.url)
    origins = {f"{parts.scheme}://{parts.netloc}".lower()}
    if not server.public_url and server.listen_host in _LOOPBACK:
        origins |= {f"http://{host}:{server.listen_port}" for host in ("127.0.0.1", "localhost", "[::1]")}
    return frozenset(origins)


def is_allowed(settings: Settings, origin: str | None) -> bool:
    """Whether `origin` is one of ours. Without one it is not."""
    return origin is not None and origin.lower() in allowed_origins(settings)


def is_https(settings: Settings) -> bool:
    """Whether browsers reach us over TLS."""
    return settings.server.url.startswith("https:")
