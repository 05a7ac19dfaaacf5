"""Passwords: argon2id (RFC 9106), never on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from dialer.vocabulary.errors import CornettaError

#: OWASP's floor for argon2id is 19 MiB, 2 passes, 1 lane; each verification takes that much memory.
_MEMORY_KIB = 19_456
_PASSES = 2
_LANES = 1
#: Added to the niceness of the verifying thread (a property of each thread in Linux), so that calls go first.
_NICENESS = 10
#: The most log-ins that wait for their verification; more are refused at once.
MAX_WAITING = 256


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES, type=Type.ID)


def hash_password(password: str) -> str:
    """The hash that is stored. Blocks for some 20 ms: for command lines and seeds, not for the event loop."""
    return _hasher().hash(password)


class TooManyWaiting(CornettaError):
    """Too many log-ins, `waiting` in number, wait for the verification of their passwords."""

    code = "too_many_log_ins"

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} log-ins are being checked; try again in a moment.")
        self.waiting = waiting


class Passwords:
    """Verifies passwords one after the other, in a thread of its own. `close` ends it."""

    def __init__(self) -> None:
        self._hasher = _hasher()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="passwords", initializer=_be_nice)
        self._turns = _Turns()
        # A log-in with an unknown name takes as long as one with a wrong password, so that names cannot be probed.
        self._nobody = "$argon2id$v=19$m=19456,t=2,p=1$Y29ybmV0dGFub2JvZHk$8Yq1pJrUsTDuYlPPWVQFTfn3Zzq3bFJnX1eHqNQ3Nlk"

    async def matches(self, password_hash: str | None, password: str, *, urgent: bool = False) -> bool:
        """Whether `password` is that of the hash, which is None for an unknown user. `urgent` ones go before others.
        Raises TooManyWaiting; for urgent ones only if too many urgent ones wait."""
        async with self._turns.turn(urgent=urgent):
            loop = asyncio.get_running_loop()
            right = await loop.run_in_executor(self._pool, self._verify, password_hash or self._nobody, password)
            return right and password_hash is not None

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def close(self) -> None:
        """Wait for the verification under way, then end the thread."""
        await asyncio.to_thread(self._pool.shutdown)


def _be_nice() -> None:
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


class _Turns:
    """Turns of the verification: one at a time, urgent ones first."""

    def __init__(self) -> None:
        self._taken = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._usual: deque[asyncio.Future[None]] = deque()

    @contextlib.asynccontextmanager
    async def turn(self, *, urgent: bool) -> AsyncIterator[None]:
        """Raises TooManyWaiting."""
        await self._come(self._urgent if urgent else self._usual)
        try:
            yield
        finally:
            self._next()

    async def _come(self, waiting: deque[asyncio.Future[None]]) -> None:
        if not self._taken:
            self._taken = True
            return
        if len(waiting) >= MAX_WAITING:
            raise TooManyWaiting(len(waiting))
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._next()
            raise

    def _next(self) -> None:
        for waiting in (self._urgent, self._usual):
            while waiting:
                first = waiting.popleft()
                if not first.done():
                    first.set_result(None)
                    return
        self._taken = False
