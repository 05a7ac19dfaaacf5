"""Events to desktops: none lost, none twice, and no desktop delayed by a slow one."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from agent_api.live.socket import MAX_DESKTOPS, OPENINGS, CloseCode
from dialer.agents.agent import Agent
from dialer.vocabulary import topics
from dialer.vocabulary.events import DesktopConnected, DesktopDisconnected
from dialer.vocabulary.ids import AgentName, TeamName
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.topics import Floor, OwnDesk, TeamSupervisors
from tests.api.live.rows import Said, message
from tests.api.stage import API, ORIGIN, Person, Stage

PATIENCE_S = 5


def desk_of(name: str) -> OwnDesk:
    return OwnDesk(AgentName(name))


async def heard(socket: ClientWebSocketResponse, type_: str) -> dict[str, Any]:
    """The next message, which must be of this type; heartbeats are passed over."""
    while True:
        message = await socket.receive_json(timeout=PATIENCE_S)
        if message["type"] != "heartbeat" or type_ == "heartbeat":
            assert message["type"] == type_, message
            return dict(message)


async def events_until(socket: ClientWebSocketResponse, seq: int) -> list[dict[str, Any]]:
    """Events up to number `seq`."""
    found: list[dict[str, Any]] = []
    while not found or found[-1]["seq"] < seq:
        found.append(await heard(socket, "event"))
    return found


async def close_code(socket: ClientWebSocketResponse) -> int | None:
    """The server's close code."""
    async with asyncio.timeout(PATIENCE_S):
        async for _ in socket:
            pass
    return socket.close_code


async def test_first_comes_a_snapshot_then_numbered_events(stage: Stage) -> None:
    anna = await stage.log_in("anna")
    socket = await anna.socket()
    snapshot = await heard(socket, "snapshot")
    assert snapshot["body"]["agent"]["state"] == "not_ready"
    assert {each["code"] for each in snapshot["body"]["reasons"]} >= {"lunch", "break"}
    await anna.post("/agent/ready")
    event = await heard(socket, "event")
    while event["body"]["state"] != "ready":
        event = await heard(socket, "event")
    assert (event["topic"], event["key"], event["epoch"]) == ("agent", "anna", snapshot["epoch"])
    assert event["seq"] > snapshot["seq"]
    await socket.close()


async def test_an_agent_hears_of_their_own_desk_and_no_other(stage: Stage) -> None:
    await stage.run("push", "+442079460111")
    ben = await stage.log_in("ben")
    socket = await ben.socket()
    await heard(socket, "snapshot")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    await stage.until(lambda: stage.on_desk("anna"))
    stage.feed.publish(message(desk_of("ben"), "end"))
    while (event := await heard(socket, "event"))["key"] != "end":
        assert event["key"] in ("ben", "push"), event
        assert "Contact" not in str(event)
    await socket.close()


async def test_supervisors_see_the_floor_in_few_events(stage: Stage) -> None:
    sue = await stage.run("push", "+442079460111")
    socket = await sue.socket()
    snapshot = await heard(socket, "snapshot")
    assert [each["name"] for each in snapshot["body"]["campaigns"]] == ["asm", "preview", "push"]
    for _ in range(100):
        stage.feed.publish(Publish(topics.TEAM_AGENT, TeamSupervisors(frozenset({TeamName("sales")})), "anna"))
    stage.feed.publish(message(Floor(), "end"))
    stage.feed.publish(Publish(topics.FLOOR_CAMPAIGN, Floor(), "push"))
    found = [await heard(socket, "event") for _ in range(3)]
    assert sorted(each["topic"] for each in found) == ["agent", "campaign", "message"]
    await socket.close()


async def test_nothing_is_lost_or_twice_over_forced_drops(stage: Stage) -> None:
    """A desktop that loses its connection again and again at any point has at last every event once, in order."""
    anna = await stage.log_in("anna")
    socket = await anna.socket()
    start = await heard(socket, "snapshot")
    epoch, seq = start["epoch"], start["seq"]
    got: list[int] = []
    chance = random.Random(7)
    total = 400

    async def publish() -> None:
        for n in range(total):
            stage.feed.publish(message(desk_of("anna"), str(n), Said(n)))
            await asyncio.sleep(0)

    publishing = asyncio.create_task(publish())
    while len(got) < total:
        for _ in range(chance.randint(1, 25)):
            event = await heard(socket, "event")
            if event["topic"] == "message":
                got.append(event["body"]["n"])
            assert event["seq"] == seq + 1
            seq = event["seq"]
            if len(got) == total:
                break
        if chance.random() < 0.5:
            response = socket._response
            assert response.connection is not None
            assert response.connection.transport is not None
            response.connection.transport.abort()
        await socket.close()
        socket = await anna.socket(f"?epoch={epoch}&seq={seq}")
        resumed = await heard(socket, "resumed")
        assert (resumed["epoch"], resumed["seq"]) == (epoch, seq)
    await publishing
    assert got == list(range(total))
    await socket.close()


