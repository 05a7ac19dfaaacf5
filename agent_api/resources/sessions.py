"""Logging in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from agent_api.frame.auth import Logins, Proof, cookie_name
from agent_api.frame.door import Door
from agent_api.frame.exchange import Exchange, Reply, SetCookie
from agent_api.frame.origin import is_https
from agent_api.frame.route import EVERYBODY, PREFIX, Route
from agent_api.frame.section import Section
from config.model import Role
from dialer.agents.agent import AgentState
from dialer.ports import User
from dialer.vocabulary.commands import LogIn, LogOut
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.events import UserKnown
from dialer.vocabulary.ids import AgentName, TeamName
from dialer.vocabulary.plain_text import VERBATIM


class LogInRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`proof` cookie: the token comes in a cookie that no script can read (desktops); bearer: in the answer."""

    user: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=1024, extra=VERBATIM)]
    proof: Literal["cookie", "bearer"] = "cookie"


class Me(Struct, frozen=True):
    """The user who is logged in. `token` is told once, at a log-in with `proof` bearer; `expires_at` is UTC epoch
    seconds."""

    user: str
    display_name: str
    role: str
    teams: tuple[str, ...]
    expires_at: float | None
    idle_s: float
    token: str | None = None


class LoggedOut(Struct, frozen=True):
    """`pending`: a conversation or after-call work goes on; the log-in stays until it is done. Log out again then."""

    pending: bool


class SessionRoutes:
    """Log in, log out, who am I."""

    def __init__(self, logins: Logins, door: Door, ended: Callable[[str], None]) -> None:
        """`ended` is told the token's hash of a log-in that is over, for connections beside desktops."""
        self._logins = logins
        self._door = door
        self._ended = ended

    async def log_in(self, exchange: Exchange) -> Reply:
        """Agents are logged in at the core as well: not ready, with their notices."""
        asked = exchange.content_as(LogInRequest)
        user = await self._door.admit(exchange, asked.user, asked.password)
        token, session = await self._logins.begin(user, exchange.settings, label=asked.proof)
        try:
            await self._log_in_agent(exchange, user)
        except Refused:
            await self._logins.end(session)
            raise
        server = exchange.settings.server
        bearer = asked.proof == "bearer"
        me = Me(
            user.name,
            user.display_name,
            user.role,
            user.teams,
            session.expires_at,
            server.session_idle_s,
            token if bearer else None,
        )
        secure = is_https(exchange.settings)
        lifetime_s = int(server.session_lifetime_s)
        cookie = SetCookie(cookie_name(exchange.settings), token, secure, lifetime_s)
        return Reply(me, cookies=() if bearer else (cookie, self._door.device_of(exchange, user)))

    async def _log_in_agent(self, exchange: Exchange, user: User) -> None:
        """Send the user's row to the core first: the user may be newer than the node's start, or changed since."""
        if user.role != Role.AGENT:
            return
        name = AgentName(user.name)
        teams = tuple(TeamName(team) for team in user.teams)
        exchange.dependencies.announcer.announce(UserKnown(name, user.display_name, user.phone, teams))
        agent = exchange.world.agents.get(name)
        if agent is None or agent.state is AgentState.LOGGED_OUT:
            await exchange.ask(LogIn(name))

    async def log_out(self, exchange: Exchange) -> Reply:
        """An agent in a conversation stays logged in until it is done."""
        who = exchange.who
        agent = exchange.world.agents.get(AgentName(who.user.name))
        if who.role is Role.AGENT and agent is not None and agent.state is not AgentState.LOGGED_OUT:
            await exchange.ask(LogOut(agent.name))
            after = exchange.world.agents.get(agent.name)
            if after is not None and after.state is not AgentState.LOGGED_OUT:
                return Reply(LoggedOut(pending=True), status=202)
        await self._logins.end(who.session)
        exchange.dependencies.desktops.end_session(who.session.token_hash)
        self._ended(who.session.token_hash)
        gone = SetCookie(cookie_name(exchange.settings), "", is_https(exchange.settings))
        return Reply(LoggedOut(pending=False), cookies=(gone,) if who.proof is Proof.COOKIE else ())

    async def me(self, exchange: Exchange) -> Reply:
        user, session = exchange.who.user, exchange.who.session
        idle_s = exchange.settings.server.session_idle_s
        return Reply(Me(user.name, user.display_name, user.role, user.teams, session.expires_at, idle_s))

    def routes(self) -> tuple[Route, ...]:
        section = Section("sessions", PREFIX, EVERYBODY, EVERYBODY)
        return (
            section.post(
                "/sessions",
                "logIn",
                "Log in with user and password",
                self.log_in,
                Me,
                roles=frozenset(),
                public=True,
                request=LogInRequest,
                status=201,
                refusals=(401, 403, 409, 429),
            ),
            section.delete(
                "/sessions/current", "logOut", "Log out", self.log_out, LoggedOut, also=(202,), refusals=(409,)
            ),
            section.get("/me", "me", "Who is logged in", self.me, Me),
        )
