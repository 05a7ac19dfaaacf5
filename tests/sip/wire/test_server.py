"""Server and connection: replay, one node at a time, refusals in words."""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import EngineUnavailable, WireError
from dialer.vocabulary.ids import EngineId, LegId
from sip.engine.journal import Journal, JournalLimits
from sip.engine.server import Server, ServerLimits
from sip.engine.settings import OwnerSettings
from sip.wire import Ack, Connection, FrameReader, FrameWriter, Hello, Refusal, RefusalCode, Told, ToNode, Unread
from tests.sip.wire.descriptors import descriptors_left
from tests.sip.wire.fake_owner import FakeOwner
from tests.sip.wire.heard import WAIT_S, Heard, client_of, dial, digits


class Engine:
    """Server, journal and fake owner in this process."""

    def __init__(self, directory: Path, limits: ServerLimits, journal: JournalLimits) -> None:
        self.socket = directory / "e1.sock"
        self.owner = FakeOwner(OwnerSettings(EngineId("e1"), "boot1"), self._emit)
        self.journal = Journal(directory / "e1.journal", journal, time.time(), time.monotonic())
        ready = telephony.EngineReady(engine=EngineId("e1"), boot="boot1", capacity=7, version="fake", at=1.0)
        self.server = Server(EngineId("e1"), self.socket, self.journal, self.owner, lambda: ready, limits)

        self.owner.start()
        self.server.start()

    def stop(self) -> None:
        self.owner.stop(5.0)
        self.server.stop(0.0)

    def _emit(self, event: telephony.Event) -> None:
        self.server.emit(event)

    async def connect(self, heard: Heard, node: str = "n1", run: str = "r1", acknowledged: int = 0) -> Connection:
        return await Connection.open(
            str(self.socket), node, run, heard.on_said, acknowledged=acknowledged, boot="boot1"
        )


@contextlib.asynccontextmanager
async def running(
    directory: Path, limits: ServerLimits | None = None, journal: JournalLimits | None = None
) -> AsyncIterator[Engine]:
    engine = await asyncio.to_thread(Engine, directory, limits or ServerLimits(), journal or JournalLimits())
    try:
        yield engine
    finally:
        await asyncio.to_thread(engine.stop)


@pytest.fixture
async def engine(short_dir: Path) -> AsyncIterator[Engine]:
    async with running(short_dir) as started:
        yield started


async def test_ready_comes_first_and_only_this_user_may_connect(engine: Engine) -> None:
    heard = Heard()
    connection = await engine.connect(heard)
    assert isinstance(heard.said[0][1], telephony.EngineReady)
    assert heard.said[0][0] == 0
    assert stat.S_IMODE(engine.socket.stat().st_mode) == 0o600
    await connection.close()


async def test_unacknowledged_events_are_said_again_in_order(engine: Engine) -> None:
    first = Heard()
    connection = await engine.connect(first)
    connection.send(digits("L1", 100))
    await first.until(lambda: first.count(telephony.Digits) == 100)
    acknowledged = first.sequences()[39]
    connection.ack(acknowledged)
    await connection.close()

    second = Heard()
    connection = await engine.connect(second, run="r2")
    await second.until(lambda: second.count(telephony.Digits) == 60)
    assert second.sequences() == first.sequences()[40:]
    assert second.said[1:] == [pair for pair in first.said if pair[0] > acknowledged]
    connection.ack(second.sequences()[-1])
    await connection.close()

    third = Heard()
    connection = await engine.connect(third, run="r3")
    connection.send(digits("L1", 1))
    await third.until(lambda: third.count(telephony.Digits) == 1)
    assert third.sequences() == [first.sequences()[-1] + 1]
    await connection.close()


async def test_hello_acknowledges(engine: Engine) -> None:
    first = Heard()
    connection = await engine.connect(first)
    connection.send(digits("L1", 10))
    await first.until(lambda: first.count(telephony.Digits) == 10)
    await connection.close()
    second = Heard()
    connection = await engine.connect(second, acknowledged=first.sequences()[7])
    await second.until(lambda: second.count(telephony.Digits) == 2)
    assert second.sequences() == first.sequences()[8:]
    await connection.close()


async def test_what_happens_without_a_node_waits_for_it(engine: Engine) -> None:
    engine.owner.submit(digits("L1", 50))
    heard = Heard()
    connection = await engine.connect(heard)
    await heard.until(lambda: heard.count(telephony.Digits) == 50)
    await connection.close()
    assert engine.owner.presence[0] is True


