"""The page at `/api`, and at `/` where there is no desktop: where the API is, and where its document is."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from aiohttp import web

from agent_api.frame.headers import CONTENT_SECURITY_POLICY
from agent_api.frame.route import PREFIX

_STYLE = "body{font:16px/1.5 sans-serif;max-width:40em;margin:4em auto;padding:0 1em}code{background:#eee}"
_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cornetta</title><style>{_STYLE}</style></head>
<body><h1>Cornetta</h1>
<p>This is a node of Cornetta, a SIP dialer for call centres.</p>
<ul>
<li>API: <code>{PREFIX}</code>, described by <a href="{PREFIX}/openapi.json">its OpenAPI document</a></li>
<li>Log in: <code>POST {PREFIX}/sessions</code></li>
<li>Events: WebSocket <code>{PREFIX}/events</code></li>
<li>Health: <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a></li>
</ul>
</body></html>
"""
_HINT = "<p>The desktop is not built: run <code>make desktop</code>, then start the node again.</p>\n"
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"{CONTENT_SECURITY_POLICY}; style-src 'sha256-{_STYLE_HASH}'"


async def start_page(_: web.Request) -> web.Response:
    return _response(_PAGE)


async def without_desktop(_: web.Request) -> web.Response:
    """The same, where the desktop would be."""
    return _response(_PAGE.replace("<ul>", f"{_HINT}<ul>"))


def _response(page: str) -> web.Response:
    return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": _POLICY})
