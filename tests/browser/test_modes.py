"""An agent works in the page in each of the six modes, from the notice to Done, over real SIP."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from config.model import Mode
from dialer.ports.reports import AttemptPage

from .conftest import CAMPAIGN_NAME, Floor, Open
from .pages import DeskPage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(150)]


async def to_connection(desk: DeskPage, mode: Mode) -> None:
    """What the agent does until a contact is connected."""
    if mode is Mode.PREVIEW:
        await desk.button(re.compile("^Get record")).click()
        await expect(desk.call).to_contain_text(
            re.compile("Exampl|Sample|Specimen|Placeholder|Fiction|Pretend|Dummy|Mock")
        )
        await desk.page.keyboard.press("F2")
    elif mode is Mode.PUSH_PREVIEW:
        await expect(desk.offer).to_be_visible()
        await desk.page.keyboard.press("F2")
    await desk.connected()


@pytest.mark.parametrize("mode", list(Mode))
async def test_an_agent_works_from_the_notice_to_done(opened: Open, mode: Mode) -> None:
    floor: Floor = await opened(mode)
    desk = await floor.agent()
    await expect(desk.status).to_contain_text("Not ready")
    await floor.load()
    await expect(desk.page.get_by_text("Campaign demo is loaded")).to_be_visible()
    await desk.button("OK").first.click()
    supervisor = await floor.supervisor()
    await supervisor.row("Campaigns", "demo").get_by_role("button", name="Start").click()
    await desk.button("OK and ready").click()
    await to_connection(desk, mode)

    await desk.page.keyboard.press("F8")
    await expect(desk.call).to_contain_text("On hold by you")
    await desk.page.keyboard.press("F8")
    await desk.connected()
    await desk.page.keyboard.press("F9")
    await expect(desk.button(re.compile("^Unmute"))).to_be_visible()
    await expect(supervisor.row("Agents", "Agent 1")).to_contain_text("Connected")

    await desk.note.fill("Wants a letter & <b>no</b> call")
    await desk.choose("Disposition", "Sale")
    await desk.page.keyboard.press("F4")
    await desk.ended()
    await expect(desk.status).to_contain_text("After-call work")
    await desk.button("Done, not ready").click()
    await expect(desk.call).to_be_hidden()
    await expect(desk.status).to_contain_text("Not ready")

    rows = await floor.stage.running.store.reports.read(AttemptPage(CAMPAIGN_NAME, 10))
    assert len([each for each in rows if each.connected_at is not None]) == 1
