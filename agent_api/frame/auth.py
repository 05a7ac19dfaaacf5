"""Log-ins and their tokens, and how a request proves its log-in.

A token is 128 random bits behind a prefix by which logs recognise it, carried in a cookie that no script can read or as
a bearer token. Only its SHA-256 is stored: a leaked database gives no log-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe

from aiohttp import web

from agent_api.frame.origin import is_https
from agent_api.frame.problems import ProblemRaised, problem
from config.model import Role, Settings
from dialer.ports import Clock, Session, Sessions, User, Users
from dialer.vocabulary.log.clean import TOKEN_PREFIX

_TOKEN_BYTES = 16
#: Browsers keep a `__Host-` cookie only from our own host, over TLS, for all paths.
_SECURE_COOKIE = "__Host-cornetta"
_PLAIN_COOKIE = "cornetta"
#: The last use of a session is written at most this often.
TOUCH_INTERVAL_S = 60.0


class Proof(StrEnum):
    """How a request carried its token."""

    COOKIE = "cookie"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Identity:
    """A user with the log-in of the request."""

    user: User
    role: Role
    session: Session
    proof: Proof


def cookie_name(settings: Settings) -> str:
    return _SECURE_COOKIE if is_https(settings) else _PLAIN_COOKIE


def hash_token(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def unauthorized(detail: str = "Log in first.") -> ProblemRaised:
    """RFC 9110 15.5.2: a 401 names the scheme to use."""
    remedy = "POST /api/v1/sessions with user and password."
    return ProblemRaised(problem(401, "not_logged_in", detail, remedy), {"WWW-Authenticate": 'Bearer realm="cornetta"'})


class Logins:
    """Begins, checks and ends log-ins. Idle and absolute lifetimes come from the current settings."""

    def __init__(self, users: Users, sessions: Sessions, clock: Clock) -> None:
        self._users = users
        self._sessions = sessions
        self._clock = clock

    async def begin(self, user: User, settings: Settings, label: str) -> tuple[str, Session]:
        """Begin a log-in: returns its token, which is not kept, and its row. Sessions past their end are forgotten."""
        now = self._clock.now().utc
        token = TOKEN_PREFIX + token_urlsafe(_TOKEN_BYTES)
        lifetime_s = settings.server.session_lifetime_s
        session = Session(hash_token(token), user.name, "session", label, now, now, now + lifetime_s)
        await self._sessions.purge_sessions(now, now - settings.server.session_idle_s)
        await self._sessions.save_session(session)
        return token, session

    async def identify(self, request: web.Request, settings: Settings) -> Identity | None:
        """The user of a request, or None without a token. Raises ProblemRaised (401) for an invalid token."""
        found = _carried(request, settings)
        if found is None:
            return None
        token, proof = found
        identity = await self.recall(hash_token(token), settings, proof)
        if identity is None:
            raise unauthorized("The log-in is over or was never good.")
        return identity

    async def recall(self, token_hash: str, settings: Settings, proof: Proof) -> Identity | None:
        """The user of a valid log-in, which counts as its use; None if it is over."""
        session = await self._sessions.session(token_hash)
        now = self._clock.now().utc
        if session is None or _is_over(session, settings, now):
            return None
        user = await self._users.user(session.user)
        if user is None or not user.enabled or user.fault:
            return None
        if now - session.used_at >= min(TOUCH_INTERVAL_S, settings.server.session_idle_s / 4):
            await self._sessions.touch_session(token_hash, now)
        return Identity(user, Role(user.role), session, proof)

    async def end(self, session: Session) -> None:
        await self._sessions.remove_session(session.token_hash)


def _is_over(session: Session, settings: Settings, now: float) -> bool:
    if session.expires_at is not None and now >= session.expires_at:
        return True
    return session.kind == "session" and now - session.used_at > settings.server.session_idle_s


def _carried(request: web.Request, settings: Settings) -> tuple[str, Proof] | None:
    """The token of a request. A bearer token goes before a cookie, as it is sent on purpose."""
    authorization = request.headers.get("Authorization", "")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip(), Proof.BEARER
    if authorization:
        raise unauthorized("The Authorization header is not a bearer token.")
    cookie = request.cookies.get(cookie_name(settings))
    return (cookie, Proof.COOKIE) if cookie else None
