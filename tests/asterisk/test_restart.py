"""Asterisk killed and started again in the middle of a campaign."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from config.model import Mode
from dialer.interactions.interaction import InteractionState
from dialer.lab.autopilot import Habits
from dialer.lab.headless import send_home, until_finished
from dialer.lab.report import all_attempts, judge
from dialer.lab.scenario import TRUNK, Scenario
from dialer.lab.stage import Stage
from dialer.lab.utilisation import Span
from dialer.trunks.trunk import Trunk, TrunkState
from dialer.vocabulary.ids import TrunkName
from dialer.vocabulary.results import CallResult

from .floor import PATIENCE_S
from .floors import QUICK

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

AGENTS, RECORDS = 6, 24
FINISHED_S = 120.0
#: Short time-outs, so that dead legs and a dead trunk are noticed in seconds.
IMPATIENT = {
    "rtp_timeout_s": 3.0,
    "probe_interval_s": 1.0,
    "probe_deadline_s": 0.5,
    "probe_misses_down": 2,
    "nothing_heard_s": 2.0,
}
HABITS = Habits(wrap_s=(0.1, 0.3), talk_s=(2.5, 4.0))


def impatient(stage: Stage) -> None:
    settings = stage.settings
    trunks = tuple(trunk.model_copy(update=IMPATIENT) for trunk in settings.trunks)
    campaigns = tuple(each.model_copy(update={"ring_timeout_s": 6.0}) for each in settings.campaigns)
    stage.settings = settings.model_copy(update={"trunks": trunks, "campaigns": campaigns})
    stage.carrier.settings = replace(stage.carrier.settings, rtp_timeout_s=6.5)


async def until(stage: Stage, trunk_is: TrunkState) -> Trunk:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            trunk = stage.running.world.trunks[TrunkName(TRUNK)]
            if trunk.state is trunk_is:
                return trunk
            await asyncio.sleep(0.02)


async def until_under_load(stage: Stage) -> None:
    """Wait until some contacts talk and some are being dialed."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            states = [each.state for each in stage.running.world.interactions.values()]
            if states.count(InteractionState.CONNECTED) >= 2 and InteractionState.DIALING in states:
                return
            await asyncio.sleep(0.02)


async def until_registrations_are_kept(folder: Path) -> None:
    """Asterisk writes registrations to its database once a second; a kill before that would lose them until the phones
    register anew, minutes later."""
    database = f"file:{folder / 'asterisk' / 'var' / 'lib' / 'astdb.sqlite3'}?mode=ro"
    kept = "SELECT count(*) FROM astdb WHERE key LIKE '/registrar/contact/%'"
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with closing(sqlite3.connect(database, uri=True)) as connection:
                if connection.execute(kept).fetchone()[0] >= AGENTS:
                    return
            await asyncio.sleep(0.05)


async def test_a_restart_under_load_settles_everything_once_and_dialing_resumes(tmp_path: Path) -> None:
    scenario = Scenario(Mode.PROGRESSIVE_ASM, AGENTS, RECORDS, 3, QUICK, headless=True, via="asterisk")
    stage = Stage(scenario, tmp_path, HABITS)
    impatient(stage)
    async with stage:
        assert stage.asterisk is not None
        stage.seat_agents()
        await stage.run_campaign()
        await until_under_load(stage)
        await until_registrations_are_kept(tmp_path)
        before = {row.attempt for row in await all_attempts(stage)}
        await stage.asterisk.kill()
        trunk = await until(stage, TrunkState.DOWN)
        assert trunk.last_error
        await stage.asterisk.start()
        await until(stage, TrunkState.UP)
        async with asyncio.timeout(FINISHED_S):
            await until_finished(stage, lambda _: None)
        await send_home(stage)
        # A contact whose 200 met a dead Asterisk waits 32 s for the ACK (RFC 3261 13.3.1.4).
        await stage.carrier.request({"do": "settled", "timeout_s": 40.0}, 45.0)
        report = await judge(stage, 0.0, Span(0.0, 0.0))
        attempts = await all_attempts(stage)
    assert (report.lost, report.duplicates, report.unknown_invites, report.orphan_legs) == (0, 0, 0, 0)
    assert len(attempts) >= RECORDS
    assert all(row.result is not None for row in attempts)
    after = [row for row in attempts if row.attempt not in before]
    assert CallResult.ANSWER in {row.result for row in after if row.connected_at is not None}
