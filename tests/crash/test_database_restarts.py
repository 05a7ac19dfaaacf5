"""PostgreSQL is restarted and hangs many times during the work; conversations go on, no record is lost, and no contact
is dialed twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from config.model import Mode
from tests.contract.store.cluster import Cluster
from tests.crash.campaign import HABITS, scenario
from tests.crash.databases import PostgresDatabase
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
from tests.crash.figures import Figures, told
from tests.crash.node_stage import NodeStage, node_stage

#: How often the server hangs instead of a restart, and for how long: less and more than the time until a failure is
#: reported, and than the patience for a dial.
HANGS = 4
HANG_S = (0.5, 6.0)
#: The time from a working node to the next restart.
LIFE_S = (0.2, 1.5)
#: Records for each restart, so that the list outlasts the restarts.
RECORDS_OF_RESTART = 12


class Trial:
    """One campaign, and the restarts of its database."""

    def __init__(self, restarts: int, seed: int, stage: NodeStage, cluster: Cluster) -> None:
        self.restarts = restarts
        self.random = Random(seed)
        self.stage = stage
        self.cluster = cluster
        self.figures = Figures("database", stage.database.kind, seed)

    async def run(self) -> None:
        stage = self.stage
        await stage.start_node()
        await stage.until_talking(3)
        while self.figures.kills < self.restarts:
            await self.take_away(hangs=self.figures.kills % HANGS == HANGS - 1)
            self.figures.kills += 1
        await stage.until_talking(2)
        assert await stage.node.stop() == 0
        await self.judge()

    async def take_away(self, *, hangs: bool) -> None:
        """Take the database away for a while, and wait until calls are placed again."""
        stage, loop = self.stage, asyncio.get_running_loop()
        before = await stage.talking()
        if hangs:
            with self.cluster.hung():
                await asyncio.sleep(self.random.uniform(*HANG_S))
        else:
            await asyncio.to_thread(self.cluster.restart)
        back = loop.time()
        up = {leg["call_id"] for leg in (await stage.report())["live"]}
        self.figures.proved += len(up & set(before))
        await stage.until_ready()
        self.figures.back_s.append(loop.time() - back)
        assert stage.node.is_running
        await stage.until_talking(1)
        await asyncio.sleep(self.random.uniform(*LIFE_S))

    async def judge(self) -> None:
        """Check that no leg or claim is left, and every call is accounted for."""
        stage = self.stage
        await assert_lab_is_empty(stage.carrier)
        assert await legs_of(stage.engine, "engine-1") == ()
        await count(self.figures, stage.database, stage.carrier)
        report = await heard(stage.carrier, stage.directory)
        await assert_settled_once(stage.database)
        await assert_nobody_dialed_twice(stage.database)
        await assert_wire_agrees(stage.database, stage.carrier)
        assert (await results(stage.database))["system_lost"] == 0
        assert not report["cross_talk"]


@pytest.mark.timeout(0)
async def test_the_database_is_restarted_again_and_again_and_nothing_is_lost(
    restarts: int, seed: int, short_dir: Path, cluster: Cluster, postgres: PostgresDatabase
) -> None:
    told_all = scenario(Mode.PROGRESSIVE_ASM, 100 + RECORDS_OF_RESTART * restarts, seed)
    async with asyncio.timeout(180 + 30 * restarts), node_stage(told_all, short_dir, HABITS, postgres) as stage:
        trial = Trial(restarts, seed, stage, cluster)
        with told(trial.figures):
            await trial.run()
