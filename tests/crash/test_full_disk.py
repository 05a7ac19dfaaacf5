"""The disk of the database is full during the work: no new calls are dialed, no call is cut off, no write is lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from config.model import Mode
from dialer.campaigns.reason import NoCallsCode
from dialer.lab import crew
from dialer.lab.autopilot import Habits
from dialer.lab.scenario import CAMPAIGN
from dialer.lab.stage import Stage
from dialer.vocabulary.ids import CampaignName
from sip.lab.profile import LogNormal
from tests.crash.campaign import BRISK, carrier, scenario
from tests.crash.databases import SqliteFile
from tests.crash.desktops import clients
from tests.crash.evidence import (
    assert_lab_is_empty,
    assert_nobody_dialed_twice,
    assert_settled_once,
    assert_wire_agrees,
)

DISK_BYTES = 6 * 1024 * 1024
CHUNK = b"\0" * 65536
LOOK_S = 0.02
#: Time-outs, not measures.
PATIENCE_S = 60.0
#: How long the lab listens, and how long each side must hear the other.
LISTEN_S = 2.6
HEARD_S = 2.0

BARRED = "+442079460123"
PROFILE = replace(BRISK, talk=LogNormal(12.0, 0.3, 8.0, 20.0))
HABITS = Habits(wrap_s=(0.05, 0.4), read_s=(0.05, 0.2), talk_s=(20.0, 25.0))


class SmallDisk:
    """A file system of its own that can be filled and emptied."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        """Fill it to the last byte."""
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for size in (len(CHUNK), 512, 1):
                self._write(descriptor, CHUNK[:size])
        finally:
            os.close(descriptor)

    @staticmethod
    def _write(descriptor: int, data: bytes) -> None:
        while True:
            try:
                os.write(descriptor, data)
            except OSError:
                return

    def empty(self) -> None:
        self._filler.unlink()


@pytest.fixture
def small_disk(short_dir: Path) -> Iterator[SmallDisk]:
    """A small file system. Needs the rights of root, as the witness of the wire does."""
    path = short_dir / "disk"
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "cornetta-test", path], check=True)
    yield SmallDisk(path)
    subprocess.run(["umount", path], check=True)


@asynccontextmanager
async def campaign_on(disk: SmallDisk, directory: Path, seed: int) -> AsyncIterator[Stage]:
    """A lab with only its database on the small disk."""
    told = scenario(Mode.PROGRESSIVE_ASM, 300, seed, agents=8, profile=PROFILE)
    stage = Stage(told, directory, HABITS)
    url = SecretStr(f"sqlite:///{disk.path}/cornetta.db")
    server = stage.settings.server.model_copy(update={"database_url": url})
    stage.settings = stage.settings.model_copy(update={"server": server})
    stage.api = True
    stage.carrier = carrier(told, stage.ports, directory)
    async with stage:
        stage.seat_agents()
        await stage.run_campaign()
        yield stage


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if condition():
                return
            await asyncio.sleep(LOOK_S)


async def invites(stage: Stage) -> int:
    return len((await stage.carrier.request({"do": "wire"}))["invites"])


async def more_than(stage: Stage, before: int) -> None:
    """Wait until dialing goes on."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await invites(stage) > before:
                return
            await asyncio.sleep(LOOK_S)


async def heard(stage: Stage) -> dict[str, tuple[float, float]]:
    """Call-IDs of conversations that go on, and the seconds that contact and phone have heard each other."""
    told = await stage.carrier.request({"do": "report"})
    up = {leg["call_id"] for leg in told["live"]}
    return {
        each["contact_call_id"]: (each["contact_heard_s"], each["phone_heard_s"])
        for each in told["conversations"]
        if each["contact_call_id"] in up
    }


@pytest.mark.timeout(240)
async def test_a_full_disk_stops_dialing_and_nothing_else(seed: int, short_dir: Path, small_disk: SmallDisk) -> None:
    async with (
        campaign_on(small_disk, short_dir / "lab-data", seed) as stage,
        clients(stage.settings.server.url) as them,
    ):
        world = stage.running.world
        campaign = world.campaigns[CampaignName(CAMPAIGN)]
        desk = await them.desktop("supervisor")
        await until(lambda: sum(each.state == "connected" for each in world.interactions.values()) >= 5)
        small_disk.fill()
        await until(lambda: bool(world.store_problem))
        assert "disk is full" in world.store_problem
        await until(lambda: campaign.reason is not None and campaign.reason.code is NoCallsCode.STORE)
        before, talking = await invites(stage), await heard(stage)
        status, problem = await them.post("/do-not-call", "supervisor", {"numbers": [BARRED]})
        assert (status, problem["code"]) == (503, "store_unavailable")
        assert await them.status("/readyz") == 503
        await asyncio.sleep(LISTEN_S)
        after = await heard(stage)
        assert await invites(stage) == before
        on = set(talking) & set(after)
        assert len(on) >= 2
        assert all(
            min(now - then for now, then in zip(after[each], talking[each], strict=True)) >= HEARD_S for each in on
        )
        small_disk.empty()
        await until(lambda: not world.store_problem)
        await desk.until(lambda: "store_unavailable" not in str(desk.heard("campaign")[-1]["body"]))
        await more_than(stage, before)
        async with asyncio.timeout(PATIENCE_S):
            await crew.send_home(stage.running, stage.pilots)
        assert (desk.closed, desk.missed) == (0, 0)
        assert (await them.get(f"/do-not-call/{BARRED}", "supervisor"))["listed"], "what was asked for came later"
        await assert_lab_is_empty(stage.carrier)
        database = SqliteFile(small_disk.path / "cornetta.db")
        await assert_settled_once(database)
        await assert_nobody_dialed_twice(database)
        await assert_wire_agrees(database, stage.carrier)
