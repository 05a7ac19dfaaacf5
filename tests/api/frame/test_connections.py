"""Hostile clients on real connections: slow, silent, broken off, not HTTP, too many. All other clients are served."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from agent_api.app import make_app
from agent_api.frame import body
from agent_api.frame.connections import ConnectionLimits, Connections
from agent_api.server import ApiServer
from tests.api.stage import API, PASSWORD, Stage

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PATIENCE_S = 10.0


class Port:
    """A node's API on a port of its own, as `cornetta run` serves it."""

    def __init__(self, stage: Stage, limits: ConnectionLimits) -> None:
        self.stage = stage
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.number: int = self.listener.getsockname()[1]
        self.server = ApiServer(make_app(stage.more_dependencies(), stage.feed), self.listener, limits)
        self._clients: list[asyncio.StreamWriter] = []

    async def open(self, text: bytes = b"") -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
        self._clients.append(writer)
        writer.write(text)
        await writer.drain()
        return reader, writer

    async def ask(self, text: bytes) -> bytes:
        """All bytes of the answer until the connection is closed."""
        reader, writer = await self.open(text)
        async with asyncio.timeout(PATIENCE_S):
            told = await reader.read()
        writer.close()
        return told

    async def healthy(self) -> None:
        """A client that connects now is served."""
        async with asyncio.timeout(PATIENCE_S):
            reader, _ = await self.open(b"GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")

    async def stop(self) -> None:
        for writer in self._clients:
            writer.close()
        await self.server.stop()
        self.listener.close()


@asynccontextmanager
async def port(stage: Stage, **limits: float) -> AsyncIterator[Port]:
    opened = Port(stage, ConnectionLimits(**limits))  # type: ignore[arg-type]  # some are whole numbers
    await opened.server.start()
    try:
        yield opened
    finally:
        await opened.stop()


async def closed(client: Client) -> bytes:
    """The bytes that a client read until it was closed."""
    reader, _ = client
    async with asyncio.timeout(PATIENCE_S):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


def post(path: str, text: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [f"POST {API}{path} HTTP/1.1", "Host: node", "Content-Type: application/json", "Connection: close"]
    lines += [f"Content-Length: {len(text) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


async def test_connections_that_say_nothing_or_too_slowly_are_closed(stage: Stage) -> None:
    async with port(stage, headers_s=0.3) as api:
        silent = [await api.open() for _ in range(20)]
        slow = [await api.open(b"GET /healthz HTTP/1.1\r\nHost: no") for _ in range(20)]
        await api.healthy()
        assert {await closed(each) for each in (*silent, *slow)} == {b""}
        await stage.until(lambda: len(api.server.connections) <= 1)


async def test_a_second_request_has_no_more_time_for_its_headers(stage: Stage) -> None:
    async with port(stage, headers_s=0.3) as api:
        client = await api.open(b"GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n")
        assert (await client[0].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        client[1].write(b"GET /heal")
        assert b"HTTP/1.1" not in await closed(client)


async def test_a_connection_without_a_further_request_is_closed(stage: Stage) -> None:
    async with port(stage, keep_alive_s=0.3) as api:
        client = await api.open(b"GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n")
        assert (await closed(client)).startswith(b"HTTP/1.1 200")


async def test_a_body_that_does_not_come_is_not_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "BODY_TIMEOUT_S", 0.3)
    async with port(stage) as api:
        assert (await api.ask(post("/sessions", b'{"user":', length=100))).startswith(b"HTTP/1.1 408")
        sue = await stage.log_in("sue")
        upload = (
            f"POST {API}/lists/push/records HTTP/1.1\r\nHost: node\r\nContent-Type: text/csv\r\n"
            f"Authorization: {sue.headers['Authorization']}\r\nContent-Length: 1000\r\n\r\nnumber\r\n"
        )
        assert (await api.ask(upload.encode())).startswith(b"HTTP/1.1 408")


async def test_requests_broken_off_in_their_body_leave_a_line_at_debug_each_and_no_traceback(stage: Stage) -> None:
    async with port(stage) as api:
        with capture_logs() as lines:
            for _ in range(100):
                _, writer = await api.open(post("/sessions", b'{"user":', length=100))
                writer.transport.abort()
            await api.healthy()
            await stage.until(lambda: len(api.server.connections) <= 1)
    broken = [each for each in lines if each["event"] == "client_went_away"]
    assert len(broken) == 100
    assert {each["log_level"] for each in lines} == {"debug"}
    assert not any("exc_info" in each for each in lines)


async def test_a_body_that_is_no_gzip_is_refused_in_words(stage: Stage) -> None:
    async with port(stage) as api:
        with capture_logs() as lines:
            for encoding in ("gzip", "deflate"):
                told = await api.ask(post("/sessions", b"no gzip", f"Content-Encoding: {encoding}"))
                assert told.startswith(b"HTTP/1.1 400")
                assert b"unreadable_body" in told
    assert {each["log_level"] for each in lines} == {"debug"}


NO_HTTP = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: node\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: node\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: node\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: node\r\nX-Null: a\0b\r\n\r\n",
    b"POST /api/v1/sessions HTTP/1.1\r\nHost: node\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    post("/sessions", b"x", "Content-Encoding: br"),
)


@pytest.mark.parametrize("text", NO_HTTP, ids=range(len(NO_HTTP)))
async def test_what_is_no_http_gets_a_problem_and_leaves_no_traceback(stage: Stage, text: bytes) -> None:
    async with port(stage) as api:
        with capture_logs() as lines:
            told = await api.ask(text)
        head, _, document = told.partition(b"\r\n\r\n")
        assert head.split(b" ")[1] == b"400"
        assert b"application/problem+json" in head
        assert b"malformed_request" in document or b"unreadable_body" in document
        assert b"aiohttp" not in head, "the answer does not tell what we are made of"
    assert {each["log_level"] for each in lines} == {"debug"}


UNUSABLE: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/campaigns/a%00b", {}),
    ("GET", "/lists/%00/records", {}),
    ("GET", "/do-not-call/%00", {}),
    ("GET", "/attempts?campaign=%00", {}),
    ("GET", "/attempts?%00=1", {}),
    ("GET", "/me", {"Authorization": "Bearer \udcff"}),
    ("GET", "/me", {"Cookie": "cornetta=\udcff"}),
    ("POST", "/sessions", {"Origin": "http://\udcff"}),
    ("POST", "/sessions", {"Idempotency-Key": "\udcff"}),
)