async def test_resume_may_be_said_in_a_message(stage: Stage) -> None:
    anna = await stage.log_in("anna")
    first = await anna.socket()
    snapshot = await heard(first, "snapshot")
    epoch, seq = snapshot["epoch"], snapshot["seq"]
    await first.close()
    for n in range(3):
        stage.feed.publish(message(desk_of("anna"), str(n)))
    second = await anna.socket()
    assert (await heard(second, "snapshot"))["seq"] >= seq + 3
    await second.send_json({"resume": {"epoch": epoch, "seq": seq}})
    while (await second.receive_json(timeout=PATIENCE_S))["type"] != "resumed":
        pass
    missed = await events_until(second, seq + 3)
    assert [each["seq"] for each in missed] == list(range(seq + 1, missed[-1]["seq"] + 1))
    await second.close()


@pytest.mark.parametrize("query", ["?epoch=other&seq=0", "?epoch={epoch}&seq=999999", "?epoch={epoch}&seq=-1"])
async def test_what_cannot_be_resumed_starts_again(stage: Stage, query: str) -> None:
    anna = await stage.log_in("anna")
    first = await anna.socket()
    epoch = (await heard(first, "snapshot"))["epoch"]
    await first.close()
    for n in range(1100):
        stage.feed.publish(message(desk_of("anna"), str(n)))
    socket = await anna.socket(query.format(epoch=epoch))
    assert (await heard(socket, "snapshot"))["epoch"] == epoch
    await socket.close()


async def test_a_desktop_that_says_nonsense_is_closed(stage: Stage) -> None:
    anna = await stage.log_in("anna")
    for said in ("{}", "nonsense", '{"resume": {"epoch": 1, "seq": 2}}'):
        socket = await anna.socket()
        await socket.send_str(said)
        assert await close_code(socket) == CloseCode.BAD_MESSAGE
    socket = await anna.socket()
    await socket.send_bytes(b"\x00")
    assert await close_code(socket) == CloseCode.BAD_MESSAGE


async def test_a_slow_desktop_is_closed_and_delays_nobody() -> None:
    """One desktop reads nothing during many events; the other gets all of them meanwhile."""
    async with Stage(send_timeout_s=0.5) as stage:
        anna, ben = await stage.log_in("anna"), await stage.log_in("ben")
        slow, quick = await anna.socket(), await ben.socket()
        await heard(slow, "snapshot")
        await heard(quick, "snapshot")
        connection = slow._response.connection
        assert connection is not None
        transport = connection.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()
        body = Said(text="x" * 30_000)
        for n in range(1000):
            stage.feed.publish(message(desk_of("anna"), str(n), body))
            stage.feed.publish(message(desk_of("ben"), str(n), Said(n)))
            if n % 20 == 0:
                await asyncio.sleep(0)
        got: list[int] = []
        while len(got) < 1000:
            event = await heard(quick, "event")
            if event["topic"] == "message":
                got.append(event["body"]["n"])
        assert got == list(range(1000))
        await stage.until(lambda: DesktopDisconnected(AgentName("anna")) in stage.announced, patience_s=10)
        assert DesktopDisconnected(AgentName("ben")) not in stage.announced
        transport.resume_reading()
        code = await close_code(slow)
        assert code in (CloseCode.TOO_SLOW, 1006), "told, or cut off where even that was not taken"
        await quick.close()


async def test_a_desktop_that_the_ring_has_passed_is_told_that_it_is_too_slow(stage: Stage) -> None:
    anna = await stage.log_in("anna")
    socket = await anna.socket()
    await heard(socket, "snapshot")
    for n in range(2000):
        stage.feed.publish(message(desk_of("anna"), str(n)))
    assert await close_code(socket) == CloseCode.TOO_SLOW


async def test_the_core_is_told_of_the_first_desktop_and_the_last(stage: Stage) -> None:
    anna = await stage.log_in("anna")
    one, two = await anna.socket(), await anna.socket()
    await heard(one, "snapshot")
    await heard(two, "snapshot")
    assert stage.announced == [DesktopConnected(AgentName("anna"))]
    await one.close()
    await stage.until(lambda: stage.feed.desktops == 1)
    assert len(stage.announced) == 1
    await two.close()
    await stage.until(lambda: len(stage.announced) == 2)
    assert stage.announced[1] == DesktopDisconnected(AgentName("anna"))


