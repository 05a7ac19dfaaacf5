"""Node and engine of different versions: they work together, or report the remedy in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast, get_args

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import AbilityMissing
from dialer.vocabulary.ids import BridgeId, EngineId, LegId, TapId
from sip.client import EngineClient, Engines
from sip.engine.journal import Journal, JournalLimits
from sip.wire import (
    VERSION,
    Ack,
    Connection,
    FrameReader,
    FrameWriter,
    Hello,
    Said,
    ToEngine,
    Told,
    ToNode,
    Unread,
    Welcome,
    since,
)
from tests.sip.wire.heard import Heard, client_of, dial
from tests.sip.wire.test_frames import example
from tests.sip.wire.test_server import Engine, raw, running
from tests.sip.wire.versions import GONE, OldNode, ScriptedEngine, of_version, tags_of_version_1, version_1, version_3

E1 = EngineId("e1")
JOIN = telephony.Join(LegId("L1"), BridgeId("B1"))


def to_engine(data: bytes) -> ToEngine | Unread:
    (frame,) = FrameReader(cast("type[ToEngine]", ToEngine)).feed(data)
    return frame


def to_node(data: bytes) -> ToNode | Unread:
    (frame,) = FrameReader(cast("type[ToNode]", ToNode)).feed(data)
    return frame


# -- bytes ---------------------------------------------------------------------------------------------------------


def each_of(group: str) -> list[tuple[int, str]]:
    """Version and name of every message that a program of a known version could send."""
    return [(version, name) for version in range(1, VERSION + 1) for name in of_version(version, group)]


@pytest.mark.parametrize(("version", "name"), each_of("commands"))
def test_a_command_of_a_known_version_is_read(version: int, name: str) -> None:
    told = to_engine(of_version(version, "commands")[name])
    if version == 1 and name in GONE:
        assert isinstance(told, Unread)
        assert not told.is_known
        return
    assert isinstance(told, Told)
    assert type(told.command).__name__ == name


@pytest.mark.parametrize(("version", "name"), each_of("events"))
def test_an_event_of_a_known_version_is_read(version: int, name: str) -> None:
    said = to_node(of_version(version, "events")[name])
    assert isinstance(said, Said)
    assert said.sequence == 11
    assert type(said.event).__name__ == name


def test_the_frames_of_version_1_are_read() -> None:
    frames = version_1("frames")
    assert to_engine(frames["Hello"]) == Hello("n1", "r1", 1, 1, 7, "b1")
    assert to_engine(frames["Ack"]) == Ack(9)
    welcome = to_node(frames["Welcome"])
    assert isinstance(welcome, Welcome)
    assert telephony.abilities_of(welcome.ready.abilities) == telephony.FIRST
    for name in ("Refusal", "Ping", "Pong"):
        assert type(to_node(frames[name])).__name__ == name


def test_what_version_1_does_not_know_is_marked() -> None:
    """Every command by its ability, every event by its version."""
    commands, events = tags_of_version_1("commands"), tags_of_version_1("events")
    for kind in get_args(telephony.Command):
        needed = telephony.ability_for(example(kind, False))
        assert (needed in telephony.FIRST) is (kind.__struct_config__.tag in commands), kind
    for kind in get_args(telephony.Event):
        assert (since(example(kind, False)) == 1) is (kind.__struct_config__.tag in events), kind


def test_every_message_has_golden_bytes() -> None:
    """A message added within a version is added to its file, from its example."""
    commands, events = of_version(VERSION, "commands"), of_version(VERSION, "events")
    assert set(commands) == {kind.__name__ for kind in get_args(telephony.Command)}
    assert set(events) == {kind.__name__ for kind in get_args(telephony.Event)}


def test_every_ability_has_words() -> None:
    assert set(telephony.IN_WORDS) == set(telephony.Ability)


def test_what_a_later_version_says_is_read_or_stands_as_unread() -> None:
    later = version_3()
    assert to_engine(later["hello"]) == Hello("n1", "r1", 2, 3, 0, "")
    assert isinstance(to_engine(later["known_command"]), Told)
    assert isinstance(to_node(later["known_event"]), Said)
    assert isinstance(to_node(later["welcome"]), Welcome)
    for name, tag, leg, is_known in (
        ("unknown_command", "translate", "L1", False),
        ("unknown_command_without_leg", "sing", None, False),
        ("newer_dial", "dial", "L2", True),
        ("newer_play", "play", "L1", True),
    ):
        frame = to_engine(later[name])
        assert isinstance(frame, Unread)
        assert (frame.tag, frame.leg, frame.is_known) == (tag, leg, is_known)
    for name, number, tag, is_known in (
        ("unknown_event", 1000, "leg_translated", False),
        ("unknown_event_without_leg", 1001, "engine_sang", False),
        ("newer_cleared", 1002, "leg_cleared", True),
    ):
        said = to_node(later[name])
        assert isinstance(said, Unread)
        assert (said.number, said.tag, said.is_known) == (number, tag, is_known)


# -- this engine ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def engine(short_dir: Path) -> AsyncIterator[Engine]:
    async with running(short_dir) as started:
        yield started


async def test_a_newer_node_is_refused_what_the_engine_does_not_know_and_keeps_its_connection(engine: Engine) -> None:
    later, heard = version_3(), Heard()
    connection = await engine.connect(heard)
    assert connection._transport is not None
    for name in ("unknown_command", "unknown_command_without_leg", "newer_dial", "newer_play", "known_command"):
        connection._transport.write(later[name])
    await heard.until(lambda: heard.count(telephony.Digits) == 1)
    refused = [event for event in heard.of(telephony.CommandRefused) if isinstance(event, telephony.CommandRefused)]
    unknown, unreadable = telephony.RefusedBecause.UNKNOWN, telephony.RefusedBecause.UNREADABLE
    assert [(each.command, each.because, each.leg) for each in refused] == [
        ("translate", unknown, "L1"),
        ("sing", unknown, None),
        ("play", unreadable, "L1"),
    ]
    assert refused[0].problem == (
        "Engine e1 does not know the command 'translate': it is older than the node. Upgrade the engine."
    )
    (cleared,) = heard.cleared()
    assert (cleared.leg, cleared.by) == ("L2", telephony.ClearedBy.REFUSED)
    assert "Upgrade the engine." in cleared.reason
    assert connection.is_up
    await connection.close()


async def test_the_hello_of_a_newer_node_is_taken(engine: Engine) -> None:
    node = await raw(engine.socket)
    await node.write(version_3()["hello"])
    welcome = await node.hear()
    assert isinstance(welcome, Welcome)
    assert (welcome.version, set(welcome.ready.abilities)) == (2, set())
    await node.close()


async def test_a_node_of_version_1_works_and_hears_nothing_that_it_does_not_know(engine: Engine) -> None:
    now = 1.0
    unknown = telephony.RefusedBecause.UNKNOWN
    engine.server.emit(telephony.CommandRefused("translate", unknown, "of a newer node", now))
    node = await OldNode.connect(engine.socket)
    welcome = await node.hear()
    assert isinstance(welcome, Welcome)
    assert welcome.version == 1
    for name in ("Configure", "Dial", "SendDigits"):
        node.write(version_1("commands")[name])
    await node.until(lambda event: isinstance(event, telephony.LegAnswered))
    engine.server.emit(telephony.CommandRefused("translate", unknown, "of a newer node", now))
    node.write(version_3()["unknown_command"])
    fault = await node.until(lambda event: isinstance(event, telephony.EngineFault))
    assert fault.where == "translate"
    assert "Upgrade the node." in fault.problem
    node.write(version_1("commands")["HangUp"])
    await node.until(lambda event: isinstance(event, telephony.LegCleared))
    node.close()


def test_the_journal_of_a_newer_engine_is_kept_for_a_node_that_knows_more(short_dir: Path) -> None:
    later = version_3()
    path = short_dir / "e1.journal"
    path.write_bytes(version_1("events")["Digits"] + later["unknown_event"] + later["known_event"])
    journal = Journal(path, JournalLimits(), 0.0, 0.0)
    assert journal.problems() == []
    assert journal.unacknowledged() == [version_1("events")["Digits"], later["unknown_event"], later["known_event"]]
    assert later["unknown_event"] not in journal.unacknowledged(1)
    assert journal.last == 1003
    journal.close(1.0)


# -- this node -----------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def node_of(
    directory: Path, heard: Heard, *greeting: bytes
) -> AsyncIterator[tuple[ScriptedEngine, EngineClient]]:
    """A client that is connected to an engine with this `greeting`."""
    socket = directory / "e1.sock"
    async with ScriptedEngine(socket, *greeting).running() as engine:
        client = client_of(socket, heard)
        client.start()
        await client.wait_up(5.0)
        await engine.until(lambda: bool(engine.commands(telephony.Snapshot)))
        yield engine, client
        await client.close()


async def test_an_engine_of_version_1_works(short_dir: Path) -> None:
    heard = Heard()
    ready = telephony.EngineReady(E1, "b1", 7, "fake", 1.0)
    welcome = FrameWriter().encode(Welcome(1, 5, ready))
    async with node_of(short_dir, heard, welcome) as (engine, client):
        client.send(dial("L1"))
        client.send(JOIN)
        engine.say(*(data for name, data in version_1("events").items() if name not in ("EngineReady", "Drained")))
        engine.say(FrameWriter().encode(Said(12, telephony.Drained(at=1.0))))
        await heard.until(lambda: heard.count(telephony.Drained) == 1)
        await engine.until(lambda: bool(engine.commands(telephony.Join)))
        client.ack(12)
        await engine.until(lambda: engine.acknowledged == 12)
        assert (engine.connections, heard.count(telephony.CommandRefused)) == (1, 0)


async def test_a_command_beyond_the_abilities_of_the_engine_is_not_sent(short_dir: Path) -> None:
    heard = Heard()
    ready = telephony.EngineReady(E1, "b1", 7, "fake", 1.0, abilities=("calls", "translation"))
    async with node_of(short_dir, heard, FrameWriter().encode(Welcome(2, 5, ready))) as (engine, client):
        with pytest.raises(AbilityMissing, match=r"Engine e1 cannot join legs: .* Upgrade the engine\.") as missing:
            client.send(JOIN)
        assert (missing.value.engine, missing.value.ability) == ("e1", "bridges")
        Engines([client]).send(E1, JOIN)
        assert heard.count(telephony.CommandRefused) == 0, "a callback ran within a call"
        await heard.until(lambda: heard.count(telephony.CommandRefused) == 1)
        (refused,) = heard.of(telephony.CommandRefused)
        assert isinstance(refused, telephony.CommandRefused)
        assert (refused.command, refused.because, refused.leg) == ("join", telephony.RefusedBecause.ABILITY, "L1")
        with pytest.raises(AbilityMissing, match="in several ways at once"):
            client.send(telephony.StartAnalysis(LegId("L1"), "tones", TapId("T1")))
        client.send(dial("L1"))
        await engine.until(lambda: bool(engine.commands(telephony.Dial)))
        assert engine.commands(telephony.Join) == []


async def test_events_of_a_newer_engine_are_skipped_and_acknowledged(short_dir: Path) -> None:
    later, heard = version_3(), Heard()
    async with node_of(short_dir, heard, later["welcome"], later["empty_snapshot"]) as (engine, client):
        engine.say(later["unknown_event"], later["unknown_event_without_leg"], later["unknown_event"])
        await heard.until(lambda: heard.count(telephony.EngineFault) == 2)
        faults = [event for event in heard.of(telephony.EngineFault) if isinstance(event, telephony.EngineFault)]
        assert faults[0].problem.startswith("the engine said 'leg_translated', which this program cannot read")
        assert heard.sequences() == [1000, 1001]
        client.ack(1001)
        await engine.until(lambda: engine.acknowledged == 1001)
        assert client.is_up
        assert engine.connections == 1


async def test_the_end_of_a_leg_that_cannot_be_read_is_found_by_a_snapshot(short_dir: Path) -> None:
    later, heard = version_3(), Heard()
    async with node_of(short_dir, heard, later["welcome"], later["empty_snapshot"]) as (engine, client):
        await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 1)
        client.send(dial("L1"))
        engine.say(later["newer_cleared"])
        await engine.until(lambda: len(engine.commands(telephony.Snapshot)) == 2)
        engine.say(later["empty_snapshot"], later["known_event"])
        await heard.until(lambda: heard.count(telephony.Digits) == 1)
        assert [(event.leg, event.by) for event in heard.cleared()] == [("L1", telephony.ClearedBy.ENGINE)]
        assert engine.connections == 1


async def test_a_snapshot_that_cannot_be_read_ends_the_connection(short_dir: Path) -> None:
    """Without a snapshot it is unknown which legs are gone."""
    later, heard = version_3(), Heard()
    unread = FrameWriter().encode(Said(0, telephony.SnapshotTaken(E1, "boot1", (), (), 1.0))).replace(b"legs", b"feet")
    async with node_of(short_dir, heard, later["welcome"], unread) as (engine, client):
        await engine.until(lambda: engine.connections >= 2)
        assert "cannot be read" in client._problem
        assert "Upgrade the node" in client._problem


async def test_a_connection_without_a_client_hears_of_what_was_skipped(short_dir: Path) -> None:
    later, heard = version_3(), Heard()
    async with ScriptedEngine(short_dir / "e1.sock", later["welcome"], later["unknown_event"]).running():
        connection = await Connection.open(str(short_dir / "e1.sock"), "n1", "r1", heard.on_said)
        await heard.until(lambda: heard.count(telephony.EngineFault) == 1)
        assert connection.is_up
        await connection.close()
        await asyncio.sleep(0)
