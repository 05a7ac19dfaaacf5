"""The node dies many times during the work; conversations go on."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace as replace_habits
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from config.model import Mode
from dialer.lab.autopilot import Habits
from dialer.lab.scenario import CAMPAIGN
from sip.lab.behaviours import Behaviour
from sip.lab.profile import LogNormal
from tests.crash.campaign import BRISK, scenario
from tests.crash.databases import Database, PostgresDatabase
from tests.crash.desktops import Desktop
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
from tests.crash.node_stage import NodeStage, node_stage

#: The promised time from the start of the process, on a machine without other load; some may be late.
ADOPTED_S = 5.0
LATE_SHARE = 0.1
#: The shortest time from the node's return to its next death: each side must hear the other for this long.
LIFE_S = (2.1, 2.8)
HEARD_S = 2.0
#: How long the lab listens again if that was not enough, and the time-out.
LISTEN_S = 0.5
UNHEARD_S = 20.0
#: How often a node is killed once more during its start, and how long after it.
STARTS = 5
START_S = (0.2, 2.5)
#: A HangUp that left just before the kill is carried out after it.
UNDER_WAY_S = 0.5

TALKATIVE = replace(BRISK, talk=LogNormal(6.0, 0.5, 3.0, 14.0))
HABITS = Habits(wrap_s=(0.05, 0.4), read_s=(0.05, 0.2), talk_s=(10.0, 14.0))


class Trial:
    """One campaign and the kills of its node: four fifths with engaged legs, then phones ring for each."""

    def __init__(self, kills: int, seed: int, stage: NodeStage) -> None:
        self.kills = kills
        self.random = Random(seed)
        self.stage = stage
        self.figures = Figures("node", stage.database.kind, seed)
        self.asm = True

    async def run(self) -> None:
        stage = self.stage
        await stage.start_node()
        await stage.until_talking(3)
        while self.figures.kills < self.kills:
            if self.asm and self.figures.kills >= self.kills * 4 // 5:
                body = {"mode": Mode.PROGRESSIVE.value}
                status, told = await stage.clients.post(f"/campaigns/{CAMPAIGN}/mode", "supervisor", body)
                assert status == 200, told
                self.asm = False
            await self.kill_once(again=self.figures.kills % (STARTS + 1) == 0)
        await stage.until_talking(3)
        assert await stage.node.stop() == 0
        await self.judge()

    async def kill_once(self, *, again: bool) -> None:
        """Kill the node, start it again, and prove that all conversations go on. Returns at a random moment. `again`:
        its successor is killed, too, before it is up or just after."""
        stage, loop = self.stage, asyncio.get_running_loop()
        phones = await stage.live("phone")
        await stage.node.kill()
        self.figures.kills += 1
        killed = loop.time()
        talked = await stage.talking()
        if again:
            await stage.node.start()
            await asyncio.sleep(self.random.uniform(*START_S))
            await stage.node.kill()
            self.figures.kills += 1
        took_s = await stage.start_node()
        self.figures.back_s.append(took_s)
        self.figures.unloaded_s.append(took_s - waited_s(stage.node.pid))
        agents = await stage.clients.get("/agents", "supervisor")
        first = await stage.report()
        desks = {agent["interaction"]: agent["state"] for agent in agents if agent["interaction"]}
        up = {leg["call_id"] for leg in first["live"]}
        for call_id, interaction in talked.items():
            if call_id in up:
                assert desks.get(interaction) == "busy", (call_id, interaction, agents)
        self.nobody_was_cut_off(first, talked, killed)
        assert not self.asm or phones <= up, "a phone's leg ended with the node"
        await asyncio.sleep(self.random.uniform(*LIFE_S))
        async with asyncio.timeout(UNHEARD_S):
            while True:
                if self.is_proved(first, await stage.report(), set(talked)):
                    return
                await asyncio.sleep(LISTEN_S)

    def nobody_was_cut_off(self, report: dict[str, Any], talked: dict[str, str], killed: float) -> None:
        """Contacts hung up or still talk: our side ended no call."""
        cut = [
            call
            for call in report["answered"]
            if call["call_id"] in talked
            and call["cleared_by"] == "peer"
            and killed + UNDER_WAY_S < call["answered_at"] + call["seconds"]
        ]
        assert not cut

    def is_proved(self, first: dict[str, Any], then: dict[str, Any], talked: set[str]) -> bool:
        """Whether both tones were heard, from the adoption on, in every conversation that outlived the node."""
        up = {leg["call_id"] for leg in then["live"]} & talked
        before, after = _heard(first), _heard(then)
        for call_id in up:
            contact_s, phone_s = (late - early for late, early in zip(after[call_id], before[call_id], strict=True))
            if min(contact_s, phone_s) < HEARD_S - 0.01:
                return False
        self.figures.proved += len(up)
        return True

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
        silent = "SELECT id FROM interactions WHERE connected_at IS NOT NULL AND disposition = ''"
        assert not await stage.database.rows(silent), "after-call work was not restored"
        assert (await results(stage.database))["trunk_failure"] == 0
        assert not report["cross_talk"]
        assert self.figures.proved >= self.kills
        unloaded_s = self.figures.unloaded_s
        assert sum(took > ADOPTED_S for took in unloaded_s) <= LATE_SHARE * self.kills, unloaded_s


def _heard(report: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Call-ID of the contact to the seconds that contact and phone have heard each other."""
    found = {
        each["contact_call_id"]: (each["contact_heard_s"], each["phone_heard_s"]) for each in report["conversations"]
    }
    return {**{leg["call_id"]: (0.0, 0.0) for leg in report["live"]}, **found}


