"""Middlewares of every request: measure its time, and turn every error into a problem document."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from http import HTTPStatus
from secrets import token_hex

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from aiohttp.web_protocol import RequestPayloadError
from prometheus_client import CollectorRegistry, Counter, Histogram

from agent_api.frame import problems
from agent_api.frame.connection import connection_of
from agent_api.frame.problems import ProblemRaised, problem
from agent_api.frame.text import refuse_unusable_text
from dialer.vocabulary.errors import CornettaError

_LOG = structlog.stdlib.get_logger("agent_api")
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_FIRST_FAULT = 500


def as_problems() -> Middleware:
    """Clients never get a traceback: a fault of ours is logged under a number, which the client gets."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = connection_of(request)
        with nullcontext() if connection is None else connection.request():
            return await or_problem(request, handler)

    async def or_problem(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            refuse_unusable_text(request)
            return await handler(request)
        except CornettaError as error:
            raised = problems.translate(error)
            if raised.problem.status == _FIRST_FAULT:
                raised = await _incident(request, error)
            return problems.response(raised)
        except web.HTTPException as error:
            return problems.response(problems.from_http(error))
        except RequestPayloadError as error:
            return problems.response(_unreadable(request, error))
        except ConnectionError as error:
            return problems.response(_gone(request, error))
        except Exception as error:  # noqa: BLE001 - the border: whatever a handler did, the client gets a document
            return problems.response(await _incident(request, error))

    return answer


def _unreadable(request: web.Request, error: RequestPayloadError) -> ProblemRaised:
    """A body that is not what its headers say: no gzip, no chunks."""
    _LOG.debug("body_unreadable", route=_route_of(request), reason=str(error))
    detail = "The body cannot be read: it is not encoded as Content-Encoding and Transfer-Encoding say."
    raised = ProblemRaised(problem(400, "unreadable_body", detail, "Send it without Content-Encoding."))
    raised.headers["Connection"] = "close"
    return raised


def _gone(request: web.Request, error: ConnectionError) -> ProblemRaised:
    """The client has disconnected: there is no fault to log and no one to answer."""
    _LOG.debug("client_went_away", route=_route_of(request), reason=type(error).__name__)
    return ProblemRaised(problem(400, "broken_off", "The client broke the request off."))


async def _incident(request: web.Request, error: Exception) -> ProblemRaised:
    """Logs the exception in a thread: its traceback is made with the files of the source."""
    number = token_hex(4)
    facts = {"incident": number, "route": _route_of(request), "exc_info": error}
    await asyncio.to_thread(_LOG.error, "request_failed", **facts)
    document = problem(500, "fault", "The request failed by a fault of ours.", f"Report the incident {number}.")
    return ProblemRaised(msgspec.structs.replace(document, incident=number))


def measured(registry: CollectorRegistry) -> Middleware:
    """Counts and times requests by route."""
    count = Counter("cornetta_http_requests", "Requests by route and status.", ("route", "status"), registry=registry)
    seconds = Histogram(
        "cornetta_http_request_seconds", "Time to answer, by route.", ("route",), buckets=_BUCKETS, registry=registry
    )

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        begun = time.perf_counter()
        response = await handler(request)
        route = _route_of(request)
        count.labels(route, str(response.status)).inc()
        if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            seconds.labels(route).observe(time.perf_counter() - begun)
        return response

    return answer


def _route_of(request: web.Request) -> str:
    """Method and pattern of the route: never the path itself, which names people and numbers."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical}" if resource is not None else "unknown"
