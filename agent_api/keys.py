"""Typed keys of the application's objects."""

from __future__ import annotations

from aiohttp import web

from agent_api.frame.dependencies import Dependencies
from agent_api.frame.route import Route
from agent_api.live.phone import Phones
from agent_api.live.socket import Sockets

DEPENDENCIES: web.AppKey[Dependencies] = web.AppKey("dependencies", Dependencies)
ROUTES: web.AppKey[tuple[Route, ...]] = web.AppKey("routes", tuple)
SOCKETS: web.AppKey[Sockets] = web.AppKey("sockets", Sockets)
PHONES: web.AppKey[Phones] = web.AppKey("phones", Phones)