async def test_statistics_and_snapshots_are_not_said_again(engine: Engine) -> None:
    first = Heard()
    connection = await engine.connect(first)
    connection.send(dial("L1"))
    connection.send(telephony.Snapshot())
    await first.until(lambda: first.count(telephony.SnapshotTaken) == 1)
    await connection.close()
    second = Heard()
    connection = await engine.connect(second, run="r2")
    await second.until(lambda: second.count(telephony.LegAnswered) == 1)
    assert second.count(telephony.SnapshotTaken) == 0
    await connection.close()


async def test_a_second_node_is_told_who_holds_the_engine(engine: Engine) -> None:
    heard = Heard()
    connection = await engine.connect(heard)
    with pytest.raises(EngineUnavailable, match="taken by node n1"):
        await engine.connect(Heard(), node="n2", run="r2")
    connection.send(digits("L1", 1))
    await heard.until(lambda: heard.count(telephony.Digits) == 1)
    await connection.close()
    connection = await engine.connect(Heard(), node="n2", run="r2")
    await connection.close()


async def test_the_same_run_of_a_node_replaces_its_connection(engine: Engine) -> None:
    old, new = Heard(), Heard()
    first = await engine.connect(old)
    second = await engine.connect(new)
    assert "connected anew" in await first.closed()
    with pytest.raises(EngineUnavailable):
        first.send(telephony.Snapshot())
    second.send(digits("L1", 1))
    await new.until(lambda: new.count(telephony.Digits) == 1)
    assert old.count(telephony.Digits) == 0
    await second.close()


async def test_a_node_that_stopped_answering_makes_way(short_dir: Path) -> None:
    async with running(short_dir, ServerLimits(silence_timeout_s=0.3)) as engine:
        frozen = await raw(engine.socket)
        await frozen.say(Hello("n1", "r1", 1, 1, 0, ""))
        assert (await frozen.hear()) is not None
        async with asyncio.timeout(WAIT_S):
            while True:
                with contextlib.suppress(EngineUnavailable):
                    connection = await engine.connect(Heard(), node="n2", run="r2")
                    break
                await asyncio.sleep(0.02)
        await connection.close()
        await frozen.close()


