"""From a route to its handler: log-in, role, origin, body and idempotency are checked in this order; then the handler
is called and its answer sent as JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

import msgspec
from aiohttp import hdrs, web
from msgspec import Struct

from agent_api.frame import problems
from agent_api.frame.auth import Identity, Logins, Proof, unauthorized
from agent_api.frame.body import decode_json, decode_query, read_json, refuse_query, spooled
from agent_api.frame.connection import connection_of
from agent_api.frame.dependencies import Dependencies
from agent_api.frame.exchange import Exchange, Reply, SetCookie
from agent_api.frame.idempotency import HEADER, REPLAYED_HEADER, Repetitions, check_key, fingerprint
from agent_api.frame.origin import GUARD_HEADER, is_allowed
from agent_api.frame.problems import ProblemRaised, problem
from agent_api.frame.route import Route
from config.model import Settings
from dialer.ports import KeptResponse
from dialer.vocabulary.errors import CornettaError
from dialer.words import spoken

_ENCODER = msgspec.json.Encoder(enc_hook=spoken)
_JSON = "application/json"


class Endpoint:
    """Answers one route."""

    def __init__(self, route: Route, dependencies: Dependencies, logins: Logins, repetitions: Repetitions) -> None:
        self._route = route
        self._dependencies = dependencies
        self._logins = logins
        self._repetitions = repetitions

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        route = self._route
        settings = self._dependencies.settings()
        identity = None if route.public else await self._admit(request, settings)
        check_origin(request, settings, identity, changes=route.changes)
        query = decode_query(request, route.query) if route.query else None
        if route.query is None:
            refuse_query(request)
        exchange = Exchange(request, self._dependencies, settings, identity, query=query)
        if route.upload:
            async with spooled(request, route.upload) as (path, digest):
                return await self._answer(with_body(exchange, None, path), digest)
        raw = await read_json(request) if route.request else b""
        content = decode_json(raw, route.request) if route.request else None
        return await self._answer(with_body(exchange, content, None), sha256(raw).hexdigest())

    async def _admit(self, request: web.Request, settings: Settings) -> Identity:
        """The user of the request, if the role may use this route. A route without roles admits no user."""
        identity = await self._logins.identify(request, settings)
        if identity is None:
            raise unauthorized()
        connection = connection_of(request)
        if connection is not None:
            connection.prove()
        if identity.role not in self._route.roles:
            allowed = ", ".join(sorted(self._route.roles)) or "nobody"
            detail = f"The role {identity.role} may not do this; it is for: {allowed}."
            raise ProblemRaised(problem(403, "role_not_allowed", detail, "Ask an administrator."))
        return identity

    async def _answer(self, exchange: Exchange, digest: str) -> web.StreamResponse:
        route = self._route
        key = exchange.request.headers.get(HEADER)
        if key is None or not route.repeatable:
            answer = await route.handler(exchange)
            return answer if isinstance(answer, web.StreamResponse) else self._respond(answer)
        user = exchange.who.user.name
        print_ = fingerprint(route.method, exchange.request.path_qs, digest)
        work = _keepable(lambda: route.handler(exchange), route.status)
        kept, replayed = await self._repetitions.once(user, check_key(key), print_, work)
        headers = {REPLAYED_HEADER: "true"} if replayed else {}
        return _from_kept(kept, headers)

    def _respond(self, reply: Reply) -> web.Response:
        status = reply.status or self._route.status
        response = _json_response(status, b"" if _is_empty(status) else _ENCODER.encode(reply.body), reply.headers)
        for cookie in reply.cookies:
            _set_cookie(response, cookie)
        return response


def with_body(exchange: Exchange, content: Struct | None, upload: Path | None) -> Exchange:
    """The exchange with its body."""
    return Exchange(
        exchange.request,
        exchange.dependencies,
        exchange.settings,
        exchange.identity,
        content,
        exchange.query,
        upload,
    )


def check_origin(request: web.Request, settings: Settings, identity: Identity | None, *, changes: bool) -> None:
    """Refuse requests that another site's page makes a browser send. A changing request with the cookie must come from
    our page and carry a header that no form can set; any other must at least not come from another site."""
    if not changes:
        return
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and not is_allowed(settings, origin):
        raise foreign_origin(origin)
    if identity is None or identity.proof is not Proof.COOKIE:
        return
    if origin is None:
        raise foreign_origin("none")
    if GUARD_HEADER not in request.headers:
        detail = f"A request that is authorised by the cookie needs the header {GUARD_HEADER}."
        raise ProblemRaised(problem(403, "guard_header_missing", detail, f"Send {GUARD_HEADER}: 1."))


def foreign_origin(origin: str) -> ProblemRaised:
    """Whether the request comes from a page of another site, or from a browser that names no origin."""
    detail = f"The origin of the request is {origin}, which is not ours."
    remedy = "Open the desktop at the node's own address; server.public_url must be the address that browsers use."
    return ProblemRaised(problem(403, "foreign_origin", detail, remedy))


def _keepable(
    handle: Callable[[], Awaitable[Reply | web.StreamResponse]], usual: int
) -> Callable[[], Awaitable[KeptResponse]]:
    """The handler with its answer, or its refusal, as bytes that can be kept."""

    async def work() -> KeptResponse:
        try:
            answer = await handle()
        except CornettaError as error:
            refused = problems.response(problems.translate(error))
            return KeptResponse(refused.status, refused.content_type, _bytes(refused.body))
        if isinstance(answer, web.StreamResponse):
            raise TypeError("an answer to a POST is no stream")
        status = answer.status or usual
        return KeptResponse(status, _JSON, b"" if _is_empty(status) else _ENCODER.encode(answer.body))

    return work


def _bytes(body: object) -> bytes:
    return bytes(body) if isinstance(body, bytes | bytearray | memoryview) else b""


def _from_kept(kept: KeptResponse, headers: dict[str, str]) -> web.Response:
    if kept.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        headers = {**headers, "Retry-After": str(problems.RETRY_AFTER_S)}
    if _is_empty(kept.status):
        return web.Response(status=kept.status, headers=headers)
    return web.Response(status=kept.status, body=kept.body, content_type=kept.content_type, headers=headers)


def _is_empty(status: int) -> bool:
    return status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


def _json_response(status: int, body: bytes, headers: dict[str, str]) -> web.Response:
    if _is_empty(status):
        return web.Response(status=status, headers=headers)
    return web.Response(status=status, body=body, content_type=_JSON, headers=headers)


def _set_cookie(response: web.Response, cookie: SetCookie) -> None:
    if not cookie.value:
        response.del_cookie(cookie.name, path="/", secure=cookie.secure, httponly=True, samesite="Strict")
        return
    response.set_cookie(
        cookie.name,
        cookie.value,
        path="/",
        max_age=cookie.lifetime_s,
        secure=cookie.secure,
        httponly=True,
        samesite="Strict",
    )
