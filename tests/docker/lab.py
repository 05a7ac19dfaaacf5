"""The lab of docker/compose.yaml at work: its containers, its API, and a witness of its wire."""

from __future__ import annotations

import asyncio
import resource
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from dialer.lab.api_user import ApiUser
from dialer.vocabulary.results import CallResult
from sip.lab.capture import InviteCapture

from .daemon import Daemon, Failed, run

URL = "http://127.0.0.1:8080"
PASSWORD = "cornetta-demo"
CARRIER_PORT = 5070
PROFILES = ("--profile", "lab", "--profile", "asterisk")
LOOK_S = 0.1
#: Time-outs for events, not a measure of speed.
UP_TIMEOUT_S = 120.0
PATIENCE_S = 60.0


class ComposeLab:
    """The lab of one Docker. Its configuration is that of the repository, except that records are dialed once."""

    def __init__(self, daemon: Daemon, compose: list[str], file: Path) -> None:
        self.daemon = daemon
        self.configuration = daemon.folder / "lab"
        self._compose = compose
        self._files = ("-f", str(file), "-f", str(self._override(file.parents[1])))

    def _override(self, repository: Path) -> Path:
        shutil.copytree(repository / "config" / "lab", self.configuration, dirs_exist_ok=True)
        demo = self.configuration / "campaigns" / "demo.yaml"
        tree = yaml.safe_load(demo.read_text())
        for campaign in tree["campaigns"]:
            campaign["retries"] = {str(result): {"delay_s": 0, "max_attempts": 1} for result in CallResult}
            campaign["max_attempts"] = 1
        demo.write_text(yaml.safe_dump(tree))
        for path in (self.configuration, *self.configuration.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        configured: dict[str, Any] = {"volumes": [f"{self.configuration}:/etc/cornetta:ro"]}
        services = {name: dict(configured) for name in ("engine", "node", "demo", "asterisk-demo")}
        for name in ("engine", "node"):  # a limit above this machine's own could not be set here
            services[name]["ulimits"] = {"nofile": min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])}
        services["demo"]["command"] = ["--campaign", "demo", "--quick"]
        services["asterisk-demo"]["command"] = ["--campaign", "demo-asterisk", "--quick"]
        file = self.daemon.folder / "override.yaml"
        file.write_text(yaml.safe_dump({"services": services}))
        return file

    async def compose(self, *arguments: str, timeout_s: float = UP_TIMEOUT_S) -> str:
        """Standard output of a command of Compose. Raises Failed."""
        words = (*self._compose, *self._files, *PROFILES, *arguments)
        return await run(*words, timeout_s=timeout_s, environment=self.daemon.environment)

    async def up(self) -> None:
        try:
            await self.compose("up", "--detach", "--no-build")
        except Failed as error:
            logs = await self.compose("logs", "--tail", "15", "--no-color")
            raise Failed(f"{error}\n{await self.compose('ps', '--all')}\n{logs}") from error

    async def down(self) -> None:
        await self.compose("down", "--volumes", "--timeout", "3")

    async def container(self, service: str) -> str:
        """Its id; the container may have ended."""
        return (await self.compose("ps", "--all", "--quiet", service)).strip()

    async def state(self, service: str) -> dict[str, Any]:
        """The state of the service's container in Docker."""
        found: list[dict[str, Any]] = yaml.safe_load(await self.daemon.docker("inspect", await self.container(service)))
        return found[0]

    def database(self) -> Path:
        """The path of the node's database on the machine."""
        return self.daemon.folder / "data" / "volumes" / "cornetta-data" / "_data" / "cornetta.db"

    def witness(self) -> InviteCapture:
        """A capture of the INVITEs to the carrier from now on."""
        return InviteCapture.open(frozenset({CARRIER_PORT}), make_socket=self.daemon.socket_of_network)

    @asynccontextmanager
    async def user(self, name: str) -> AsyncIterator[Supervisor]:
        """A user of the node's API."""

        def make(address: tuple[Any, ...]) -> Any:
            made = self.daemon.socket_of_network(*address[:3])
            made.setblocking(False)
            return made

        connector = aiohttp.TCPConnector(socket_factory=make)
        timeout = aiohttp.ClientTimeout(total=10.0)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
            yield Supervisor(ApiUser(http, URL, name, PASSWORD))


class Supervisor:
    """A supervisor at the API, who reads and waits."""

    def __init__(self, user: ApiUser) -> None:
        self._user = user

    async def get(self, path: str) -> Any:
        """The document; None while the node does not answer."""
        status, document = await self._user.ask("GET", path)
        return document if status == 200 else None

    async def post(self, path: str) -> int:
        """The status."""
        return (await self._user.ask("POST", path, {}))[0]

    async def conversations(self, campaign: str) -> list[dict[str, Any]]:
        """The interactions of a campaign with a conversation now."""
        found = await self.get("/interactions") or []
        return [each for each in found if each["campaign"] == campaign and each["phase"] == "connected"]

    async def until_talking(self, campaign: str, at_least: int = 1) -> list[dict[str, Any]]:
        """Wait for conversations."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await self.conversations(campaign)
                if len(found) >= at_least:
                    return found
                await asyncio.sleep(LOOK_S)

    async def until_beginning(self, campaign: str) -> dict[str, Any]:
        """Wait for a conversation that has only just begun."""
        known = {each["id"] for each in await self.conversations(campaign)}
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for each in await self.conversations(campaign):
                    if each["id"] not in known:
                        return each
                await asyncio.sleep(LOOK_S)

    async def until_idle(self) -> None:
        """Wait until the node reports empty desks and no legs."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.get("/interactions") != []:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(LOOK_S)
