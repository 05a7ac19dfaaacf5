"""Passwords: argon2id (RFC 9106), never on the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from dialer.vocabulary.errors import CornettaError

#: OWASP's floor for argon2id is 19 MiB, 2 passes, 1 lane; each verification takes that much memory.
_MEMORY_KIB = 19_456
_PASSES = 2
_LANES = 1
#: Verifications at a time: more log-ins wait rather than take the machine away from calls.
_WORKERS = 2
#: Log-ins that wait for theirs; more are refused at once.
MAX_WAITING = 64


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES, type=Type.ID)


def hash_password(password: str) -> str:
    """The hash that is stored. Blocks for some 20 ms: for command lines and seeds, not for the event loop."""
    return _hasher().hash(password)


class TooManyWaiting(CornettaError):
    """More log-ins wait for the verification of their passwords than may: `waiting` of them."""

    code = "too_many_log_ins"

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} log-ins are being checked; try again in a moment.")
        self.waiting = waiting


class Passwords:
    """Verifies passwords in threads of its own. `close` ends them."""

    def __init__(self) -> None:
        self._hasher = _hasher()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="passwords")
        self._waiting = 0
        # A log-in with an unknown name takes as long as one with a wrong password, so that names cannot be probed.
        self._nobody = "$argon2id$v=19$m=19456,t=2,p=1$Y29ybmV0dGFub2JvZHk$8Yq1pJrUsTDuYlPPWVQFTfn3Zzq3bFJnX1eHqNQ3Nlk"

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` is that of the hash; None is a user who does not exist. Raises TooManyWaiting."""
        if self._waiting >= MAX_WAITING:
            raise TooManyWaiting(self._waiting)
        loop = asyncio.get_running_loop()
        self._waiting += 1
        try:
            right = await loop.run_in_executor(self._pool, self._verify, password_hash or self._nobody, password)
        finally:
            self._waiting -= 1
        return right and password_hash is not None

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def close(self) -> None:
        """Wait for what is being verified, then end the threads."""
        await asyncio.to_thread(self._pool.shutdown)
