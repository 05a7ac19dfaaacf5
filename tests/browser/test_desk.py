"""What happens at a desk beside the straight way: reload, no network, refusals, another browser, a supervisor."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from config.model import Mode
from dialer.lab.scenario import DEMO_PASSWORD

from .conftest import Floor, Open
from .pages import DeskPage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(150)]


async def in_call(opened: Open) -> tuple[Floor, DeskPage]:
    floor = await opened(Mode.PROGRESSIVE)
    desk = await floor.agent()
    await floor.run_campaign()
    await desk.button("OK and ready").click()
    await desk.connected()
    return floor, desk


async def test_a_reload_shows_the_same_desk_with_what_was_typed(opened: Open) -> None:
    _, desk = await in_call(opened)
    await desk.note.fill("Half a note")
    await expect(desk.page.get_by_text("All is kept.")).to_be_visible()
    await desk.page.reload()
    await desk.connected()
    await expect(desk.note).to_have_value("Half a note")


async def test_without_network_the_page_says_so_and_comes_back_with_the_end_of_the_call(opened: Open) -> None:
    floor, desk = await in_call(opened)
    supervisor = await floor.supervisor()
    await desk.page.context.set_offline(True)
    await desk.page.keyboard.press("F8")
    await expect(desk.page.get_by_role("alert").filter(has_text="does not answer")).to_be_visible()
    await supervisor.row("Agents", "Agent 1").get_by_role("button", name="Close").click()
    await supervisor.page.get_by_role("textbox", name="Reason").fill("went home")
    await supervisor.page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await desk.page.context.set_offline(False)
    await expect(desk.page.get_by_text("supervisor closed your interaction: went home")).to_be_visible()
    await expect(desk.call).to_be_hidden()


async def test_two_pages_of_one_agent_show_the_same(opened: Open) -> None:
    floor, desk = await in_call(opened)
    second = DeskPage(await floor.page(desk.page.context))
    await second.connected()
    await second.page.keyboard.press("F8")
    await expect(desk.call).to_contain_text("On hold by you")


async def test_a_wrong_password_and_a_phone_that_is_taken_are_said_where_they_were_typed(opened: Open) -> None:
    floor = await opened(Mode.PREVIEW)
    page = DeskPage(await floor.page())
    await page.log_in("agent1", "not this one")
    await expect(page.page.get_by_role("alert")).to_contain_text("password")
    await page.log_in("agent1", DEMO_PASSWORD)
    await expect(page.status).to_contain_text("Not ready")


async def test_what_may_not_be_pressed_says_why(opened: Open) -> None:
    _, desk = await in_call(opened)
    assert await desk.done.get_attribute("aria-disabled") == "true"
    described = await desk.done.get_attribute("aria-describedby")
    assert "End the call first" in (await desk.page.locator(f"[id='{described}']").text_content() or "")


async def test_all_dialing_is_stopped_after_one_question(opened: Open) -> None:
    floor, desk = await in_call(opened)
    supervisor = await floor.supervisor()
    await supervisor.button("Stop all dialing").click()
    await supervisor.page.get_by_role("dialog").get_by_role("button", name="Stop all").click()
    await expect(supervisor.row("Campaigns", "demo")).not_to_contain_text("Running")
    await desk.connected()


async def test_two_agents_have_different_contacts(opened: Open) -> None:
    floor, first = await in_call(opened)
    second = await floor.agent("agent2")
    await second.button("OK and ready").click()
    await second.connected()
    assert await first.call.inner_text() != await second.call.inner_text()


async def test_logging_out_in_a_call_comes_after_it(opened: Open) -> None:
    _, desk = await in_call(opened)
    await desk.button("Agent 1").click()
    await desk.page.get_by_role("menuitem", name="Log out").click()
    await expect(desk.page.get_by_text("Log-out after this call")).to_be_visible()
    await desk.connected()


async def test_a_supervisor_is_told_at_once_of_an_agent_who_asks_for_help(opened: Open) -> None:
    floor, desk = await in_call(opened)
    supervisor = await floor.supervisor()
    await expect(supervisor.row("Agents", "Agent 1")).to_contain_text("Connected")
    await desk.button("More", exact=True).click()
    await desk.page.get_by_role("textbox", name="Ask for help").fill("<i>French</i>")
    await desk.page.keyboard.press("Enter")
    alarm = supervisor.page.get_by_role("alert").filter(has_text="agent1 asks for help (demo)")
    await expect(alarm).to_contain_text("<i>French</i>")
    await alarm.get_by_role("button", name="Close").click()
    await expect(alarm).to_be_hidden()
