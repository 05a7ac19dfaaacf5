"""The phone in the page: its account, and its WebSocket to the Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSServerHandshakeError
from pydantic import SecretStr

from agent_api.keys import PHONES
from agent_api.live.exchange_socket import MAX_MESSAGE_BYTES
from agent_api.live.phone import OPENINGS, PhoneClosed
from config.model import BrowserPhone, IceServer
from tests.api.live.asterisk import FLOOD, FLOOD_MESSAGES, VANISH, FakeAsterisk
from tests.api.stage import ORIGIN, Stage, settings

from .test_events import PATIENCE_S, close_code

REGISTER = "REGISTER sip:pbx.example.test SIP/2.0\r\nContent-Length: 0\r\n\r\n"


#: A handshake whose refusal is read as HTTP (RFC 6455 section 1.3 has the key).
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "sip",
}


def phone(url: str, **more: Any) -> BrowserPhone:
    """The phone of every user of the stage: anna's SIP user is anna."""
    return BrowserPhone(
        kind="browser",
        name="desks",
        trunk="carrier",
        ws_url=url,
        **{"passwords": {"anna": SecretStr("the word of anna")}, **more},
    )


@asynccontextmanager
async def staged(url: str, **more: Any) -> AsyncIterator[Stage]:
    async with Stage(settings().model_copy(update={"phones": (phone(url, **more),)})) as stage:
        yield stage


async def opened(stage: Stage) -> ClientWebSocketResponse:
    headers = (await stage.log_in("anna")).headers
    return await stage.client.ws_connect("/phone", headers=headers, protocols=("sip",))


async def refused(stage: Stage, headers: dict[str, str], protocols: tuple[str, ...] = ("sip",)) -> int:
    with pytest.raises(WSServerHandshakeError) as error:
        await stage.client.ws_connect("/phone", headers=headers, protocols=protocols)
    return error.value.status


async def until_open(stage: Stage, asterisk: FakeAsterisk, number: int) -> None:
    await stage.until(lambda: asterisk.open == number)


async def test_an_agent_is_told_the_account_of_the_own_phone() -> None:
    servers = (IceServer(url="turn:turn.example.test:3478", user="u", password=SecretStr("p")),)
    async with staged("ws://127.0.0.1:9/ws", ice_servers=servers) as stage:
        told = await (await stage.log_in("anna")).get("/agent/phone")
        assert told == {
            "kind": "browser",
            "account": {
                "uri": "sip:anna@carrier.example.test",
                "user": "anna",
                "password": "the word of anna",
                "display_name": "Anna",
                "registrar": "carrier.example.test",
                "path": "/phone",
                "ice_servers": [{"urls": "turn:turn.example.test:3478", "username": "u", "credential": "p"}],
            },
        }
        told = await (await stage.log_in("ben")).get("/agent/phone", status=409)
        assert told["code"] == "phone_without_password"
        assert "ben" in told["remedy"]


async def test_of_another_phone_the_kind_alone_is_told(stage: Stage) -> None:
    anna = await stage.log_in("anna")
    assert await anna.get("/agent/phone") == {"kind": "static", "account": None}
    assert await refused(stage, anna.headers) == 409


async def test_the_password_is_not_logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        socket = await opened(stage)
        await (await stage.log_in("anna")).get("/agent/phone")
        await socket.send_str(REGISTER)
        await socket.receive_str(timeout=PATIENCE_S)
        await socket.close()
    assert "the word of anna" not in capsys.readouterr().err + caplog.text


async def test_messages_pass_both_ways_as_they_are() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        socket = await opened(stage)
        assert socket.protocol == "sip"
        await socket.send_str(REGISTER)
        assert await socket.receive_str(timeout=PATIENCE_S) == REGISTER
        await socket.send_bytes(b"\r\n\r\n")
        assert await socket.receive_bytes(timeout=PATIENCE_S) == b"\r\n\r\n"
        assert asterisk.heard == [REGISTER, b"\r\n\r\n"]
        await socket.close()
        await until_open(stage, asterisk, 0)


async def test_a_browser_needs_the_cookie_and_our_origin() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        assert await refused(stage, {"Origin": ORIGIN}) == 401
        await stage.with_cookie("anna")
        assert await refused(stage, {"Origin": "https://evil.example.test"}) == 403
        assert await refused(stage, {}) == 403
        socket = await stage.client.ws_connect("/phone", headers={"Origin": ORIGIN}, protocols=("sip",))
        await socket.close()


