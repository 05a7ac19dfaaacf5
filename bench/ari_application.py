"""A minimal ARI application, the usual way to bridge dialed contacts to standing agents on Asterisk.

`python -m bench.ari_application FILE` runs it in a process of its own, until stdin ends; FILE is an AriPlan in JSON. It
calls every agent once into a bridge of its own, then originates contacts for free agents, one for one, and adds each
contact who answers to the bridge of its agent, as in PROGRESSIVE_ASM but without store, rules or desktop. Requests run
beside the reading of events, on one kept connection pool, so that there are no needless waits.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

APP = "bench"
CONNECTIONS_MAX = 64
REQUEST_TIMEOUT_S = 10.0


class AriPlan(Struct, frozen=True):
    """The plan of a run: Asterisk's address, agents and contacts, and new calls a second (0: the next when an agent is
    free).

    `agent_endpoint` and `contact_endpoint` hold `{}` for the number of the agent or contact."""

    url: str
    user: str
    password: str
    agents: int
    rate_per_s: float
    agent_endpoint: str
    contact_endpoint: str


class Application:
    """One run. Desks have a number from 0; the bridge of desk 3 is `desk-3`, its contacts' channels `contact-3-N`."""

    def __init__(self, plan: AriPlan, session: aiohttp.ClientSession) -> None:
        self._plan = plan
        self._session = session
        self._free: asyncio.Queue[int] = asyncio.Queue(maxsize=plan.agents)
        self._desk_of: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled, or Asterisk ends the connection."""
        async with self._session.ws_connect(f"{self._plan.url}/events", params={"app": APP}) as events:
            self._begin(self._set_up(), "set-up")
            self._begin(self._supply(), "supply")
            async for message in events:
                self._take(msgspec.json.decode(message.data))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Any, name: str) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _set_up(self) -> None:
        for desk in range(self._plan.agents):
            await self._post(f"bridges/desk-{desk}", {"type": "mixing"})
            endpoint = self._plan.agent_endpoint.format(desk)
            await self._post("channels", {"endpoint": endpoint, "app": APP, "appArgs": f"agent,{desk}"})

    async def _supply(self) -> None:
        """Originate for free desks, in turn; with a rate, evenly spread."""
        loop = asyncio.get_running_loop()
        number, next_at = 0, loop.time()
        while True:
            desk = await self._free.get()
            if self._plan.rate_per_s:
                next_at = max(next_at + 1 / self._plan.rate_per_s, loop.time())
                await asyncio.sleep(next_at - loop.time())
            number += 1
            self._begin(self._originate(desk, number), "originate")

    async def _originate(self, desk: int, number: int) -> None:
        channel = f"contact-{desk}-{number}"
        self._desk_of[channel] = desk
        endpoint = self._plan.contact_endpoint.format(number % 1000)
        query = {"endpoint": endpoint, "app": APP, "appArgs": f"contact,{desk}", "channelId": channel, "timeout": "20"}
        await self._post("channels", query)

    def _take(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "StasisStart":
            role, desk = event["args"]
            self._begin(self._join(role, int(desk), event["channel"]["id"]), "join")
        elif event["type"] == "ChannelDestroyed":
            desk = self._desk_of.pop(event["channel"]["id"], None)
            if desk is not None:
                self._free.put_nowait(desk)

    async def _join(self, role: str, desk: int, channel: str) -> None:
        await self._post(f"bridges/desk-{desk}/addChannel", {"channel": channel})
        if role == "agent":
            self._free.put_nowait(desk)

    async def _post(self, path: str, query: Mapping[str, str]) -> None:
        async with self._session.post(f"{self._plan.url}/{path}", params=query) as response:
            if response.status >= 400:
                sys.stderr.write(f"{path}: {response.status} {await response.text()}\n")


def _basic(user: str, password: str) -> str:
    """RFC 7617."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


async def _until_stdin_ends(plan: AriPlan) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with aiohttp.ClientSession(
        headers={"Authorization": _basic(plan.user, plan.password)},
        connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX),
        timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
    ) as session:
        application = asyncio.create_task(Application(plan, session).run(), name="application")
        ended = asyncio.create_task(reader.read(), name="stdin")
        await asyncio.wait((application, ended), return_when=asyncio.FIRST_COMPLETED)
        for task in (application, ended):
            task.cancel()
        await asyncio.gather(application, ended, return_exceptions=True)


def main() -> int:
    plan = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=AriPlan)
    asyncio.run(_until_stdin_ends(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