@pytest.mark.parametrize(("method", "path", "headers"), UNUSABLE)
async def test_text_that_is_no_text_is_refused_at_the_border(
    stage: Stage, method: str, path: str, headers: dict[str, str]
) -> None:
    sue = await stage.log_in("sue")
    lines = [f"{method} {API}{path} HTTP/1.1", "Host: node", "Content-Length: 0", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in {**sue.headers, **headers}.items()]
    async with port(stage) as api:
        told = await api.ask("\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 400")
    assert b"unusable_text" in told


@pytest.mark.parametrize(
    "text",
    [
        rb'{"user":"a\u0000b","password":"x"}',
        rb'{"user":"a","password":"x\ud800"}',
        rb'{"user":"a","password":"\udc00x"}',
        rb'{"user":"a","password":"\ud83d\ud83d\ude00"}',
        rb'{"user":"a","password":"\\\u0000"}',
        rb'{"a\u0000":1}',
    ],
)
async def test_json_without_log_in_that_holds_no_text_is_refused(stage: Stage, text: bytes) -> None:
    async with port(stage) as api:
        told = await api.ask(post("/sessions", text))
    assert told.startswith(b"HTTP/1.1 400")
    assert b"unusable_text" in told


@pytest.mark.parametrize("text", [rb'{"user":"a","password":"\\u0000 \ud83d\ude00 \\ud800"}'])
async def test_text_that_only_looks_like_it_is_taken(stage: Stage, text: bytes) -> None:
    async with port(stage) as api:
        assert b"wrong_password" in await api.ask(post("/sessions", text))


async def test_one_address_has_a_bound_and_the_oldest_that_waits_gives_way(stage: Stage) -> None:
    async with port(stage, unproven_per_address=5) as api:
        silent = [await api.open() for _ in range(12)]
        await api.healthy()
        assert [await closed(each) for each in silent[:8]] == [b""] * 8
        assert len(api.server.connections) <= 5


