"""The client: connections that come back, each event once, one LegCleared for each leg."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import EngineUnavailable, NotFound
from dialer.vocabulary.ids import EngineId, LegId
from sip.client import ClientLimits, EngineClient, Engines
from sip.engine.journal import Journal, JournalLimits
from sip.engine.server import Server, ServerLimits
from sip.engine.settings import OwnerSettings
from sip.wire import ConnectionLimits
from tests.sip.wire.fake_owner import FakeOwner
from tests.sip.wire.heard import Heard, client_of, dial, digits


class Boot:
    """One start of an engine in this process."""

    def __init__(self, directory: Path, boot: str, clock_s: float) -> None:
        self.owner = FakeOwner(OwnerSettings(EngineId("e1"), boot), self._emit)
        journal = Journal(directory / "e1.journal", JournalLimits(), clock_s, time.monotonic())
        self.journal = journal
        ready = telephony.EngineReady(engine=EngineId("e1"), boot=boot, capacity=7, version="fake", at=1.0)
        self.server = Server(EngineId("e1"), directory / "e1.sock", journal, self.owner, lambda: ready, ServerLimits())

        self.alive = True
        self.owner.start()
        self.server.start()

    def _emit(self, event: telephony.Event) -> None:
        if self.alive:
            self.server.emit(event)

    def die(self) -> None:
        """As by SIGKILL: its legs are gone without an event."""
        self.alive = False
        self.owner.stop(5.0)
        self.server.stop(0.0)


@contextlib.asynccontextmanager
async def boot(directory: Path, name: str, clock_s: float | None = None) -> AsyncIterator[Boot]:
    started = await asyncio.to_thread(Boot, directory, name, time.time() if clock_s is None else clock_s)
    try:
        yield started
    finally:
        await asyncio.to_thread(started.die)


@contextlib.asynccontextmanager
async def client(directory: Path, heard: Heard) -> AsyncIterator[EngineClient]:
    made = client_of(directory / "e1.sock", heard)
    made.start()
    try:
        yield made
    finally:
        await made.close()


async def test_each_connection_begins_with_ready_and_ends_its_replay_with_a_snapshot(short_dir: Path) -> None:
    heard = Heard()
    async with boot(short_dir, "b1"), client(short_dir, heard) as node:
        await node.wait_up(5.0)
        await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 1)
        assert [type(event) for _, event in heard.said] == [telephony.EngineReady, telephony.SnapshotTaken]
        assert (node.is_up, node.boot, node.problem) == (True, "b1", "")
    assert heard.connections == [(True, "b1"), (False, "b1")]


async def test_without_an_engine_nothing_blocks_and_the_reason_is_told(short_dir: Path) -> None:
    async with client(short_dir, Heard()) as node:
        with pytest.raises(EngineUnavailable, match="no engine at"):
            await node.wait_up(0.1)
        with pytest.raises(EngineUnavailable, match="no engine at"):
            node.send(telephony.Snapshot())
        assert "no engine at" in node.problem


async def test_what_was_delivered_is_not_delivered_twice_by_a_new_connection(short_dir: Path) -> None:
    heard = Heard()
    async with client(short_dir, heard) as node:
        async with boot(short_dir, "b1"):
            await node.wait_up(5.0)
            node.send(digits("L1", 30))
            await heard.until(lambda: heard.count(telephony.Digits) == 30)
            node.ack(heard.sequences()[9])
        await heard.until(lambda: not node.is_up)
        async with boot(short_dir, "b2"):
            await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 2)
            node.send(digits("L1", 1))
            await heard.until(lambda: heard.count(telephony.Digits) == 31)
    assert len(set(heard.sequences())) == 31
    assert heard.sequences() == sorted(heard.sequences())


async def test_the_legs_of_an_engine_that_died_are_cleared_once(short_dir: Path) -> None:
    heard = Heard()
    async with client(short_dir, heard) as node:
        async with boot(short_dir, "b1"):
            await node.wait_up(5.0)
            for leg in ("L1", "L2", "L3"):
                node.send(dial(leg))
            node.send(telephony.HangUp(leg=LegId("L2")))
            await heard.until(lambda: heard.count(telephony.LegCleared) == 1)
        async with boot(short_dir, "b2"):
            await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 2)
        async with boot(short_dir, "b3"):
            await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 3)
    assert sorted((event.leg, event.by) for event in heard.cleared()) == [
        ("L1", telephony.ClearedBy.ENGINE),
        ("L2", telephony.ClearedBy.US),
        ("L3", telephony.ClearedBy.ENGINE),
    ]
    kinds = [type(event) for _, event in heard.said]
    last_ready = len(kinds) - 1 - kinds[::-1].index(telephony.EngineReady)
    assert telephony.LegCleared not in kinds[last_ready:]


async def test_a_leg_that_ended_while_nobody_listened_keeps_its_own_story(short_dir: Path) -> None:
    heard = Heard()
    async with boot(short_dir, "b1") as engine:
        async with client(short_dir, heard) as node:
            await node.wait_up(5.0)
            node.send(dial("L1"))
            await heard.until(lambda: heard.count(telephony.LegAnswered) == 1)
        engine.owner.submit(telephony.HangUp(leg=LegId("L1")))
        node.start()
        await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 2)
        await node.close()
    assert [event.by for event in heard.cleared()] == [telephony.ClearedBy.US]


async def test_a_new_node_adopts_legs_and_learns_of_their_loss(short_dir: Path) -> None:
    heard = Heard()
    async with boot(short_dir, "b1"), client(short_dir, Heard()) as node:
        await node.wait_up(5.0)
        node.send(dial("L1"))
        await node.close()
        async with client(short_dir, heard) as successor:
            await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 1)
            taken = heard.of(telephony.SnapshotTaken)[0]
            assert isinstance(taken, telephony.SnapshotTaken)
            assert [(leg.leg, leg.context) for leg in taken.legs] == [("L1", "an attempt")]
            successor.ack(heard.sequences()[-1])
            await successor.close()
            assert heard.cleared() == []
    async with boot(short_dir, "b2"):
        successor.start()
        await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 2)
        await successor.close()
    assert [(event.leg, event.by) for event in heard.cleared()] == [("L1", telephony.ClearedBy.ENGINE)]


async def test_a_clock_set_back_and_a_lost_journal_lose_no_event(short_dir: Path) -> None:
    heard = Heard()
    async with client(short_dir, heard) as node:
        async with boot(short_dir, "b1"):
            await node.wait_up(5.0)
            node.send(digits("L1", 2))
            await heard.until(lambda: heard.count(telephony.Digits) == 2)
        latest = heard.sequences()[-1]
        (short_dir / "e1.journal").unlink()
        async with boot(short_dir, "b2", clock_s=time.time() - 3600):
            await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 2)
            node.send(digits("L1", 2))
            node.ack(latest)
            await heard.until(lambda: heard.count(telephony.Digits) == 4)
            assert node.is_up


async def test_a_callback_that_raises_hears_the_event_again(short_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(Heard):
        faults = 1

        def on_said(self, sequence: int, event: telephony.Event) -> None:
            if isinstance(event, telephony.LegAnswered) and self.faults:
                self.faults -= 1
                raise RuntimeError("a defect of the node")
            super().on_said(sequence, event)

    heard = Faulty()
    async with boot(short_dir, "b1"), client(short_dir, heard) as node:
        await node.wait_up(5.0)
        node.send(dial("L1"))
        await heard.until(lambda: heard.count(telephony.LegAnswered) == 1)
    assert heard.count(telephony.LegAlerting) == 1
    assert "a defect of the node" in caplog.text


async def test_the_port_loses_commands_and_settles_their_legs(short_dir: Path) -> None:
    heard = Heard()
    engines = Engines([client_of(short_dir / "e1.sock", heard)])
    e1 = EngineId("e1")
    engines.send(e1, dial("L1"))
    engines.send(e1, telephony.Snapshot())
    with pytest.raises(NotFound):
        engines.send(EngineId("e2"), telephony.Snapshot())
    engines.start()
    async with boot(short_dir, "b1"):
        await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 1)
        engines.send(e1, dial("L2"))
        await heard.until(lambda: heard.count(telephony.LegAnswered) == 1)
        engines.acknowledge(e1, heard.sequences()[-1])
        await engines.close()
    assert [(event.leg, event.by) for event in heard.cleared()] == [("L1", telephony.ClearedBy.ENGINE)]


async def test_a_node_without_room_reads_nothing_and_loses_nothing(short_dir: Path) -> None:
    heard = Heard()
    silence_s = 0.3
    limits = ClientLimits(connection=ConnectionLimits(ping_interval_s=0.05, silence_timeout_s=silence_s))
    node = EngineClient(EngineId("e1"), str(short_dir / "e1.sock"), "n1", heard.on_event, heard.on_connection, limits)
    async with boot(short_dir, "b1") as engine:
        node.start()
        await node.wait_up(5.0)
        await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 1)
        node.hold(True)
        node.send(digits("L1", 5000))
        since_s = time.monotonic()
        async with asyncio.timeout(20.0):
            # Also longer than the usual time-out for silence.
            while engine.journal.held < 5000 or time.monotonic() < since_s + 2 * silence_s:  # noqa: ASYNC110  # another thread's
                await asyncio.sleep(0.01)
        assert heard.count(telephony.Digits) == 0
        assert node.is_up
        node.hold(False)
        await heard.until(lambda: heard.count(telephony.Digits) == 5000)
        await node.close()
    assert heard.sequences() == sorted(set(heard.sequences()))
    assert len(heard.connections) == 2


async def test_a_new_connection_is_held_too(short_dir: Path) -> None:
    heard = Heard()
    async with client(short_dir, heard) as node:
        node.hold(True)
        async with boot(short_dir, "b1") as engine:
            await node.wait_up(5.0)
            node.send(digits("L1", 5))
            async with asyncio.timeout(20.0):
                while engine.journal.held < 5:  # noqa: ASYNC110  # another thread's
                    await asyncio.sleep(0.01)
            assert heard.count(telephony.Digits) == 0
            node.hold(False)
            await heard.until(lambda: heard.count(telephony.Digits) == 5)
