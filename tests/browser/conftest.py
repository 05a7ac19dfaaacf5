"""A lab with the node's own pages, and Chromium to open them."""

from __future__ import annotations

import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from config.model import Mode
from dialer.lab.scenario import CAMPAIGN, DEMO_PASSWORD, VIA_DIRECT, Scenario
from dialer.lab.stage import Stage
from dialer.vocabulary import commands
from dialer.vocabulary.ids import CampaignName
from sip.lab.profile import PROFILES

from .pages import DeskPage, FloorPage

#: Chromium asks no other host for anything, as the machine may reach none.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: A microphone that beeps, and nobody who has to allow it.
FAKE_MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
CAMPAIGN_NAME = CampaignName(CAMPAIGN)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Floor:
    """A lab whose agents are people at pages. `errors` has errors of pages, and requests to other hosts."""

    stage: Stage
    browser: Browser
    stack: AsyncExitStack
    errors: list[str]

    @property
    def url(self) -> str:
        return self.stage.settings.server.url

    async def context(self) -> BrowserContext:
        context = await self.browser.new_context(viewport={"width": 1280, "height": 800})
        self.stack.push_async_callback(context.close)
        return context

    async def page(self, context: BrowserContext | None = None) -> Page:
        """A page of a browser of its own, or of `context`."""
        page = await (context or await self.context()).new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if "Content Security" in line.text else None)
        page.on("request", lambda asked: self._asked(asked.url))
        await page.goto(self.url)
        return page

    def _asked(self, url: str) -> None:
        if not url.startswith((self.url, self.url.replace("http", "ws", 1), "data:", "blob:")):
            self.errors.append(f"a request to {url}")

    async def agent(self, name: str = "agent1") -> DeskPage:
        desk = DeskPage(await self.page())
        await desk.log_in(name, DEMO_PASSWORD)
        return desk

    async def supervisor(self) -> FloorPage:
        floor = FloorPage(await self.page())
        await floor.log_in("supervisor", DEMO_PASSWORD)
        return floor

    async def run_campaign(self) -> None:
        await self.load()
        await self.stage.running.inbox.ask(commands.StartCampaign(CAMPAIGN_NAME, "lab"))

    async def load(self) -> None:
        await self.stage.running.inbox.ask(commands.LoadCampaign(CAMPAIGN_NAME, "lab"))


class Open(Protocol):
    """Opens a lab. `via` asterisk: the pages are the phones of its agents."""

    def __call__(self, mode: Mode, via: str = VIA_DIRECT) -> Awaitable[Floor]: ...


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    assert path is not None, "Chromium is not installed: docker/install.sh browser"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=[*QUIET, *FAKE_MICROPHONE], ignore_default_args=["--mute-audio"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opened(chromium: Browser, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a lab in a mode. Contacts answer at once and wait for the agent to hang up."""
    async with AsyncExitStack() as stack:
        floors: list[Floor] = []

        async def open_lab(mode: Mode, via: str = VIA_DIRECT) -> Floor:
            scenario = Scenario(
                mode, agents=2, records=50, seed=1, profile=PROFILES["prompt"], headless=False,
                listen_port=free_port(), people=2, via=via,
            )  # fmt: skip
            stage = await stack.enter_async_context(Stage(scenario, tmp_path / "lab"))
            floors.append(Floor(stage, chromium, stack, []))
            return floors[-1]

        yield open_lab
        with contextlib.suppress(IndexError):
            assert floors[0].errors == []
