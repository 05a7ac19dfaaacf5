"""A demo at the API of a node that runs: `python -m dialer.lab.floor --config DIR --campaign NAME`.

It fills the campaign's list, seats a simulated agent at every desk of its teams, loads and starts it, and prints its
progress, until SIGTERM. Agents are users of the API like any other: a restart of the node, or of this program, ends no
conversation. For nodes whose trunks lead to a simulated carrier: it dials.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import io
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from config.loader import load
from config.model import CampaignSettings, Role, Settings, User
from dialer.lab.api_user import RETRY_S, ApiUser
from dialer.lab.autopilot import Habits
from dialer.lab.contacts import contacts
from dialer.lab.desk_pilot import DeskPilot
from dialer.lab.laws import laws_named
from dialer.vocabulary.errors import ConfigurationError

EXIT_MISTAKE = 2
#: How often an agent looks at the desk, and how often the demo looks at the campaign.
LOOK_S = 0.2
TELL_S = 5.0
REQUEST_TIMEOUT_S = 30.0
SEED = 1
COLUMNS = ("number", "name", "zone", "external_id", "town", "product")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Agent:
    """A simulated agent at a desk of the API."""

    def __init__(self, user: ApiUser, pilot: DeskPilot) -> None:
        self._user = user
        self._pilot = pilot
        self._desk: dict[str, Any] | None = None

    def _changed(self, desk: dict[str, Any] | None) -> None:
        self._desk = desk

    async def work(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._user.follow(self._changed))
            tasks.create_task(self._press())

    async def _press(self) -> None:
        while True:
            press = self._pilot.next(self._desk, time.monotonic()) if self._desk is not None else None
            if press is not None:
                await self._user.ask("POST", press.path, press.body)
            await asyncio.sleep(LOOK_S)


class Floor:
    """The demo of one campaign."""

    def __init__(self, settings: Settings, campaign: CampaignSettings, records: int, habits: Habits) -> None:
        self._settings = settings
        self._campaign = campaign
        self._records = records
        self._habits = habits
        self._path = f"/campaigns/{campaign.name}"

    @property
    def agents(self) -> list[User]:
        """Users of the configuration who work for the campaign."""
        return [
            user for user in self._settings.users if user.role is Role.AGENT and {*user.teams} & {*self._campaign.teams}
        ]

    async def run(self) -> None:
        """Until cancelled."""
        timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout) as http, asyncio.TaskGroup() as tasks:
            chief = self._user(http, next(user for user in self._settings.users if user.role is Role.SUPERVISOR))
            say(f"Waiting for the node at {self._url} ...")
            await chief.log_in()
            await self._fill_list(chief)
            for user in self.agents:
                agent = Agent(self._user(http, user), DeskPilot(user.name, SEED, self._habits))
                tasks.create_task(agent.work())
            self._announce()
            await self._watch(chief)

    @property
    def _url(self) -> str:
        return self._settings.server.url

    def _user(self, http: aiohttp.ClientSession, user: User) -> ApiUser:
        return ApiUser(http, self._url, user.name, _password(user))

    async def _fill_list(self, chief: ApiUser) -> None:
        """The calling list, unless it is there."""
        name = self._campaign.lists[0].name
        zone = self._campaign.time_zone or "Europe/London"
        while True:
            status, _ = await chief.ask("POST", "/lists", {"name": name, "zone": zone, "region": "US"})
            if status == 409:
                return
            if status == 201:
                break
            await asyncio.sleep(RETRY_S)
        sheet = io.StringIO()
        rows = csv.writer(sheet)
        rows.writerow(COLUMNS)
        for each in contacts(self._records, SEED, zone):
            data = each.data or {}
            rows.writerow((each.number, each.contact, each.zone, each.external_id, data["town"], data["product"]))
        await chief.ask("POST", f"/lists/{name}/records", csv=sheet.getvalue())

    def _announce(self) -> None:
        by_password: dict[str, list[str]] = {}
        others = [user for user in self._settings.users if user.role is not Role.AGENT]
        for user in [*others, *self.agents]:
            by_password.setdefault(_password(user), []).append(user.name)
        say(f"Cornetta is up: {self._url}")
        for password, names in by_password.items():
            say(f"Log-ins: {', '.join(names)}; password {password}")

    async def _watch(self, chief: ApiUser) -> None:
        """Load and start the campaign once, as a later stop is meant. Print changes."""
        told, started = "", False
        while True:
            status, campaign = await chief.ask("GET", self._path)
            line = "The node does not answer." if status != 200 else _line(campaign)
            if line != told:
                say(line)
                told = line
            started = started or (status == 200 and campaign["state"] == "running")
            step = {"inactive": "load", "loaded": "start"}.get(campaign["state"]) if status == 200 else None
            if step is not None and not started:
                await chief.ask("POST", f"{self._path}/{step}", {})
            await asyncio.sleep(TELL_S if started else RETRY_S)


def _password(user: User) -> str:
    """The first password; users with another one take no part in a demo."""
    return user.password.get_secret_value() if user.password is not None else ""


def _line(campaign: dict[str, Any]) -> str:
    calls, results = campaign["calls"], campaign["results"] or {}
    dialing = calls.get("dialing", 0) + calls.get("ringing", 0)
    done = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in results.items() if count) or "nothing yet"
    why = f"; {campaign['why']['sentence']}" if campaign["why"] else ""
    return f"{campaign['name']}: {dialing} dialing, {calls.get('connected', 0)} talking; so far {done}{why}"


async def serve(floor: Floor) -> None:
    """Run the demo until SIGTERM or SIGINT."""
    running = asyncio.create_task(floor.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dialer.lab.floor", description="A demo at a node that runs.")
    parser.add_argument("--config", type=Path, required=True, help="directory of the node's configuration")
    parser.add_argument("--campaign", required=True)
    parser.add_argument("--records", type=int, default=400, help="simulated contacts for a list that is not there")
    parser.add_argument("--quick", action="store_true", help="agents and conversations of seconds, for tests")
    given = parser.parse_args(arguments)
    try:
        settings = load(given.config)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_MISTAKE
    campaign = next((each for each in settings.campaigns if each.name == given.campaign), None)
    if campaign is None:
        sys.stderr.write(f"The configuration has no campaign {given.campaign!r}.\n")
        return EXIT_MISTAKE
    habits = Habits() if given.quick else laws_named("demo", headless=False)[1]
    asyncio.run(serve(Floor(settings, campaign, given.records, habits)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
