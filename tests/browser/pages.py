"""What people do and see at the pages."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

#: Waits are for conditions; this bounds them, on a machine with other work.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


class _Page:
    def __init__(self, page: Page) -> None:
        page.set_default_timeout(PATIENCE_MS)
        self.page = page

    async def log_in(self, user: str, password: str) -> None:
        await self.page.get_by_role("textbox", name="User").fill(user)
        await self.page.locator("input[type=password]").fill(password)
        await self.page.get_by_role("button", name="Log in").click()

    def button(self, name: str | re.Pattern[str], *, exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)


class DeskPage(_Page):
    """The agent's page."""

    @property
    def status(self) -> Locator:
        return self.page.locator("header").get_by_role("status")

    @property
    def phone(self) -> Locator:
        """The phone in the page, in the status bar."""
        return self.button(re.compile("^This browser"))

    @property
    def ready(self) -> Locator:
        return self.button(re.compile("^Ready"))

    @property
    def call(self) -> Locator:
        return self.page.get_by_role("region", name="Call")

    @property
    def offer(self) -> Locator:
        return self.page.get_by_role("dialog", name="Offer")

    @property
    def note(self) -> Locator:
        return self.page.get_by_role("textbox", name="Note")

    @property
    def done(self) -> Locator:
        return self.button(re.compile("^Done Ctrl"))

    async def choose(self, field: str, choice: str) -> None:
        await self.page.get_by_role("combobox", name=field).click()
        await self.page.get_by_role("option", name=choice, exact=True).click()

    async def connected(self) -> None:
        await expect(self.call).to_contain_text("Connected")

    async def ended(self) -> None:
        await expect(self.call).to_contain_text("Ended")


class FloorPage(_Page):
    """The supervisor's page."""

    def row(self, section: str, name: str) -> Locator:
        return self.page.get_by_role("region", name=section).get_by_role("row").filter(has_text=name)