async def test_logging_out_closes_the_desktops_of_that_log_in(stage: Stage) -> None:
    sue, again = await stage.log_in("sue"), await stage.log_in("sue")
    mine, other = await sue.socket(), await again.socket()
    await heard(mine, "snapshot")
    await heard(other, "snapshot")
    await sue.request("DELETE", "/sessions/current", 200)
    assert await close_code(mine) == CloseCode.LOGGED_OUT
    stage.feed.publish(message(Floor(), "still here"))
    assert (await heard(other, "event"))["key"] == "still here"
    await other.close()


async def test_a_log_in_that_ends_elsewhere_closes_its_desktops() -> None:
    async with Stage(recheck_s=0.05) as stage:
        sue = await stage.log_in("sue")
        socket = await sue.socket()
        await heard(socket, "snapshot")
        await stage.store.sessions.remove_sessions("sue")
        assert await close_code(socket) == CloseCode.LOGGED_OUT


async def test_a_quiet_desktop_hears_a_heartbeat() -> None:
    async with Stage(heartbeat_s=0.1) as stage:
        socket = await (await stage.log_in("sue")).socket()
        snapshot = await heard(socket, "snapshot")
        beat = await heard(socket, "heartbeat")
        assert (beat["epoch"], beat["seq"]) == (snapshot["epoch"], snapshot["seq"])
        await socket.close()


async def test_the_node_says_that_it_goes() -> None:
    stage = Stage()
    await stage.__aenter__()
    socket = await (await stage.log_in("sue")).socket()
    await heard(socket, "snapshot")
    leaving = asyncio.create_task(stage.client.server.close())
    message = await socket.receive(timeout=PATIENCE_S)
    assert message.type is WSMsgType.CLOSE
    assert message.data == 1001
    await socket.close()
    await leaving
    await stage.__aexit__(None, None, None)


@pytest.mark.parametrize("origin", ["https://evil.example.test", "null"])
async def test_pages_of_others_get_no_socket(stage: Stage, origin: str) -> None:
    await stage.with_cookie("anna")
    with pytest.raises(WSServerHandshakeError) as refused:
        await stage.client.ws_connect(f"{API}/events", headers={"Origin": origin})
    assert refused.value.status == 403
    socket = await stage.client.ws_connect(f"{API}/events", headers={"Origin": ORIGIN})
    await heard(socket, "snapshot")
    await socket.close()


async def test_a_cookie_without_an_origin_gets_no_socket(stage: Stage) -> None:
    await stage.with_cookie("anna")
    with pytest.raises(WSServerHandshakeError) as refused:
        await stage.client.ws_connect(f"{API}/events")
    assert refused.value.status == 403


async def test_a_user_has_so_many_desktops_and_no_more(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    sockets = [await sue.socket() for _ in range(MAX_DESKTOPS)]
    with pytest.raises(WSServerHandshakeError) as refused:
        await sue.socket()
    assert refused.value.status == 429
    for socket in sockets:
        await socket.close()


async def test_a_plain_request_is_no_socket(stage: Stage) -> None:
    document = await Person.get(await stage.log_in("sue"), "/events", status=400)
    assert document["code"]


async def test_a_desktop_that_says_too_much_costs_only_its_user(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []

    def desk_view(_: object, agent: Agent, __: object) -> dict[str, str]:
        rendered.append(agent.name)
        return {"agent": agent.name}

    monkeypatch.setattr("agent_api.live.socket.desk_view", desk_view)
    anna, ben = await stage.log_in("anna"), await stage.log_in("ben")
    sockets = [await anna.socket() for _ in range(4)]
    other = await ben.socket()
    await heard(other, "snapshot")
    for socket in sockets:
        for _ in range(2_000):
            with suppress(ConnectionError):
                await socket.send_json({"resume": {"epoch": "nonsense", "seq": 1}})
    for socket in sockets:
        assert await close_code(socket) == CloseCode.TOO_MANY
    assert rendered.count("anna") < 4 * 40
    before = rendered.count("ben")
    await other.send_json({"resume": {"epoch": "nonsense", "seq": 1}})
    await stage.until(lambda: rendered.count("ben") > before)


async def test_a_user_opens_only_so_many_desktops_in_a_moment(stage: Stage) -> None:
    anna, ben = await stage.log_in("anna"), await stage.log_in("ben")
    for _ in range(OPENINGS):
        await (await anna.socket()).close()
    opened = await asyncio.gather(*(anna.socket() for _ in range(10)), return_exceptions=True)
    assert {each.status for each in opened if isinstance(each, WSServerHandshakeError)} == {429}
    await (await ben.socket()).close()


async def test_desktops_that_are_opened_at_the_same_time_count(stage: Stage) -> None:
    anna = await stage.log_in("anna")
    opened = await asyncio.gather(*(anna.socket() for _ in range(MAX_DESKTOPS + 10)), return_exceptions=True)
    assert sum(isinstance(each, ClientWebSocketResponse) for each in opened) == MAX_DESKTOPS
