"""The admission by password: limits, verification in turn, and refusals."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Iterator

import structlog

from agent_api.frame.auth import unauthorized
from agent_api.frame.client_address import client_address
from agent_api.frame.connection import connection_of
from agent_api.frame.devices import LIFETIME_S, Devices, device_cookie
from agent_api.frame.exchange import Exchange, SetCookie
from agent_api.frame.log_in_limit import LogInLimit, Try
from agent_api.frame.origin import is_https
from agent_api.frame.passwords import Passwords, TooManyWaiting
from agent_api.frame.problems import RETRY_AFTER_S, ProblemRaised, problem, too_many
from dialer.ports import User, Users

_LOG = structlog.stdlib.get_logger("agent_api")
#: The greatest age of the list of names that tells whether an account exists.
_NAMES_AGE_S = 5.0
#: A refusal in the slow lane takes at least this long, whether a password was verified for it or not, ...
_SLOW_ANSWER_S = 0.05
#: ... and longer when there are many: at most this number is answered in a second.
_SLOW_ANSWERS_PER_S = 200.0
_LONGEST_ANSWER_S = 10.0
#: The most log-ins from one address that wait for others from there.
_MOST_OF_OFFICE = 1_000


class Door:
    """Admits users, and keeps guessers out. Belongs to one loop."""

    def __init__(self, users: Users, passwords: Passwords, devices: Devices) -> None:
        self._passwords = passwords
        self._devices = devices
        self._limit = LogInLimit()
        self._names = _Names(users)
        self._crowds = _Crowds()
        self._refusing = 0

    async def admit(self, exchange: Exchange, name: str, password: str) -> User:
        """The user with the right password. Raises ProblemRaised: 401, or 429 in the slow lane; 403 for a user whose
        row in the database is faulty."""
        tried = await self._tried(exchange, name)
        try:
            usual = await self._usual(exchange, tried, password)
        except TooManyWaiting as error:
            raise too_many(str(error), RETRY_AFTER_S) from error
        user = usual or await self._slow(exchange, tried, password)
        self._limit.succeeded(tried, exchange.now.monotonic)
        if user.fault:
            detail = f"This user cannot log in: {user.fault}."
            raise ProblemRaised(problem(403, "user_unusable", detail, "Ask an administrator."))
        return user

    def device_of(self, exchange: Exchange, user: User) -> SetCookie:
        """The cookie that makes the browser a known device."""
        value = self._devices.make(user.name, exchange.now.utc)
        return SetCookie(device_cookie(exchange.settings), value, is_https(exchange.settings), LIFETIME_S)

    async def _tried(self, exchange: Exchange, name: str) -> Try:
        request, settings = exchange.request, exchange.settings
        cookie = request.cookies.get(device_cookie(settings), "")
        device = bool(cookie) and self._devices.knows(name, cookie, exchange.now.utc)
        address = client_address(request, settings.server.trusted_proxies)
        known = await self._names.has(name, exchange.now.monotonic)
        tried = Try(name, address, known, device)
        if device and self._limit.wait_s(tried, exchange.now.monotonic) > 0:
            return Try(name, address, known)  # the device's own limit is used up
        return tried

    async def _usual(self, exchange: Exchange, tried: Try, password: str) -> User | None:
        """The user, or None in the slow lane. Raises ProblemRaised (401) for a wrong password, or TooManyWaiting."""
        while not self._limit.begin(tried, exchange.now.monotonic):
            if not self._limit.is_crowded(tried, exchange.now.monotonic) or not await self._crowds.moved(tried.address):
                return None
        checked = False
        try:
            with self._crowds.one_more(tried.address):
                user = await self._verified(exchange, tried, password)
            checked = True
        finally:
            if not checked:
                self._limit.take_back(tried, exchange.now.monotonic)
        if user is None:
            _LOG.warning("log_in_refused", user=tried.account, address=tried.address)
            detail = "User and password do not belong together."
            raise ProblemRaised(problem(401, "wrong_password", detail), unauthorized().headers)
        return user

    async def _verified(self, exchange: Exchange, tried: Try, password: str) -> User | None:
        """The user, if the password is right. Raises TooManyWaiting."""
        user = await exchange.dependencies.users.user(tried.account)
        usable = user if user is not None and user.enabled else None
        hashed = usable.password_hash if usable else None
        return usable if await self._passwords.matches(hashed, password, urgent=tried.device) else None

    async def _slow(self, exchange: Exchange, tried: Try, password: str) -> User:
        """The user whose password was checked and is right. Raises the same ProblemRaised (429) for all others."""
        began = exchange.now.monotonic
        if self._limit.may_check(tried, began):
            with contextlib.suppress(TooManyWaiting):
                user = await self._verified(exchange, tried, password)
                if user is not None:
                    return user
                self._limit.failed_slowly(tried, exchange.now.monotonic)
        _LOG.warning("log_in_slowed", user=tried.account, address=tried.address)
        self._refusing += 1
        try:
            delay_s = _SLOW_ANSWER_S + self._refusing / _SLOW_ANSWERS_PER_S
            await self._make_wait(exchange, min(_LONGEST_ANSWER_S, began + delay_s - exchange.now.monotonic))
        finally:
            self._refusing -= 1
        wait_s = self._limit.wait_s(tried, exchange.now.monotonic)
        raise too_many("Too many log-ins for this account or from this address have failed.", max(1, math.ceil(wait_s)))

    @staticmethod
    async def _make_wait(exchange: Exchange, seconds: float) -> None:
        connection = connection_of(exchange.request)
        if connection is not None:
            await connection.make_wait(max(0.0, seconds))
        else:
            await asyncio.sleep(max(0.0, seconds))


class _Crowds:
    """Log-ins under verification by address: at the begin of a shift a whole office logs in from one address, and later
    log-ins wait for the earlier ones instead of counting as guesses."""

    def __init__(self) -> None:
        self._at_work: dict[str, int] = {}
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    @contextlib.contextmanager
    def one_more(self, address: str) -> Iterator[None]:
        self._at_work[address] = self._at_work.get(address, 0) + 1
        try:
            yield
        finally:
            self._at_work[address] -= 1
            if not self._at_work[address]:
                del self._at_work[address]
            for each in self._waiting.pop(address, ()):
                if not each.done():
                    each.set_result(None)

    async def moved(self, address: str) -> bool:
        """Wait until a log-in of the address is done; False if there is none, or too many wait already."""
        if address not in self._at_work:
            return False
        waiting = self._waiting.setdefault(address, [])
        if len(waiting) >= _MOST_OF_OFFICE:
            return False
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        await mine
        return True


class _Names:
    """The existing accounts, read a moment ago, so that each log-in of a flood costs only a look into memory."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._known: frozenset[str] = frozenset()
        self._read_at = -math.inf
        self._lock = asyncio.Lock()

    async def has(self, name: str, now: float) -> bool:
        async with self._lock:
            if now - self._read_at > _NAMES_AGE_S:
                self._known = frozenset(user.name for user in await self._users.users())
                self._read_at = now
        return name in self._known
