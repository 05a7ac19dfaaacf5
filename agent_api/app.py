"""The web application of a node, built by plain constructor calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from aiohttp import web

from agent_api.frame.auth import Logins
from agent_api.frame.body import MAX_JSON_BYTES
from agent_api.frame.dependencies import Dependencies
from agent_api.frame.devices import Devices
from agent_api.frame.door import Door
from agent_api.frame.endpoint import Endpoint
from agent_api.frame.headers import security_headers
from agent_api.frame.idempotency import Repetitions
from agent_api.frame.middleware import as_problems, measured
from agent_api.frame.openapi import document
from agent_api.frame.passwords import Passwords
from agent_api.frame.route import PREFIX, Route
from agent_api.keys import DEPENDENCIES, PHONES, ROUTES, SOCKETS
from agent_api.live.events import EventsRoute
from agent_api.live.feed import Feed
from agent_api.live.phone import Phones
from agent_api.live.socket import Sockets
from agent_api.resources.desktop.pages import Desktop
from agent_api.resources.metrics.collector import WorldCollector
from agent_api.resources.metrics.route import MetricsRoute
from agent_api.resources.sessions import SessionRoutes
from agent_api.resources.start_page import start_page, without_desktop
from agent_api.table import all_routes

#: Version of the API in its document: raised at each addition; at a removal the version in its path is raised.
API_VERSION = "1.0"


def make_app(
    dependencies: Dependencies, feed: Feed, sockets: Sockets | None = None, desktop: Path | None = None
) -> web.Application:
    """The application. `sockets` may be given with other time-outs than the usual ones, `desktop` is the folder of a
    build other than the installed one."""
    logins = Logins(dependencies.users, dependencies.sessions, dependencies.clock)
    passwords = Passwords()
    desktops = sockets or Sockets(dependencies, feed, logins)
    phones = Phones(dependencies, logins)
    door = Door(dependencies.users, passwords, Devices(dependencies.device_key))
    routes = all_routes(
        SessionRoutes(logins, door, phones.end_session),
        EventsRoute(desktops),
        phones,
        MetricsRoute(dependencies.registry),
    )
    app = web.Application(
        middlewares=(measured(dependencies.registry), as_problems()),
        client_max_size=MAX_JSON_BYTES,
    )
    app[DEPENDENCIES] = dependencies
    app[ROUTES] = routes
    app[SOCKETS] = desktops
    app[PHONES] = phones
    repetitions = Repetitions(dependencies.keys, dependencies.clock)
    for route in routes:
        endpoint = Endpoint(route, dependencies, logins, repetitions)
        app.router.add_route(route.method, route.path, _plain(endpoint))
    app.router.add_route("GET", f"{PREFIX}/openapi.json", _document(routes))
    app.router.add_get("/api", start_page)
    Desktop(desktop, without_desktop).add_to(app)
    dependencies.registry.register(WorldCollector(dependencies.world, dependencies.desktops, dependencies.clock))
    app.on_response_prepare.append(security_headers(dependencies.settings))
    app.on_shutdown.append(_close_desktops)
    app.on_cleanup.append(_closing(passwords))
    return app


def _plain(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A coroutine function, which is what the router wants."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await endpoint(request)

    return answer


def _document(routes: tuple[Route, ...]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The document, made at the first request in a thread, as it takes some 50 ms."""
    made: list[bytes] = []

    async def show(_: web.Request) -> web.StreamResponse:
        if not made:
            made.append(await asyncio.to_thread(lambda: msgspec.json.encode(document(routes, API_VERSION))))
        return web.Response(body=made[0], content_type="application/json")

    return show


async def _close_desktops(app: web.Application) -> None:
    app[PHONES].close()
    await app[SOCKETS].close()


def _closing(passwords: Passwords) -> Callable[[web.Application], Awaitable[None]]:
    async def close(_: web.Application) -> None:
        await passwords.close()

    return close
