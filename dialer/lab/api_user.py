"""A user of a node's API, who stays logged in also over restarts of the node."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

#: Between two tries where the node does not answer.
RETRY_S = 1.0
UNREACHED = (aiohttp.ClientError, TimeoutError, OSError)


class ApiUser:
    """One user. A request whose log-in has ended logs in anew."""

    def __init__(self, http: aiohttp.ClientSession, url: str, name: str, password: str) -> None:
        self._http = http
        self._url = url
        self._name = name
        self._password = password
        self._headers: dict[str, str] = {}

    async def log_in(self) -> None:
        """Try until the node takes the log-in; also after a refusal, as that may be a limit of log-ins."""
        asked = {"user": self._name, "password": self._password, "proof": "bearer"}
        while True:
            with contextlib.suppress(*UNREACHED):
                async with self._http.post(f"{self._url}/api/v1/sessions", json=asked) as answer:
                    if answer.status < 300:
                        self._headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
                        return
            await asyncio.sleep(RETRY_S)

    async def ask(self, method: str, path: str, body: object = None, csv: str | None = None) -> tuple[int, Any]:
        """Status and document of one request, 0 and None where the node does not answer."""
        if not self._headers:
            await self.log_in()
        sent: dict[str, Any] = {"json": body}
        headers = self._headers
        if csv is not None:
            sent, headers = {"data": csv.encode()}, {**headers, "Content-Type": "text/csv"}
        try:
            async with self._http.request(method, f"{self._url}/api/v1{path}", headers=headers, **sent) as answer:
                if answer.status == 401:
                    self._headers = {}
                return answer.status, await answer.json(content_type=None)
        except (*UNREACHED, ValueError):
            return 0, None

    async def follow(self, changed: Callable[[dict[str, Any] | None], None]) -> None:
        """Yield the desk at each change, None while the connection is lost; until cancelled."""
        while True:
            if not self._headers:
                await self.log_in()
            try:
                await self._listen(changed)
            except aiohttp.WSServerHandshakeError as error:
                if error.status == 401:
                    self._headers = {}
            except UNREACHED:
                pass
            changed(None)
            await asyncio.sleep(RETRY_S)

    async def _listen(self, changed: Callable[[dict[str, Any] | None], None]) -> None:
        desk: dict[str, Any] | None = None
        async with self._http.ws_connect(f"{self._url}/api/v1/events", headers=self._headers) as events:
            async for message in events:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                told = message.json()
                if told["type"] == "snapshot":
                    desk = dict(told["body"])
                elif told["type"] == "event" and desk is not None:
                    desk = after(desk, told)
                changed(desk)


def after(desk: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """The desk after an event (docs/api.md, Events)."""
    topic, body = event["topic"], event["body"]
    if topic == "agent" and body is not None:
        return {**desk, "agent": body}
    if topic == "notices" and body is not None:
        return {**desk, "notices": body["notices"]}
    if topic == "interaction" and (body is not None or (desk["interaction"] or {}).get("id") == event["key"]):
        return {**desk, "interaction": body}
    return dict(desk)
