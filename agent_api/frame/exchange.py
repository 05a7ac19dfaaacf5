"""One request on its way to an answer: a handler's input and its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from aiohttp import web
from msgspec import Struct

from agent_api.frame.auth import Identity
from agent_api.frame.dependencies import Dependencies
from config.model import Settings
from dialer.agents.agent import Agent
from dialer.campaigns.campaign import Campaign
from dialer.ports import Moment
from dialer.vocabulary.commands import Command
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import AgentName, CampaignName
from dialer.world.world import World

S = TypeVar("S", bound=Struct)


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON answer. `status` None is that of the route."""

    body: object = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[SetCookie, ...] = ()


@dataclass(frozen=True, slots=True)
class SetCookie:
    """A cookie to be set; an empty `value` deletes it. `lifetime_s` from now."""

    name: str
    value: str
    secure: bool
    lifetime_s: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that passed all checks. `content` and `query` are decoded; `upload` is the file of a streamed body."""

    request: web.Request
    dependencies: Dependencies
    settings: Settings
    identity: Identity | None
    content: Struct | None = None
    query: Struct | None = None
    upload: Path | None = None

    @property
    def world(self) -> World:
        return self.dependencies.world()

    @property
    def now(self) -> Moment:
        return self.dependencies.clock.now()

    @property
    def who(self) -> Identity:
        """The requesting user; a public route has none."""
        if self.identity is None:
            raise TypeError("a public route asked who asks")
        return self.identity

    @property
    def agent_name(self) -> AgentName:
        return AgentName(self.who.user.name)

    @property
    def agent(self) -> Agent:
        """The requesting agent. Raises NotFound for a user who is not known to the core as an agent yet."""
        agent = self.world.agents.get(self.agent_name)
        if agent is None:
            raise NotFound("agent", self.agent_name)
        return agent

    def path(self, name: str) -> str:
        return self.request.match_info[name]

    @property
    def campaign(self) -> Campaign:
        """The campaign of the path. Raises NotFound for one that is not configured."""
        return self.world.campaign(CampaignName(self.path("campaign")))

    def content_as(self, kind: type[S]) -> S:
        """The body; `kind` is the route's."""
        if not isinstance(self.content, kind):
            raise TypeError(f"the route has no body of type {kind.__name__}")
        return self.content

    def query_as(self, kind: type[S]) -> S:
        """The query; `kind` is the route's."""
        if not isinstance(self.query, kind):
            raise TypeError(f"the route has no query of type {kind.__name__}")
        return self.query

    async def ask(self, command: Command) -> object:
        """Give a command to the core; returns after its commit."""
        return await self.dependencies.asker.ask(command)