async def test_a_socket_for_something_else_than_sip_is_refused() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        headers = (await stage.log_in("anna")).headers
        assert await refused(stage, headers, ()) == 400
        assert await refused(stage, headers, ("xmpp",)) == 400
        async with stage.client.get("/phone", headers=headers) as response:
            assert (await response.json(content_type=None))["code"] == "no_sip_socket"
        assert asterisk.open == 0


async def test_a_newer_connection_replaces_the_older() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        first, second = await opened(stage), await opened(stage)
        assert await close_code(first) == PhoneClosed.REPLACED
        await until_open(stage, asterisk, 1)
        await second.send_str(REGISTER)
        assert await second.receive_str(timeout=PATIENCE_S) == REGISTER
        await second.close()


async def test_logging_out_closes_the_phone_of_this_log_in() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        anna = await stage.log_in("anna")
        socket = await stage.client.ws_connect("/phone", headers=anna.headers, protocols=("sip",))
        await anna.request("DELETE", "/sessions/current", 200)
        assert await close_code(socket) == PhoneClosed.LOGGED_OUT
        await until_open(stage, asterisk, 0)


async def test_an_asterisk_that_is_not_there_is_named_with_reason_and_remedy() -> None:
    async with staged("ws://127.0.0.1:9/ws") as stage:
        headers = {**(await stage.log_in("anna")).headers, **HANDSHAKE}
        async with stage.client.get("/phone", headers=headers) as response:
            told = await response.json(content_type=None)
        assert (response.status, told["code"]) == (503, "exchange_unreachable")
        assert told["detail"].endswith("does not accept the connection: connection refused.")
        assert "ws_url" in told["remedy"]


async def test_an_asterisk_that_speaks_no_sip_there_is_refused() -> None:
    async with FakeAsterisk("ari") as asterisk, staged(asterisk.url) as stage:
        headers = {**(await stage.log_in("anna")).headers, **HANDSHAKE}
        async with stage.client.get("/phone", headers=headers) as response:
            assert "does not speak SIP" in (await response.json(content_type=None))["detail"]


async def test_an_asterisk_that_vanishes_closes_the_page_s_connection() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        socket = await opened(stage)
        await socket.send_str(VANISH)
        assert await close_code(socket) == PhoneClosed.EXCHANGE_LOST


async def test_a_message_that_is_too_long_ends_the_connection() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        socket = await opened(stage)
        await socket.send_str("x" * (MAX_MESSAGE_BYTES + 1))
        assert await close_code(socket) == WSCloseCode.MESSAGE_TOO_BIG
        assert asterisk.heard == []


async def test_a_page_that_does_not_read_holds_up_the_asterisk_and_nothing_else() -> None:
    """The node reads no faster than the page: what it keeps is bounded."""
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        socket = await opened(stage)
        connection = socket._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.pause_reading()
        await socket.send_str(FLOOD)
        sent = -1

        async def stands_still() -> None:
            nonlocal sent
            while sent != asterisk.sent:
                sent = asterisk.sent
                await asyncio.sleep(0.2)

        async with asyncio.timeout(PATIENCE_S):
            await stands_still()
        assert 0 < asterisk.sent < FLOOD_MESSAGES / 2
        await (await stage.log_in("ben")).get("/agent")
        connection.transport.abort()
        await until_open(stage, asterisk, 0)


async def test_one_agent_opens_so_many_and_no_more() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        headers = (await stage.log_in("anna")).headers
        sockets = [
            await stage.client.ws_connect("/phone", headers=headers, protocols=("sip",)) for _ in range(OPENINGS)
        ]
        assert await refused(stage, headers) == 429
        for socket in sockets:
            await socket.close()


async def test_a_node_that_goes_down_closes_phones() -> None:
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        socket = await opened(stage)
        stage.app[PHONES].close()
        assert await close_code(socket) == WSCloseCode.GOING_AWAY


async def test_the_log_in_is_looked_at_again() -> None:
    """A phone whose user was taken away by other means than a log-out ends as well."""
    async with FakeAsterisk() as asterisk, staged(asterisk.url) as stage:
        stage.app[PHONES]._recheck_s = 0.02
        anna = await stage.log_in("anna")
        socket = await stage.client.ws_connect("/phone", headers=anna.headers, protocols=("sip",))
        user = await stage.store.users.user("anna")
        assert user is not None
        await stage.store.users.save_user(msgspec.structs.replace(user, enabled=False))
        assert await close_code(socket) == PhoneClosed.LOGGED_OUT
