"""Routes of one kind, written in a line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, Unpack

from msgspec import Struct

from agent_api.frame.route import FLOOR, READERS, Handler, Route
from config.model import Role


class More(TypedDict, total=False):
    """Rare parts of a route; see Route. By default `refusals` is 404 where the path has a parameter."""

    roles: frozenset[Role]
    public: bool
    request: type[Struct]
    upload: str
    query: type[Struct]
    media: str
    status: int
    also: tuple[int, ...]
    refusals: tuple[int, ...]
    stream: tuple[type[Struct], ...]
    said: type[Struct]


@dataclass(frozen=True, slots=True)
class Section:
    """Routes under one tag, below one path. `readers` may GET, `writers` may use the other methods, where a route names
    no other roles."""

    tag: str
    path: str
    readers: frozenset[Role] = READERS
    writers: frozenset[Role] = FLOOR

    def get(
        self, path: str, name: str, summary: str, handler: Handler, response: object = None, **more: Unpack[More]
    ) -> Route:
        return self._route("GET", path, name, summary, handler, response, more)

    def post(
        self, path: str, name: str, summary: str, handler: Handler, response: object, **more: Unpack[More]
    ) -> Route:
        return self._route("POST", path, name, summary, handler, response, more)

    def delete(
        self, path: str, name: str, summary: str, handler: Handler, response: object, **more: Unpack[More]
    ) -> Route:
        return self._route("DELETE", path, name, summary, handler, response, more)

    def _route(
        self, method: str, path: str, name: str, summary: str, handler: Handler, response: object, more: More
    ) -> Route:
        where = self.path + path
        usual: More = {"roles": self.readers if method == "GET" else self.writers}
        if "{" in where:
            usual["refusals"] = (404,)
        said: More = {**usual, **more}
        return Route(
            method=method,
            path=where,
            name=name,
            summary=summary,
            handler=handler,
            tag=self.tag,
            response=response,
            **said,
        )
