"""A route as data, from which the application, its document and the matrix of roles in the tests are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from msgspec import Struct

from agent_api.frame.exchange import Exchange, Reply
from config.model import Role

PREFIX = "/api/v1"

AGENTS = frozenset({Role.AGENT})
#: Roles that may steer campaigns.
FLOOR = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
#: Roles that may read everything.
READERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
EVERYBODY = frozenset(Role)

Handler = Callable[[Exchange], Awaitable[Reply | web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path. Without `roles` no user may use it, unless it is `public`.

    `request` is the struct of the JSON body, `upload` the media type of a body that is streamed to a file instead;
    `query` the struct of the query. `response` is the type of the JSON response, or None; `media` another media type.
    `also` are other statuses with the same body, `refusals` those with a problem that not every route may answer.
    Of a WebSocket `stream` are the types of the server's messages, `said` that of the client's.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    tag: str
    roles: frozenset[Role] = frozenset()
    public: bool = False
    request: type[Struct] | None = None
    upload: str = ""
    query: type[Struct] | None = None
    response: object = None
    media: str = "application/json"
    status: int = 200
    also: tuple[int, ...] = ()
    refusals: tuple[int, ...] = ()
    stream: tuple[type[Struct], ...] = ()
    said: type[Struct] | None = None

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method not in ("GET", "HEAD")

    @property
    def repeatable(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return self.method == "POST" and not self.public

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))
