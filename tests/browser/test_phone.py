"""The page is the agent's phone: it registers at a real Asterisk through the node, and carries audio both ways."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from config.model import Mode
from dialer.lab.scenario import DEMO_PASSWORD, VIA_ASTERISK
from dialer.vocabulary.ids import AgentName
from tests.asterisk.ear import Ear

from .conftest import Floor, Open
from .pages import DeskPage
from .phone import KEEP, until_audio_flows

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(150)]

#: A person who refuses the microphone until `allowed` is set.
REFUSE = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = (wanted) =>
  window.allowed ? ask(wanted) : Promise.reject(new DOMException("refused", "NotAllowedError"));
"""
#: The root mean square below which there is no audio.
QUIET = 20.0
PATIENCE_S = 20


async def with_phone(floor: Floor, name: str = "agent1") -> DeskPage:
    """An agent's page, whose phone is up."""
    context = await floor.context()
    await context.add_init_script(KEEP)
    desk = DeskPage(await floor.page(context))
    await desk.log_in(name, DEMO_PASSWORD)
    await expect(desk.phone).to_contain_text("up")
    return desk


async def in_call(floor: Floor) -> DeskPage:
    desk = await with_phone(floor)
    await floor.run_campaign()
    await desk.button("OK and ready").click()
    await desk.connected()
    return desk


def ear_of_contact(floor: Floor) -> Ear:
    carrier = floor.stage.carrier
    return Ear(carrier.settings.rtp_port_low, carrier.settings.rtp_port_high, lambda: carrier.engine_pid)


async def until_loud(ear: Ear, *, loud: bool) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (ear.loudness() > QUIET) is not loud:  # noqa: ASYNC110 - nobody tells of audio
            await asyncio.sleep(0.1)


async def test_the_page_and_the_contact_hear_each_other_until_done(opened: Open) -> None:
    floor = await opened(Mode.PROGRESSIVE, VIA_ASTERISK)
    desk = await in_call(floor)
    await until_audio_flows(desk.page)
    with ear_of_contact(floor) as ear:
        await until_loud(ear, loud=True)
        await desk.page.keyboard.press("F9")
        await expect(desk.button(re.compile("^Unmute"))).to_be_visible()
        await until_loud(ear, loud=False)
    await desk.page.keyboard.press("F4")
    await desk.ended()
    await expect(desk.phone).not_to_contain_text("in a call")


async def test_an_engaged_phone_stays_in_its_call_from_one_contact_to_the_next(opened: Open) -> None:
    floor = await opened(Mode.PROGRESSIVE_ASM, VIA_ASTERISK)
    desk = await in_call(floor)
    await until_audio_flows(desk.page)
    await desk.page.keyboard.press("F4")
    await desk.ended()
    await expect(desk.phone).to_contain_text("in a call")
    await desk.choose("Disposition", "Sale")
    await desk.done.click()
    await desk.connected()
    assert await desk.page.evaluate("window.made.length") == 1
    await until_audio_flows(desk.page)


async def test_devices_are_chosen_in_a_call_and_show_how_loud_they_are(opened: Open) -> None:
    floor = await opened(Mode.PROGRESSIVE, VIA_ASTERISK)
    desk = await in_call(floor)
    await desk.phone.click()
    for label, choice in (("Microphone", "Fake Audio Input 2"), ("Headset", "Fake Audio Output 2")):
        await desk.page.get_by_label(label, exact=True).select_option(label=choice)
    await until_audio_flows(desk.page)
    for label in ("Loudness of the microphone", "Loudness of the contact"):
        await expect(desk.page.get_by_label(label)).to_have_attribute("aria-valuenow", re.compile("^[1-9]"))
    await desk.page.reload()
    await expect(desk.phone).to_contain_text("in a call")
    await desk.phone.click()
    chosen = desk.page.get_by_label("Microphone", exact=True).locator("option:checked")
    await expect(chosen).to_have_text("Fake Audio Input 2")


async def test_a_reload_brings_the_agent_back_into_the_conversation(opened: Open) -> None:
    floor = await opened(Mode.PROGRESSIVE, VIA_ASTERISK)
    desk = await in_call(floor)
    await until_audio_flows(desk.page)
    world = floor.stage.running.world
    interaction = world.agents[AgentName("agent1")].interaction
    assert interaction is not None
    await desk.page.reload()
    await expect(desk.phone).to_contain_text("in a call")
    await desk.connected()
    await until_audio_flows(desk.page)
    assert world.agents[AgentName("agent1")].interaction == interaction
    with ear_of_contact(floor) as ear:
        await until_loud(ear, loud=True)


async def test_an_asterisk_that_was_away_has_the_phone_again(opened: Open) -> None:
    floor = await opened(Mode.PROGRESSIVE, VIA_ASTERISK)
    desk = await with_phone(floor)
    asterisk = floor.stage.asterisk
    assert asterisk is not None
    await asterisk.kill()
    await expect(desk.page.get_by_text("The telephone exchange is not reached.")).to_be_visible()
    assert await desk.ready.get_attribute("aria-disabled") == "true"
    await asterisk.start()
    await expect(desk.phone).to_contain_text("up")
    await expect(desk.ready).to_have_attribute("aria-disabled", "false")


async def test_a_second_page_takes_the_phone_and_the_first_can_take_it_back(opened: Open) -> None:
    floor = await opened(Mode.PROGRESSIVE, VIA_ASTERISK)
    first = await with_phone(floor)
    second = DeskPage(await floor.page(first.page.context))
    await expect(second.phone).to_contain_text("up")
    await expect(first.page.get_by_text("Another page of yours is the phone now.")).to_be_visible()
    await first.button("Use this page").click()
    await expect(first.phone).to_contain_text("up")
    await expect(second.phone).to_contain_text("not ready")


async def test_a_microphone_that_is_refused_is_said_with_its_remedy_and_ready_is_not_to_be_had(opened: Open) -> None:
    floor = await opened(Mode.PROGRESSIVE, VIA_ASTERISK)
    context = await floor.context()
    await context.add_init_script(REFUSE)
    desk = DeskPage(await floor.page(context))
    await desk.log_in("agent1", DEMO_PASSWORD)
    await expect(desk.page.get_by_text("The microphone is refused. Allow it in the address bar")).to_be_visible()
    assert await desk.ready.get_attribute("aria-disabled") == "true"
    await desk.page.evaluate("window.allowed = true")
    await desk.button("Try again").click()
    await expect(desk.phone).to_contain_text("up")
    await desk.ready.click()
    await expect(desk.status).to_contain_text("Ready")
