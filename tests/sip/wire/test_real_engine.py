"""The same guarantees with pjsua2 behind the socket: legs over loopback SIP, a node that leaves, an engine that
dies."""

from __future__ import annotations

import asyncio
import signal
import socket as sockets
from pathlib import Path

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from sip.wire import Connection, EngineProcess
from tests.sip.wire.committing_node import committed_in, killed_until
from tests.sip.wire.heard import WAIT_S, Heard, client_of


async def start(directory: Path) -> EngineProcess:
    return await EngineProcess.spawn(
        directory / "e1.sock",
        EngineId("e1"),
        directory / "engine.log",
        directory / "state",
        arguments=("--no-analysis", "--drain-timeout-s", "1"),
    )


def free_port() -> int:
    with sockets.socket(sockets.AF_INET, sockets.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def both_sides(caller_port: int, callee_port: int) -> telephony.Configure:
    """Two accounts of one engine that call each other."""
    return telephony.Configure(
        revision=1,
        accounts=(
            telephony.Account(id=AccountId("caller"), identity="sip:caller@127.0.0.1", bind_port=caller_port),
            telephony.Account(
                id=AccountId("callee"), identity="sip:callee@127.0.0.1", bind_port=callee_port, offers_incoming=True,
                peers=("127.0.0.1",),
            ),
        ),
        media=telephony.Media(rtp_port_low=31000, rtp_port_high=31398),
        unattended_s=30.0,
    )  # fmt: skip


def dial_callee(number: str, callee_port: int) -> telephony.Dial:
    return telephony.Dial(
        leg=LegId(f"L{number}"),
        account=AccountId("caller"),
        uri=f"sip:callee@127.0.0.1:{callee_port}",
        call_id=f"A{number}.1",
        timeout_s=20.0,
        context=f"attempt A{number}",
    )


async def test_legs_outlive_the_node_and_their_loss_with_the_engine_is_told_once(short_dir: Path) -> None:
    engine = await start(short_dir)
    first, second = Heard(), Heard()
    callee_port = free_port()
    node = client_of(engine.socket, first)
    node.start()
    await node.wait_up(WAIT_S)
    node.send(both_sides(free_port(), callee_port))
    node.send(dial_callee("1", callee_port))
    await first.until(lambda: first.count(telephony.LegOffered) == 1)
    offered = next(event for _, event in first.said if isinstance(event, telephony.LegOffered))
    assert offered.call_id == "A1.1"
    node.send(telephony.Answer(leg=offered.leg))
    await first.until(lambda: first.count(telephony.LegAnswered) == 2)
    await node.close()

    successor = client_of(engine.socket, second)
    successor.start()
    await second.until(lambda: second.count(telephony.SnapshotTaken) == 1)
    taken = next(event for _, event in second.said if isinstance(event, telephony.SnapshotTaken))
    assert {leg.leg for leg in taken.legs} == {"L1", offered.leg}
    assert {leg.standing for leg in taken.legs} == {telephony.LegStanding.CONNECTED}
    assert "attempt A1" in {leg.context for leg in taken.legs}
    assert second.sequences()[: len(first.sequences())] == first.sequences()

    engine.kill()
    assert await engine.wait() == -signal.SIGKILL
    begun = asyncio.get_running_loop().time()
    engine = await start(short_dir)
    await second.until(lambda: second.count(telephony.SnapshotTaken) == 2)
    assert asyncio.get_running_loop().time() - begun < 3.0
    assert sorted((event.leg, event.by) for event in second.cleared()) == sorted(
        [("L1", telephony.ClearedBy.ENGINE), (offered.leg, telephony.ClearedBy.ENGINE)]
    )
    await successor.close()
    assert await engine.stop() == 0


async def test_a_full_life_ends_with_0_and_tells_every_leg(short_dir: Path) -> None:
    engine = await start(short_dir)
    heard = Heard()
    callee_port = free_port()
    node = client_of(engine.socket, heard)
    node.start()
    await node.wait_up(WAIT_S)
    node.send(both_sides(free_port(), callee_port))
    for number in range(5):
        node.send(dial_callee(str(number), callee_port))
    await heard.until(lambda: heard.count(telephony.LegOffered) == 5)
    for event in heard.of(telephony.LegOffered):
        assert isinstance(event, telephony.LegOffered)
        node.send(telephony.Answer(leg=event.leg))
    await heard.until(lambda: heard.count(telephony.LegAnswered) == 10)
    stopping = asyncio.create_task(engine.stop(WAIT_S))
    await heard.until(lambda: heard.count(telephony.LegCleared) == 10)
    node.ack(heard.sequences()[-1])
    assert await stopping == 0
    assert len({event.leg for event in heard.cleared()}) == 10
    await node.close()


async def test_a_node_that_is_killed_while_events_flow_loses_no_leg_and_hears_of_none_twice(short_dir: Path) -> None:
    legs = 1_000
    engine = await start(short_dir)
    file = short_dir / "committed"
    starter = await Connection.open(str(engine.socket), "starter", "r0", Heard().on_said)
    for number in range(legs):
        starter.send(
            telephony.Dial(
                leg=LegId(f"L{number}"), account=AccountId("none"), uri="sip:x@127.0.0.1", call_id="", timeout_s=1.0
            )
        )
    await starter.close()
    assert await killed_until(engine.socket, file, legs, 50) >= 2
    assert sorted(committed_in(file).values()) == sorted(f"L{number}" for number in range(legs))
    assert await engine.stop() == 0
