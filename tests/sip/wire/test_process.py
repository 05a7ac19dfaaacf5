"""The engine as a process of its own: killed, stopped, started twice, stuck; and a node that is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import EngineUnavailable
from dialer.vocabulary.ids import EngineId, LegId
from sip.wire import Connection, EngineCommandLine, EngineKeeper, EngineProcess
from tests.sip.wire.committing_node import committed_in, killed_until
from tests.sip.wire.heard import WAIT_S, Heard, client_of, dial, digits

FAKE = "tests.sip.wire.fake_owner"


async def start(directory: Path, *arguments: str) -> EngineProcess:
    return await EngineProcess.spawn(
        directory / "e1.sock",
        EngineId("e1"),
        directory / "engine.log",
        directory / "state",
        module=FAKE,
        arguments=arguments,
    )


async def test_a_killed_engine_is_back_within_3_s_and_its_legs_are_settled(short_dir: Path) -> None:
    heard = Heard()
    engine = await start(short_dir)
    node = client_of(short_dir / "e1.sock", heard)
    node.start()
    await node.wait_up(WAIT_S)
    node.send(dial("L1"))
    await heard.until(lambda: heard.count(telephony.LegAnswered) == 1)
    node.ack(heard.sequences()[0])
    boot = node.boot
    engine.kill()
    assert await engine.wait() == -signal.SIGKILL
    await heard.until(lambda: not node.is_up)
    begun = asyncio.get_running_loop().time()
    engine = await start(short_dir)
    await node.wait_up(WAIT_S)
    assert asyncio.get_running_loop().time() - begun < 3.0
    assert node.boot != boot
    await heard.until(lambda: heard.count(telephony.LegCleared) == 1)
    assert heard.cleared()[0].by is telephony.ClearedBy.ENGINE
    assert heard.count(telephony.LegAnswered) == 1
    await node.close()
    assert await engine.stop() == 0


async def test_an_engine_keeps_nothing_open_of_who_started_it(short_dir: Path) -> None:
    """It outlives its parent: a lock or a pipe of the parent's shell would stay open in it."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    try:
        pipe = os.readlink(f"/proc/self/fd/{writing}")
        engine = await start(short_dir)
        kept = open_files(engine.pid)
        assert await engine.stop() == 0
    finally:
        os.close(reading)
        os.close(writing)
    assert kept
    assert pipe not in kept


