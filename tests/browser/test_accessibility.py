"""Every view, in both themes, without a violation that axe finds (WCAG 2.2 A and AA, and its best practices)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from config.model import Mode
from dialer.lab.scenario import DEMO_PASSWORD

from .conftest import Open
from .pages import DeskPage, FloorPage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(200)]

AXE = Path(__file__).parents[2] / "desktop" / "node_modules" / "axe-core" / "axe.min.js"


async def violations(page: Page, view: str) -> list[str]:
    """What axe finds, a line for each kind."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate("axe.run()")
    return [
        f"{view}: {each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_view_has_a_violation(opened: Open, theme: Any) -> None:
    floor = await opened(Mode.PUSH_PREVIEW)
    found: list[str] = []
    context = await floor.context()
    desk = DeskPage(await floor.page(context))
    await desk.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await expect(desk.button("Log in")).to_be_visible()
    found += await violations(desk.page, "log-in")
    await desk.log_in("agent1", "not this one")
    await expect(desk.page.get_by_role("alert")).to_be_visible()
    found += await violations(desk.page, "log-in refused")
    await desk.log_in("agent1", DEMO_PASSWORD)
    await floor.run_campaign()
    await expect(desk.button("OK and ready")).to_be_visible()
    found += await violations(desk.page, "my campaigns")
    await desk.button("OK and ready").click()
    await expect(desk.offer).to_be_visible()
    found += await violations(desk.page, "offer")
    await desk.page.keyboard.press("F2")
    await desk.connected()
    found += await violations(desk.page, "call")
    await desk.button("More", exact=True).click()
    await expect(desk.button("Ask the supervisors")).to_be_visible()
    found += await violations(desk.page, "more")
    await desk.page.get_by_role("textbox", name="Ask for help").fill("The contact speaks French")
    await desk.button("Ask the supervisors").click()
    await expect(desk.page.get_by_text("Your supervisors were told.")).to_be_visible()

    supervisor = FloorPage(await floor.page())
    await supervisor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await supervisor.log_in("supervisor", DEMO_PASSWORD)
    await expect(supervisor.row("Agents", "Agent 1")).to_contain_text("Connected")
    found += await violations(supervisor.page, "floor")
    await supervisor.button("Stop all dialing").click()
    await expect(supervisor.page.get_by_role("dialog")).to_be_visible()
    found += await violations(supervisor.page, "question")

    await desk.page.keyboard.press("Escape")
    await desk.page.keyboard.press("F4")
    await desk.ended()
    found += await violations(desk.page, "after the call")
    await desk.button(re.compile("^Keys$")).click()
    await expect(desk.page.get_by_role("dialog", name="Keys")).to_be_visible()
    found += await violations(desk.page, "keys")
    assert found == [], "\n".join(found)