async def test_who_has_proven_a_log_in_does_not_give_way(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    async with port(stage, unproven_per_address=3, in_all=6) as api, ClientSession() as session:
        url = f"http://127.0.0.1:{api.number}{API}/events"
        async with session.ws_connect(url, headers=sue.headers) as desktop:
            assert (await desktop.receive_json())["type"] == "snapshot"
            for _ in range(50):
                await api.open()
            await api.healthy()
            await desktop.send_json({"resume": {"epoch": "x", "seq": 1}})
            assert (await desktop.receive_json())["type"] == "snapshot"
        assert len(api.server.connections) <= 6


async def test_a_client_that_takes_nothing_of_its_answer_is_cut_off(stage: Stage) -> None:
    request = f"GET {API}/openapi.json HTTP/1.1\r\nHost: node\r\n\r\n".encode()
    async with port(stage, stalled_s=0.3) as api:
        await api.open(request * 300)
        await stage.until(lambda: len(api.server.connections) == 1)
        await stage.until(lambda: len(api.server.connections) == 0, PATIENCE_S)


async def test_an_honest_log_in_is_served_among_many_slow_connections(stage: Stage) -> None:
    async with port(stage, unproven_per_address=50) as api, ClientSession() as session:
        stop = asyncio.Event()

        async def flood() -> None:
            while not stop.is_set():
                await api.open(post("/sessions", b'{"user":', length=100))
                await asyncio.sleep(0)

        flooding = asyncio.create_task(flood())
        try:
            await stage.until(lambda: len(api.server.connections) >= 50, PATIENCE_S)
            login = {"user": "anna", "password": PASSWORD, "proof": "bearer"}
            async with session.post(f"http://127.0.0.1:{api.number}{API}/sessions", json=login) as response:
                assert response.status == 201
        finally:
            stop.set()
            await flooding


async def test_without_descriptors_the_log_has_few_lines_and_the_port_comes_back(stage: Stage) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with port(stage) as api:
        clients = [socket.socket() for _ in range(60)]
        for each in clients:
            each.setblocking(False)
        fillers = [os.open(os.devnull, os.O_RDONLY)]
        while fillers[-1] < clients[-1].fileno():  # numbers that other events have freed
            fillers.append(os.open(os.devnull, os.O_RDONLY))
        used = fillers[-1]
        with capture_logs() as lines:
            resource.setrlimit(resource.RLIMIT_NOFILE, (used + 5, hard))
            try:
                for each in clients:
                    assert each.connect_ex(("127.0.0.1", api.number)) in (0, errno.EINPROGRESS)
                await stage.until(lambda: any(line["event"] == "connection_not_taken" for line in lines))
                turns = [asyncio.get_running_loop().create_future()]
                asyncio.get_running_loop().call_later(1.0, turns[0].set_result, None)
                await turns[0]
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
                for number in fillers:
                    os.close(number)
        assert len(lines) < 20
        assert not any("exc_info" in each for each in lines)
        for each in clients:
            each.close()
        await api.healthy()


class One:
    """A connection that notes its name when it is cut off."""

    working = False

    def __init__(self, name: str, gone: list[str], *, suspect: bool = False) -> None:
        self.name = name
        self.suspect = suspect
        self._gone = gone

    def cut_off(self) -> None:
        self._gone.append(self.name)


def test_the_crowd_that_is_largest_gives_way_where_there_are_too_many_in_all() -> None:
    held = Connections(ConnectionLimits(in_all=10, unproven_per_address=8))
    gone: list[str] = []
    honest = One("honest", gone)
    held.add(honest, "192.0.2.1")
    proven = One("proven", gone)
    held.add(proven, "198.51.100.1")
    held.proven(proven)
    for number in range(50):
        address = "198.51.100.1" if number % 2 else "198.51.100.2"
        assert held.has_room(address)
        held.add(One(address, gone), address)
        assert len(held) <= 10
    assert set(gone) == {"198.51.100.1", "198.51.100.2"}
    held.remove(honest)
    held.remove(honest)


async def test_a_desktop_that_floods_below_the_messages_is_cut_off(stage: Stage) -> None:
    """Pings and pieces of messages never reach the desktop's budget of messages."""
    sue = await stage.log_in("sue")
    async with port(stage) as api, ClientSession() as session:
        url = f"http://127.0.0.1:{api.number}{API}/events"
        async with session.ws_connect(url, headers=sue.headers) as desktop:
            assert (await desktop.receive_json())["type"] == "snapshot"
            with suppress(ConnectionError):
                for _ in range(20_000):
                    await desktop.ping(b"0123456789")
            await stage.until(lambda: len(api.server.connections) == 0, PATIENCE_S)
        await api.healthy()


def test_a_suspect_gives_way_before_others_who_wait_longer() -> None:
    held = Connections(ConnectionLimits(unproven_per_address=3))
    gone: list[str] = []
    for one in (One("first", gone), One("suspect", gone, suspect=True), One("third", gone)):
        held.add(one, "192.0.2.1")
    assert held.has_room("192.0.2.1")
    held.add(One("fourth", gone), "192.0.2.1")
    assert held.has_room("192.0.2.1")
    assert gone == ["suspect", "first"]
