"""Requests that are sent twice and carried out once: the Idempotency-Key of a POST.

The key belongs to the user. A second request with it waits for the first one and gets the same answer.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256

from agent_api.frame.meter import Meter
from agent_api.frame.problems import Place, invalid, too_many
from dialer.ports import Clock, IdempotencyKeys, KeptResponse
from dialer.vocabulary.errors import StoreUnavailable

HEADER = "Idempotency-Key"
#: The header of an answer that is repeated.
REPLAYED_HEADER = "Idempotency-Replayed"
#: How long answers are kept.
KEPT_S = 24 * 3600.0
_PURGE_INTERVAL_S = 600.0
#: The most answers kept for one user, enough for repetitions after a lost connection.
MOST_OF_USER = 500
#: The most requests with a key from one user: at a time, and for each second.
BURST_OF_USER, PER_S_OF_USER = 200, 20.0
#: The number of new requests of a user after which the oldest answers are trimmed.
_TRIM_EVERY = 50
_MAX_LENGTH = 200
_FIRST_FAULT = 500


def check_key(key: str) -> str:
    """The key, if it is 1 to 200 visible ASCII characters. Raises ProblemRaised."""
    if not 1 <= len(key) <= _MAX_LENGTH or not all("!" <= letter <= "~" for letter in key):
        raise invalid(Place(f"header.{HEADER}", f"must be 1 to {_MAX_LENGTH} visible ASCII characters"))
    return key


def fingerprint(method: str, path: str, digest: str) -> str:
    """The identity of a request: method, path with query, and the SHA-256 of its body."""
    return sha256(f"{method} {path}\n{digest}".encode()).hexdigest()


class Repetitions:
    """Keeps answers by user and key. Belongs to one loop."""

    def __init__(self, keys: IdempotencyKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._at_work: dict[tuple[str, str], asyncio.Future[None]] = {}
        self._purge_at = 0.0
        self._users: dict[str, _OfUser] = {}

    async def once(
        self, user: str, key: str, print_: str, work: Callable[[], Awaitable[KeptResponse]]
    ) -> tuple[KeptResponse, bool]:
        """The answer of `work`, done now or before; True if before. Failures of ours (5xx, an exception) are not kept,
        so that the request may be repeated. Raises Refused for a key that was used for another request, ProblemRaised
        (429) for too many."""
        of_user = self._users.setdefault(user, _OfUser(self._clock.now().monotonic))
        if not of_user.meter.take(self._clock.now().monotonic):
            raise too_many(f"Too many requests of {user} carry an {HEADER}.", math.ceil(1 / PER_S_OF_USER))
        place = (user, key)
        while place in self._at_work:
            await asyncio.wait({self._at_work[place]})
        done = asyncio.get_running_loop().create_future()
        self._at_work[place] = done
        try:
            return await self._first_or_kept(user, key, print_, work)
        finally:
            del self._at_work[place]
            done.set_result(None)

    async def _first_or_kept(
        self, user: str, key: str, print_: str, work: Callable[[], Awaitable[KeptResponse]]
    ) -> tuple[KeptResponse, bool]:
        now = self._clock.now()
        if now.monotonic >= self._purge_at:
            self._purge_at = now.monotonic + _PURGE_INTERVAL_S
            await self._keys.purge_keys(now.utc - KEPT_S)
        kept = await self._keys.begin(user, key, print_, now.utc)
        if kept is not None:
            return kept, True
        await self._trim(user)
        answered = False
        try:
            response = await work()
            answered = response.status < _FIRST_FAULT
        finally:
            if not answered:
                with suppress(StoreUnavailable):
                    await self._keys.abandon(user, key)
        if answered:
            # The request is done even if its answer cannot be kept: a repetition is then refused and not carried out.
            with suppress(StoreUnavailable):
                await self._keys.finish(user, key, response)
        return response, False

    async def _trim(self, user: str) -> None:
        of_user = self._users[user]
        of_user.begun += 1
        if of_user.begun % _TRIM_EVERY == 0:
            await self._keys.trim_keys(user, MOST_OF_USER)


class _OfUser:
    """The requests of one user."""

    def __init__(self, now: float) -> None:
        self.meter = Meter(BURST_OF_USER, PER_S_OF_USER, now)
        self.begun = -1
