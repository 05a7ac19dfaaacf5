"""Pictures of the pages for README: `python -m tests.browser.screenshots` writes them to docs/images."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import async_playwright, expect

from config.model import Mode
from dialer.lab.crew import until_ready
from dialer.lab.laws import laws_named
from dialer.lab.scenario import Scenario
from dialer.lab.stage import Stage

from .conftest import QUIET, Floor, free_port

IMAGES = Path(__file__).parents[2] / "docs" / "images"
NOTE = "Asks for the offer in writing. Best after five in the evening."


async def take(folder: Path) -> None:
    """Play one call at the page of agent1, among simulated agents, and write each scene to `folder`."""
    profile, habits = laws_named("demo", headless=False)
    scenario = Scenario(
        Mode.PROGRESSIVE,
        agents=6,
        records=400,
        seed=1,
        profile=profile,
        headless=False,
        listen_port=free_port(),
        people=1,
    )
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stage = await stack.enter_async_context(Stage(scenario, data, habits))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        stack.push_async_callback(browser.close)
        floor = Floor(stage, browser, stack, [])
        stage.seat_agents()
        await until_ready(stage.running, scenario)
        await stage.run_campaign()

        async def picture(page: object, name: str) -> None:
            await page.screenshot(path=folder / f"{name}.png")  # type: ignore[attr-defined]

        desk = await floor.agent()
        await desk.button("OK and ready").click()
        await expect(desk.offer).to_be_visible()
        await picture(desk.page, "offer")
        # A contact who does not answer is followed by the next one.
        await expect(desk.call).to_contain_text("Connected", timeout=300_000)
        await desk.note.fill(NOTE)
        await desk.choose("Disposition", "Call later")
        supervisor = await floor.supervisor()
        await expect(supervisor.row("Agents", "Agent 1")).to_contain_text("Connected")
        await picture(desk.page, "conversation")
        await picture(supervisor.page, "floor")
        await desk.page.keyboard.press("F4")
        await desk.ended()
        await picture(desk.page, "after-call")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(IMAGES))


if __name__ == "__main__":
    main()