class Raw:
    """A raw client at the socket that sends any frames."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames: FrameReader[ToNode] = FrameReader(cast("type[ToNode]", ToNode))

    async def say(self, frame: Hello | Told | Ack) -> None:
        await self.write(FrameWriter().encode(frame))

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def hear(self) -> ToNode | Unread | None:
        """The next frame; None at the end of the connection."""
        async with asyncio.timeout(WAIT_S):
            while data := await self._reader.read(65536):
                if frames := self._frames.feed(data):
                    return frames[0]
        return None

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


async def raw(socket: Path) -> Raw:
    return Raw(*await asyncio.open_unix_connection(str(socket)))


async def test_a_node_without_a_common_version_is_refused_in_words(engine: Engine) -> None:
    stranger = await raw(engine.socket)
    await stranger.say(Hello("n1", "r1", 8, 9, 0, ""))
    refusal = await stranger.hear()
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.VERSION
    assert "8 to 9" in refusal.message
    assert await stranger.hear() is None
    await stranger.close()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        FrameWriter().encode(Told(1, telephony.Snapshot())),
        FrameWriter().encode(Ack(1)),
        b"\x00\x00\x00\x01\xc1",
    ],
    ids=["other protocol", "command before hello", "ack before hello", "no msgpack"],
)
async def test_who_does_not_begin_with_hello_is_refused(engine: Engine, data: bytes) -> None:
    stranger = await raw(engine.socket)
    await stranger.write(data)
    refusal = await stranger.hear()
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.PROTOCOL
    await stranger.close()
    assert engine.owner.commands == []


async def test_an_acknowledgement_of_what_was_never_said_ends_the_connection(engine: Engine) -> None:
    connection = await engine.connect(Heard())
    connection.ack(2**60)
    assert "never" in (reason := await connection.closed()) or "acknowledged" in reason


async def test_who_says_nothing_is_closed(short_dir: Path) -> None:
    async with running(short_dir, ServerLimits(hello_timeout_s=0.1)) as engine:
        stranger = await raw(engine.socket)
        assert await stranger.hear() is None
        await stranger.close()


async def test_a_crowd_of_strangers_is_bounded(short_dir: Path) -> None:
    async with running(short_dir, ServerLimits(strangers_max=2)) as engine:
        crowd = [await raw(engine.socket) for _ in range(3)]
        assert await crowd[0].hear() is None
        connection = await engine.connect(Heard())
        await connection.close()
        for stranger in crowd:
            await stranger.close()


async def test_a_node_that_does_not_read_loses_its_connection_and_no_event(short_dir: Path) -> None:
    async with running(short_dir, ServerLimits(frames_waiting_max=1000)) as engine:
        deaf = sockets.socket(sockets.AF_UNIX)
        deaf.connect(str(engine.socket))
        deaf.sendall(FrameWriter().encode(Hello("n1", "r1", 1, 1, 0, "")))
        engine.owner.submit(digits("L1", 20_000))
        heard = Heard()
        node = client_of(engine.socket, heard, node="n2")
        node.start()
        await heard.until(lambda: heard.count(telephony.Digits) == 20_000)
        assert len(set(heard.sequences())) == 20_000
        await node.close()
        deaf.close()


async def test_a_snapshot_asked_for_by_a_lost_connection_is_not_given_to_the_next(engine: Engine) -> None:
    first, second = Heard(), Heard()
    connection = await engine.connect(first)
    connection.send(telephony.SendDigits(leg=LegId("L1"), digits="#5000"))
    connection.send(telephony.Snapshot())
    connection.send(digits("L2", 1))
    again = await engine.connect(second)
    await second.until(
        lambda: any(isinstance(event, telephony.Digits) and event.leg == "L2" for _, event in second.said)
    )
    assert second.count(telephony.SnapshotTaken) == 0
    await again.close()
    await connection.closed()


async def test_what_a_node_tells_before_it_goes_is_carried_out(engine: Engine) -> None:
    connection = await engine.connect(Heard())
    for _ in range(10_000):
        connection.send(digits("L1", 3))
    await connection.close()
    heard = Heard()
    node = client_of(engine.socket, heard, node="n2")
    node.start()
    await heard.until(lambda: heard.count(telephony.Digits) == 30_000)
    await node.close()
    assert len(engine.owner.commands) == 10_000 + heard.count(telephony.SnapshotTaken)


async def test_what_the_journal_cannot_keep_is_told_as_a_fault_and_once(short_dir: Path) -> None:
    async with running(short_dir, journal=JournalLimits(events_max=100)) as engine:
        heard = Heard()
        connection = await engine.connect(heard)
        connection.send(digits("L1", 500))
        await heard.until(lambda: heard.count(telephony.EngineFault) == 1)
        connection.send(telephony.Snapshot())
        await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 1)
        connection.ack(heard.sequences()[-1])
        await heard.until(lambda: heard.count(telephony.EngineFault) == 2)
        assert heard.count(telephony.Digits) == 500
        assert {
            event.where for event in heard.of(telephony.EngineFault) if isinstance(event, telephony.EngineFault)
        } == {"journal"}
        await connection.close()


async def test_nobody_at_the_socket(short_dir: Path) -> None:
    with pytest.raises(EngineUnavailable, match="no engine at"):
        await Connection.open(str(short_dir / "nobody.sock"), "n1", "r1", Heard().on_said)


async def test_another_engine_than_configured(engine: Engine) -> None:
    with pytest.raises(WireError, match="this is engine e1, not e2"):
        await Connection.open(str(engine.socket), "n1", "r1", Heard().on_said, engine=EngineId("e2"))


async def test_a_node_is_taken_once_there_is_a_descriptor_again(engine: Engine) -> None:
    """Meanwhile the engine goes on: it tries at intervals, and reports once."""
    heard = Heard()
    first = await engine.connect(heard)
    second = sockets.socket(sockets.AF_UNIX)
    before = time.process_time()
    with descriptors_left(0):
        second.connect(str(engine.socket))
        await heard.until(lambda: heard.count(telephony.EngineFault) >= 1)
        for number in range(20):
            first.send(digits("L1", 1))
            await heard.until(lambda number=number: heard.count(telephony.Digits) > number)  # type: ignore[misc]
    assert time.process_time() - before < 1.0
    (fault,) = [event for event in heard.of(telephony.EngineFault) if isinstance(event, telephony.EngineFault)]
    assert fault.where == "descriptors"
    second.settimeout(WAIT_S)
    second.sendall(FrameWriter().encode(Hello("n2", "r2", 1, 1, 0, "")))
    reader: FrameReader[ToNode] = FrameReader(cast("type[ToNode]", ToNode))
    (refusal,) = reader.feed(await asyncio.to_thread(second.recv, 4096))
    assert isinstance(refusal, Refusal)
    second.close()
    await first.close()


async def test_a_turn_that_fails_ends_no_engine(engine: Engine) -> None:
    """A command that raises, and a failed write, are reported, and the next command is carried out."""
    heard = Heard()
    connection = await engine.connect(heard)
    cleared = telephony.LegCleared(LegId("L9"), 2**80, "\udcff", None, telephony.ClearedBy.PEER, 1.0)
    for _ in range(30):
        engine.server.emit(cleared)
    connection.send(digits("L1", 1))
    await heard.until(lambda: heard.count(telephony.Digits) == 1)
    faults = [event for event in heard.of(telephony.EngineFault) if isinstance(event, telephony.EngineFault)]
    assert {fault.leg for fault in faults} >= {"L9"}
    assert engine.server.is_alive
    await connection.close()
