"""Lasting clients of the API: desktops on a WebSocket that check for missing events, and a pulse."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from dialer.lab.scenario import DEMO_PASSWORD

PULSE_S = 0.1
CONNECT_RETRY_S = 0.05
#: A time-out for events, not a measure of speed.
PATIENCE_S = 60.0


class Desktop:
    """One user's WebSocket. While the node runs it never closes and no number is missing; `events` has all its
    events."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self.events: list[dict[str, Any]] = []
        self.snapshots: list[Any] = []
        self.closed = 0
        self.missed = 0
        self._epoch = ""
        self._number = 0
        self._came = asyncio.Event()

    @property
    def snapshot(self) -> Any:
        return self.snapshots[-1]

    async def listen(self) -> None:
        """Connect and listen, again after each return of the node; until cancelled."""
        while True:
            try:
                async with self._http.ws_connect(f"{self._url}/api/v1/events", headers=self._headers) as socket:
                    async for message in socket:
                        self._take(message.json())
                self.closed += 1
            except (aiohttp.ClientError, TimeoutError):
                pass
            self._wake()
            await asyncio.sleep(CONNECT_RETRY_S)

    def _take(self, told: dict[str, Any]) -> None:
        if told["type"] == "snapshot":
            self._epoch, self._number = told["epoch"], told["seq"]
            self.snapshots.append(told["body"])
        elif told["type"] == "event":
            if told["epoch"] != self._epoch or told["seq"] != self._number + 1:
                self.missed += 1
            self._epoch, self._number = told["epoch"], told["seq"]
            self.events.append(told)
        self._wake()

    def _wake(self) -> None:
        self._came.set()
        self._came = asyncio.Event()

    def heard(self, topic: str, since: int = 0) -> list[dict[str, Any]]:
        """The events of a topic, from the `since`-th event on."""
        return [event for event in self.events[since:] if event["topic"] == topic]

    async def until(self, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until an event makes the condition true."""
        async with asyncio.timeout(patience_s):
            while not condition():
                await self._came.wait()


class Pulse:
    """Asks for the node's liveness at intervals."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self.answers = 0
        self.failures: list[str] = []

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with self._http.get(f"{self._url}/healthz") as answer:
                    if answer.status == 200:
                        self.answers += 1
                    else:
                        self.failures.append(f"HTTP {answer.status}")
            except (aiohttp.ClientError, TimeoutError) as error:
                self.failures.append(repr(error))
            await asyncio.sleep(PULSE_S)


class Clients:
    """All clients of one node."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self.url = url
        self._tasks: list[asyncio.Task[None]] = []
        self._tokens: dict[str, str] = {}

    async def _token(self, user: str) -> str:
        """Log in as a user of the lab, once; the log-in outlives the node. Waits until the node answers."""
        asked = {"user": user, "password": DEMO_PASSWORD, "proof": "bearer"}
        async with asyncio.timeout(PATIENCE_S):
            while user not in self._tokens:
                with contextlib.suppress(aiohttp.ClientConnectionError, TimeoutError):
                    async with self._http.post(f"{self.url}/api/v1/sessions", json=asked) as answer:
                        told = await answer.json()
                        assert answer.status in (200, 201), told
                        self._tokens[user] = told["token"]
                await asyncio.sleep(CONNECT_RETRY_S)
        return self._tokens[user]

    async def desktop(self, user: str) -> Desktop:
        """A desktop that has its first snapshot."""
        desktop = Desktop(self._http, self.url, await self._token(user))
        self._tasks.append(asyncio.create_task(desktop.listen()))
        await desktop.until(lambda: bool(desktop.snapshots))
        return desktop

    def pulse(self) -> Pulse:
        pulse = Pulse(self._http, self.url)
        self._tasks.append(asyncio.create_task(pulse.beat()))
        return pulse

    async def status(self, path: str) -> int:
        """The status of a GET that needs no log-in; raises aiohttp.ClientError when nobody answers."""
        async with self._http.get(f"{self.url}{path}") as answer:
            return answer.status

    async def get(self, path: str, user: str) -> Any:
        """A GET of the API; raises aiohttp.ClientError when nobody answers."""
        headers = {"Authorization": f"Bearer {await self._token(user)}"}
        async with self._http.get(f"{self.url}/api/v1{path}", headers=headers) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def post(self, path: str, user: str, body: object = None) -> tuple[int, Any]:
        """A POST of the API: status and answer."""
        headers = {"Authorization": f"Bearer {await self._token(user)}"}
        async with self._http.post(f"{self.url}/api/v1{path}", headers=headers, json=body) as answer:
            return answer.status, await answer.json(content_type=None)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def clients(url: str) -> AsyncIterator[Clients]:
    """Clients of the node at `url`, for the length of a test."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10.0)) as http:
        them = Clients(http, url)
        try:
            yield them
        finally:
            await them.close()
