"""The engine dies many times during the work; the node and its desktops stay."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from config.model import Mode
from dialer.lab import crew
from dialer.lab.scenario import CAMPAIGN, VIA_ASTERISK, VIA_DIRECT
from dialer.lab.stage import Stage
from dialer.vocabulary import commands
from dialer.vocabulary.ids import CampaignName, EngineId
from tests.crash.campaign import HABITS, carrier, scenario
from tests.crash.databases import SqliteFile
from tests.crash.desktops import Desktop, clients
from tests.crash.evidence import (
    assert_lab_is_empty,
    assert_nobody_dialed_twice,
    assert_settled_once,
    assert_wire_agrees,
    count,
    heard,
    legs_of,
    results,
)
from tests.crash.figures import Figures, told, waited_s

#: The promised time, on a machine without other load; some may be late.
BACK_S = 3.0
LATE_SHARE = 0.1
#: Beyond this time an engine counts as lost, not as slow.
GONE_S = 60.0
LOOK_S = 0.01
#: The longest time of a contact or a phone on the line of a dead engine.
LINE_S = 30.0
#: How long contacts and phones of this trial wait for RTP: a leg that ends sooner was ended by a message.
PATIENT_S = 600.0
#: The time from the engine's return to its next death.
LIFE_S = (0.2, 1.8)


class Trial:
    """One campaign and the kills of its engine: the first four fifths with engaged legs, then the mode is changed and
    phones are rung for each call."""

    def __init__(self, kills: int, seed: int, directory: Path, via: str) -> None:
        self.scenario = scenario(Mode.PROGRESSIVE_ASM, records=400 + 12 * kills, seed=seed, via=via)
        self.kills = kills
        self.random = Random(seed)
        self.stage = Stage(self.scenario, directory, HABITS)
        self.stage.api = True
        self.stage.carrier = carrier(self.scenario, self.stage.ports, directory, PATIENT_S)
        self.figures = Figures("engine", "sqlite", seed)
        self.database = SqliteFile(directory / "cornetta.db")

    async def run(self) -> None:
        """Run the whole trial with every assertion of this file."""
        async with self.stage as stage:
            async with clients(stage.settings.server.url) as them:
                desktops = [await them.desktop(user) for user in ("supervisor", "agent1", "agent2")]
                pulse = them.pulse()
                stage.seat_agents()
                await stage.run_campaign()
                await self.until(lambda: self.talking() >= 3)
                for kill in range(self.kills):
                    if kill == self.kills * 4 // 5:
                        command = commands.ChangeMode(CampaignName(CAMPAIGN), Mode.PROGRESSIVE, "lab")
                        await stage.running.inbox.ask(command)
                    await self.kill_once(desktops)
                await self.until(lambda: self.talking() >= 3)
                async with asyncio.timeout(GONE_S):
                    await crew.send_home(stage.running, stage.pilots)
                assert not pulse.failures
                assert pulse.answers > self.kills
                assert [(each.closed, each.missed) for each in desktops] == [(0, 0)] * len(desktops)
                assert stage.running.inbox.faults == 0
                assert not stage.running.world.legs
            await self.judge()

    async def kill_once(self, desktops: list[Desktop]) -> None:
        """Kill at a random moment; returns when the engine is back and all agents were told."""
        events = [len(each.events) for each in desktops]
        engine, view = self.stage.engine, self.stage.running.world.engines[EngineId("engine-1")]
        assert engine is not None
        boot, loop = view.boot, asyncio.get_running_loop()
        await asyncio.sleep(self.random.uniform(*LIFE_S))  # the random moment, not a wait for an event
        waited = waited_s(os.getpid())
        engine.kill()
        died = loop.time()
        self.figures.kills += 1
        await self.until(lambda: view.usable and view.boot != boot, GONE_S)
        took_s = loop.time() - died
        # The node may be connected before the keeper has seen the socket.
        await self.until(lambda: self.stage.engine is not engine, GONE_S)
        assert self.stage.engine is not None
        waited = waited_s(os.getpid()) - waited + waited_s(self.stage.engine.pid)
        self.figures.back_s.append(took_s)
        self.figures.unloaded_s.append(took_s - waited)
        for desktop, since in zip(desktops[1:], events[1:], strict=True):
            await desktop.until(lambda desktop=desktop, since=since: _was_told(desktop, since))  # type: ignore[misc]  # mypy cannot type a lambda with defaults

    async def judge(self) -> None:
        """Check that no leg or claim is left, and every call is accounted for."""
        stage = self.stage
        await assert_lab_is_empty(stage.carrier, LINE_S)
        await count(self.figures, self.database, stage.carrier)
        report = await heard(stage.carrier, stage.directory)
        await stage.running.stop()
        stage.node = None
        assert stage.engine is not None
        assert await legs_of(stage.engine, "engine-1") == ()
        await assert_settled_once(self.database)
        await assert_nobody_dialed_twice(self.database)
        await assert_wire_agrees(self.database, stage.carrier)
        found = await results(self.database)
        assert found["trunk_failure"] == 0, found
        assert 0 < found["system_lost"] <= self.kills * self.scenario.agents
        assert not report["cross_talk"]
        unloaded_s = self.figures.unloaded_s
        assert sum(took > BACK_S for took in unloaded_s) <= LATE_SHARE * self.kills, unloaded_s

    def talking(self) -> int:
        return sum(each.state == "connected" for each in self.stage.running.world.interactions.values())

    async def until(self, condition: Callable[[], bool], patience_s: float = GONE_S) -> None:
        async with asyncio.timeout(patience_s):
            while True:
                if condition():
                    return
                await asyncio.sleep(LOOK_S)


def _was_told(desktop: Desktop, since: int) -> bool:
    """Whether an agent was told that the engine was lost, and that it is back."""
    told = [event["body"]["up"] for event in desktop.heard("telephony", since)]
    return False in told and told[-1]


@pytest.mark.timeout(0)
@pytest.mark.parametrize("via", [VIA_ASTERISK, VIA_DIRECT])
async def test_the_engine_dies_again_and_again_and_every_call_is_settled_once(
    kills: int, seed: int, short_dir: Path, via: str
) -> None:
    """Through an Asterisk with its real time-outs, and with peers that do not notice a dead engine themselves."""
    trial = Trial(kills, seed, short_dir, via)
    with told(trial.figures):
        async with asyncio.timeout(180 + 30 * trial.kills):
            await trial.run()
