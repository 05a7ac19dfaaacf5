"""The OpenAPI 3.1 document, made from the route table and the structs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from agent_api.frame import problems
from agent_api.frame.idempotency import HEADER
from agent_api.frame.origin import GUARD_HEADER
from agent_api.frame.problems import Problem
from agent_api.frame.route import Route
from dialer.vocabulary.reasons.reason import Sentence

_REF = "#/components/schemas/{name}"
_SEGMENT = r"^[^/]+$"

#: Problems that may occur on any route, besides those of the route itself.
_ALWAYS = (400, 422, 503)
_WITH_RETRY_AFTER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_TAGS: Mapping[str, str] = {
    "sessions": "Logging in and out",
    "agent": "The agent's own state, notices and campaigns",
    "interactions": "One handling of a contact, and what its agent does",
    "events": "Numbered events",
    "campaigns": "Campaigns and why they dial nothing",
    "supervision": "Agents, interactions and trunks for supervisors",
    "lists": "Calling lists and the do-not-call list",
    "reports": "What was dialed",
    "test calls": "One call with a campaign's trunk and caller ID, outside records and statistics",
    "configuration": "Configuration files",
    "health": "Health and figures",
    "words": "What people are told, for desktops in other languages",
}


def document(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """The document as plain data, ready to be written as JSON."""
    table = tuple(routes)
    types = [Problem, *(kind for route in table for kind in _types(route) if kind is not None)]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF, schema_hook=_as_text)
    by_type = {_name(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, by_type)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cornetta",
            "version": version,
            "description": "The API of a node of Cornetta. Times are UTC epoch seconds; numbers are E.164.",
        },
        "tags": [{"name": name, "description": words} for name, words in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "cornetta"},
            },
        },
    }


def _as_text(kind: type) -> dict[str, Any]:
    """A sentence leaves as text. Raises NotImplementedError for any other type that JSON does not know."""
    if kind is Sentence:
        return {"type": "string"}
    raise NotImplementedError


def _types(route: Route) -> tuple[object, ...]:
    return (route.request, route.response, route.said, *route.stream)


def _name(kind: object) -> str:
    return str(kind)


def _operation(route: Route, schemas: Mapping[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _description(route),
        "tags": [route.tag],
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)],
        "responses": _responses(route, schemas),
        "security": [] if route.public else [{"bearer": []}, {"cookie": []}],
        "x-roles": ["public"] if route.public else sorted(role.value for role in route.roles),
    }
    if route.said is not None:
        operation["x-client-message"] = schemas[_name(route.said)]
    if route.request is not None:
        schema = schemas[_name(route.request)]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif route.upload:
        schema = {"type": "string"}
        operation["requestBody"] = {"required": True, "content": {route.upload: {"schema": schema}}}
    return operation


def _description(route: Route) -> str:
    who = "everybody" if route.public else ", ".join(sorted(role.value for role in route.roles)) or "nobody"
    text = (route.handler.__doc__ or "").strip()
    guard = f" With the cookie, send {GUARD_HEADER} and Origin." if route.changes and not route.public else ""
    return re.sub(r"\s+", " ", f"{text} For: {who}.{guard}").strip()


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": _SEGMENT}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in route.parameters]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    (_,), components = msgspec.json.schema_components([route.query], ref_template=_REF)
    schema = components[route.query.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": each}
        for name, each in schema["properties"].items()
    ]


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    if not route.repeatable:
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]{1,200}$"}
    words = "A request that is sent again with the same key is carried out once; kept for 24 h."
    return [{"name": HEADER, "in": "header", "required": False, "description": words, "schema": schema}]


def _responses(route: Route, schemas: Mapping[str, Any]) -> dict[str, Any]:
    usual: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.response is not None:
        usual["content"] = {route.media: {"schema": schemas[_name(route.response)]}}
    elif route.stream:
        messages = {"anyOf": [schemas[_name(kind)] for kind in route.stream]}
        usual["content"] = {route.media: {"schema": messages}}
    elif route.status not in (HTTPStatus.SWITCHING_PROTOCOLS, HTTPStatus.NO_CONTENT):
        usual["content"] = {route.media: {"schema": {"type": "string"}}}
    responses = {
        str(status): {**usual, "description": HTTPStatus(status).phrase} for status in (route.status, *route.also)
    }
    if str(HTTPStatus.NOT_MODIFIED.value) in responses:
        responses[str(HTTPStatus.NOT_MODIFIED.value)].pop("content")
    told = {problems.CONTENT_TYPE: {"schema": schemas[_name(Problem)]}}
    for status in sorted({*_refusals(route)} - {route.status, *route.also}):
        refusal: dict[str, Any] = {"description": HTTPStatus(status).phrase, "content": told}
        if status in _WITH_RETRY_AFTER:
            refusal["headers"] = _retry_after()
        responses[str(status)] = refusal
    return responses


def _retry_after() -> dict[str, Any]:
    words = "Seconds to wait before the request is repeated."
    return {"Retry-After": {"description": words, "schema": {"type": "integer", "minimum": 0}}}


def _refusals(route: Route) -> Iterable[int]:
    yield from route.refusals
    yield from _ALWAYS
    if not route.public:
        yield from (401, 403)
    if route.repeatable:
        yield from (409, 429)
    if route.request is not None:
        yield from (408, 413, 415)
    if route.upload:
        yield from (408, 413, 415)
