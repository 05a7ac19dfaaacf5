"""Serves the desktop: one page for all its addresses, with a nonce of its own each time, and files that browsers keep."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from secrets import token_urlsafe

import structlog
from aiohttp import hdrs, web

from agent_api.resources.desktop.build import Body, Build, File, installed, read_build

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: What the page's `<meta name="csp-nonce">` holds until it is served.
NONCE = "%NONCE%"

#: Addresses of the page, which finds out by itself what to show.
ADDRESSES = (
    "/",
    "/login",
    "/desk",
    "/desk/{rest:.*}",
    "/floor",
    "/floor/{rest:.*}",
    "/setup",
    "/setup/{rest:.*}",
)
#: Only names with an ending: no other path of the node has one, and their unknown methods stay theirs to refuse.
_FILES = r"/{name:[\w-]+\.\w+}"
_ASSETS = "/assets/{name:.+}"

#: Names of assets hold a hash of what is in them.
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"

#: `'self'` of connect-src is also the WebSocket of the same origin (CSP 3, 6.7.2.8).
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_LOG = structlog.stdlib.get_logger("agent_api")


class Desktop:
    """The build in `folder`, or the installed one, read when the node starts. Where there is none, `missing` answers."""

    def __init__(self, folder: Path | None, missing: Page) -> None:
        self._folder = folder
        self._missing = missing
        self._build: Build | None = None

    def add_to(self, app: web.Application) -> None:
        app.on_startup.append(self._read)
        for address in ADDRESSES:
            app.router.add_get(address, self._show)
        app.router.add_get(_ASSETS, self._asset)
        app.router.add_get(_FILES, self._file)

    async def _read(self, _: web.Application) -> None:
        self._build = await asyncio.to_thread(lambda: read_build(self._folder or installed()))
        if self._build is None:
            _LOG.warning("desktop_not_built", remedy="run make desktop, then start the node again")

    async def _show(self, request: web.Request) -> web.StreamResponse:
        if self._build is None:
            return await self._missing(request)
        nonce = token_urlsafe(18)
        headers = {"Content-Security-Policy": _POLICY.format(nonce=nonce), "Cache-Control": "no-store"}
        return web.Response(text=self._build.page.replace(NONCE, nonce), content_type="text/html", headers=headers)

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        return self._answer(request, f"assets/{request.match_info['name']}", _FOR_EVER)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self._answer(request, request.match_info["name"], _ASK_FIRST)

    def _answer(self, request: web.Request, name: str, kept: str) -> web.Response:
        file = self._build.files.get(name) if self._build is not None else None
        if file is None:
            raise web.HTTPNotFound
        coding, body = _choice(file, accepted_codings(request))
        headers = {"ETag": f'"{body.tag}"', "Cache-Control": kept}
        if file.coded:
            headers["Vary"] = hdrs.ACCEPT_ENCODING
        if _has(request, body.tag):
            return web.Response(status=304, headers=headers)
        if coding:
            headers["Content-Encoding"] = coding
        return web.Response(body=body.content, headers=headers | {"Content-Type": file.media_type})


def accepted_codings(request: web.Request) -> frozenset[str]:
    """Codings that the client takes (RFC 9110 12.5.3). `*` says nothing of one in particular and is not used."""
    listed = ",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ()))
    return frozenset(coding for coding, weight in map(_weighed, listed.split(",")) if weight > 0)


def _weighed(part: str) -> tuple[str, float]:
    coding, _, rest = part.partition(";")
    name, _, value = rest.partition("=")
    try:
        weight = float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        weight = 0.0
    return coding.strip().lower(), weight


def _choice(file: File, accepted: frozenset[str]) -> tuple[str, Body]:
    for coding, body in file.coded.items():
        if coding in accepted:
            return coding, body
    return "", file.plain


def _has(request: web.Request, tag: str) -> bool:
    return any(each.value in (tag, "*") for each in request.if_none_match or ())