async def die_again_and_again(kills: int, seed: int, directory: Path, database: Database | None) -> None:
    told_all = scenario(Mode.PROGRESSIVE_ASM, 200 + 12 * kills, seed, profile=TALKATIVE)
    async with asyncio.timeout(180 + 30 * kills), node_stage(told_all, directory, HABITS, database) as stage:
        trial = Trial(kills, seed, stage)
        with told(trial.figures):
            await trial.run()


@pytest.mark.timeout(0)
async def test_the_node_dies_again_and_again_and_conversations_go_on(kills: int, seed: int, short_dir: Path) -> None:
    await die_again_and_again(kills, seed, short_dir, None)


@pytest.mark.timeout(0)
async def test_the_node_dies_again_and_again_on_postgresql(
    postgres_kills: int, seed: int, short_dir: Path, postgres: PostgresDatabase
) -> None:
    await die_again_and_again(postgres_kills, seed, short_dir, postgres)


async def test_a_node_that_dies_between_commit_and_invite_has_lost_the_attempt(seed: int, short_dir: Path) -> None:
    """The contact was not dialed, which cannot be known, and is not dialed again."""
    told = scenario(Mode.PROGRESSIVE_ASM, 4, seed, agents=2, profile=TALKATIVE)
    async with node_stage(told, short_dir, HABITS) as stage:
        await stage.node.start("tests.crash.dying_node")
        assert await stage.node.wait() == -signal.SIGKILL
        begun = await stage.database.rows("SELECT id FROM attempts")
        assert 1 <= len(begun) <= 2
        await stage.start_node()
        ended = "SELECT record FROM attempts WHERE ended_at IS NOT NULL"
        await stage.until_found(ended, 4)
        assert await stage.node.stop() == 0
        lost = await stage.database.rows("SELECT id FROM attempts WHERE result = 'system_lost'")
        assert {row["id"] for row in lost} == {row["id"] for row in begun}
        await assert_settled_once(stage.database)
        await assert_nobody_dialed_twice(stage.database)
        await assert_wire_agrees(stage.database, stage.carrier)
        wire = await stage.carrier.request({"do": "wire"})
        assert len(wire["invites"]) == 4 - len(begun)


async def test_after_call_work_is_there_again_with_its_clock(seed: int, short_dir: Path) -> None:
    brief = replace(BRISK, weights={Behaviour.PERSON: 1}, talk=LogNormal(2.0, 0.1, 1.5, 2.5))
    told = scenario(Mode.PROGRESSIVE_ASM, 4, seed, agents=1, profile=brief)
    slow = replace_habits(HABITS, wrap_s=(60.0, 60.0))
    async with node_stage(told, short_dir, slow) as stage:
        await stage.start_node()
        desk = await stage.clients.desktop("agent1")
        await desk.until(lambda: _after_call(desk) is not None)
        before = _after_call(desk)
        snapshots = len(desk.snapshots)
        await stage.node.kill()
        await stage.start_node()
        await desk.until(lambda: len(desk.snapshots) > snapshots)
        agent, interaction = desk.snapshot["agent"], desk.snapshot["interaction"]
        assert before is not None
        assert (agent["state"], interaction["id"]) == ("after_call_work", before["id"])
        assert interaction["after_call"] == before["after_call"]
        assert agent["engaged"] == "yes"
        assert len(await stage.live("phone")) == 1


def _after_call(desk: Desktop) -> dict[str, Any] | None:
    """The last state of the desk's interaction, if it is after-call work."""
    told = [event["body"] for event in desk.heard("interaction") if event["body"]]
    return told[-1] if told and told[-1].get("after_call") else None