def open_files(pid: int) -> set[str]:
    """The open files of a process. It goes on meanwhile, so some may be closed again when they are read."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(os.readlink(descriptor))
    return found


async def test_a_node_that_is_killed_again_and_again_loses_nothing_and_commits_nothing_twice(short_dir: Path) -> None:
    events, kill_after = 20_000, 2_500
    engine = await start(short_dir)
    heard = Heard()
    file = short_dir / "committed"
    starter = await Connection.open(str(engine.socket), "starter", "r0", heard.on_said)
    starter.send(digits("L1", events))
    await heard.until(lambda: heard.count(telephony.Digits) >= 1)
    await starter.close()
    assert await killed_until(engine.socket, file, events, kill_after) >= 2
    committed = committed_in(file)
    assert len(committed) == events
    assert list(committed) == sorted(committed)
    assert await engine.stop() == 0


async def test_what_a_killed_engine_said_last_is_replayed_by_the_next(short_dir: Path) -> None:
    engine = await start(short_dir)
    first = Heard()
    connection = await Connection.open(str(engine.socket), "n1", "r1", first.on_said)
    connection.send(digits("L1", 5_000))
    await first.until(lambda: first.count(telephony.Digits) == 5_000)
    connection.send(telephony.Snapshot())
    await first.until(lambda: first.count(telephony.SnapshotTaken) == 1)
    engine.kill()
    await engine.wait()
    await connection.closed()
    engine = await start(short_dir)
    second = Heard()
    connection = await Connection.open(str(engine.socket), "n1", "r2", second.on_said)
    await second.until(lambda: second.count(telephony.Digits) == 5_000)
    assert second.sequences() == first.sequences()
    await connection.close()
    assert await engine.stop() == 0


async def test_two_engines_on_one_socket_are_refused_with_the_reason(short_dir: Path) -> None:
    engine = await start(short_dir)
    second = await asyncio.create_subprocess_exec(
        sys.executable, "-m", FAKE, "--socket", str(engine.socket), "--id", "e2", "--state-dir", str(short_dir / "b"),
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, problem = await asyncio.wait_for(second.communicate(), WAIT_S)
    assert second.returncode == 2
    assert f"belongs to another engine, process {engine.pid}" in problem.decode()
    assert "Traceback" not in problem.decode()
    assert engine.is_running
    assert await engine.stop() == 0


async def test_an_engine_that_cannot_start_shows_the_end_of_its_log(short_dir: Path) -> None:
    (short_dir / "state").write_text("a file where a directory should be")
    with pytest.raises(EngineUnavailable, match=r"(?s)ended with 2.*File exists"):
        await start(short_dir)


async def test_a_stopped_engine_drains_first(short_dir: Path) -> None:
    engine = await start(short_dir)
    heard = Heard()
    connection = await Connection.open(str(engine.socket), "n1", "r1", heard.on_said)
    connection.send(dial("L1"))
    await heard.until(lambda: heard.count(telephony.LegAnswered) == 1)
    stopping = asyncio.create_task(engine.stop(WAIT_S))
    connection.send(telephony.Snapshot())
    await heard.until(lambda: heard.count(telephony.SnapshotTaken) == 1)
    assert engine.is_running
    connection.send(telephony.HangUp(leg=LegId("L1")))
    await heard.until(lambda: heard.count(telephony.Drained) == 1)
    assert isinstance(heard.said[-2][1], telephony.LegCleared)
    connection.ack(heard.sequences()[-1])
    assert await stopping == 0
    assert "going down" in await connection.closed()


async def test_the_wait_for_the_last_leg_has_an_end(short_dir: Path) -> None:
    engine = await start(short_dir, "--drain-timeout-s", "0.3")
    heard = Heard()
    connection = await Connection.open(str(engine.socket), "n1", "r1", heard.on_said)
    connection.send(dial("L1"))
    await heard.until(lambda: heard.count(telephony.LegAnswered) == 1)
    stopping = asyncio.create_task(engine.stop(WAIT_S))
    await heard.until(lambda: heard.count(telephony.LegCleared) == 1)
    connection.ack(heard.sequences()[-1])
    assert await stopping == 0
    await connection.closed()


async def test_a_stuck_owner_is_written_down_and_ends_the_process(short_dir: Path) -> None:
    engine = await start(short_dir)
    connection = await Connection.open(str(engine.socket), "n1", "r1", Heard().on_said)
    connection.send(telephony.SendDigits(leg=LegId("L1"), digits="hang"))
    code = await asyncio.wait_for(engine.wait(), WAIT_S)
    assert code == -signal.SIGABRT
    log = engine.log.read_text()
    assert "engine_stuck" in log
    assert "fake_owner.py" in log
    await connection.closed()


async def test_an_owner_that_keeps_the_gil_ends_the_process_too(short_dir: Path) -> None:
    engine = await start(short_dir)
    connection = await Connection.open(str(engine.socket), "n1", "r1", Heard().on_said)
    connection.send(telephony.SendDigits(leg=LegId("L1"), digits="hold"))
    assert await asyncio.wait_for(engine.wait(), WAIT_S) == -signal.SIGABRT
    assert "fake_owner.py" in engine.log.read_text()
    await connection.closed()


async def test_an_engine_that_was_stopped_for_longer_than_the_watchdog_waits_goes_on(short_dir: Path) -> None:
    """As when a virtual machine is moved: its calls are up, and it was not stuck."""
    engine = await start(short_dir)
    heard = Heard()
    connection = await Connection.open(str(engine.socket), "n1", "r1", heard.on_said)
    connection.send(dial("L1"))
    await heard.until(lambda: heard.count(telephony.LegAnswered) == 1)
    for _ in range(3):
        os.kill(engine.pid, signal.SIGSTOP)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 4.0)  # its watchdog waits 1.9 s
        os.kill(engine.pid, signal.SIGCONT)
        before = heard.count(telephony.SnapshotTaken)
        connection.send(telephony.Snapshot())
        await heard.until(lambda before=before: heard.count(telephony.SnapshotTaken) > before)  # type: ignore[misc]
    assert engine.is_running
    assert "engine_stuck" not in engine.log.read_text()
    connection.send(telephony.HangUp(leg=LegId("L1")))
    await heard.until(lambda: heard.count(telephony.LegCleared) == 1)
    await connection.close()
    assert await engine.stop() == 0


async def test_a_keeper_starts_an_engine_again_each_time_it_dies(short_dir: Path) -> None:
    heard = Heard()
    keeper = EngineKeeper(
        EngineCommandLine(
            short_dir / "e1.sock", EngineId("e1"), short_dir / "engine.log", short_dir / "state", module=FAKE
        )
    )
    node = client_of(short_dir / "e1.sock", heard)
    node.start()
    await keeper.start()
    for boots in (1, 2, 3):
        await _until_boots(heard, boots)
        engine = await keeper.running()
        engine.kill()
        await engine.wait()
    await _until_boots(heard, 4)
    await keeper.running()
    await keeper.close()
    await node.close()
    assert keeper.process is not None
    assert keeper.process.exit_code == 0


async def _until_boots(heard: Heard, boots: int) -> None:
    await heard.until(lambda: len({boot for up, boot in heard.connections if up}) == boots)


async def test_a_keeper_lets_an_engine_be_that_was_told_to_end(short_dir: Path) -> None:
    keeper = EngineKeeper(
        EngineCommandLine(
            short_dir / "e1.sock", EngineId("e1"), short_dir / "engine.log", short_dir / "state", module=FAKE
        )
    )
    await keeper.start()
    connection = await Connection.open(str(short_dir / "e1.sock"), "n1", "r1", Heard().on_said)
    connection.send(telephony.Drain())
    await connection.closed()
    assert keeper.process is not None
    assert await keeper.process.wait() == 0
    await keeper.close()
    assert not (short_dir / "e1.sock").exists()


PARENT = """
import asyncio, sys
from pathlib import Path
from dialer.vocabulary.ids import EngineId
from sip.wire import EngineProcess

async def main():
    where = Path(sys.argv[1])
    engine = await EngineProcess.spawn(
        where / "e1.sock", EngineId("e1"), where / "engine.log", where / "state",
        module=sys.argv[2], ends_with_us=sys.argv[3] == "ends",
    )
    print(engine.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def orphan(directory: Path, how: str) -> EngineProcess:
    """An engine whose parent was killed."""
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(directory), FAKE, how), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    return EngineProcess(pid, directory / "e1.sock", directory / "engine.log")


async def test_an_engine_of_a_lab_ends_with_it_even_when_that_is_killed(short_dir: Path) -> None:
    engine = await orphan(short_dir, "ends")
    try:
        async with asyncio.timeout(WAIT_S):
            await engine.wait()
    finally:
        engine.kill()


async def test_an_engine_outlives_who_started_it_where_it_was_not_told_otherwise(short_dir: Path) -> None:
    engine = await orphan(short_dir, "stays")
    try:
        node = client_of(short_dir / "e1.sock", Heard())
        node.start()
        await node.wait_up(WAIT_S)
        assert engine.is_running
        await node.close()
    finally:
        await engine.stop()
