"""The API of a whole node on SQLite: log in, import, steer, and find the same state after a restart."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.model import SecretToCome, Server, Settings, User
from dialer.node import Node
from dialer.ports import User as KnownUser
from dialer.store.opening import open_plain
from dialer.vocabulary.errors import ConfigurationError
from dialer.vocabulary.ids import EngineId
from sip.wire import EngineProcess

from .stage import API, PASSWORD, settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def node_settings(directory: Path) -> Settings:
    made = settings()
    users = tuple(
        User.model_validate({"name": name, "role": role, "password": SecretStr(PASSWORD), "teams": ("sales",)})
        for name, role in (("sue", "supervisor"), ("anna", "agent"))
    )
    server = Server(listen_port=free_port(), data_directory=str(directory))
    return made.model_copy(update={"server": server, "users": users})


@asynccontextmanager
async def running(made: Settings) -> AsyncIterator[ClientSession]:
    node = await Node.open(made)
    try:
        await node.start()
        async with ClientSession(made.server.url) as client:
            yield client
    finally:
        await node.stop()


async def log_in(client: ClientSession, user: str) -> dict[str, str]:
    body = {"user": user, "password": PASSWORD, "proof": "bearer"}
    async with client.post(f"{API}/sessions", json=body) as response:
        assert response.status == 201, await response.text()
        return {"Authorization": f"Bearer {(await response.json())['token']}"}


async def send(client: ClientSession, path: str, headers: dict[str, str], **more: Any) -> tuple[int, Any]:
    async with client.post(API + path, headers=headers, **more) as response:
        return response.status, await response.json(content_type=None)


async def get(client: ClientSession, path: str, headers: dict[str, str]) -> Any:
    async with client.get(API + path, headers=headers) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_what_was_said_to_a_node_outlives_it(tmp_path: Path) -> None:
    made = node_settings(tmp_path)
    async with running(made) as client:
        sue = await log_in(client, "sue")
        keyed = {**sue, "Idempotency-Key": "k1"}
        new = {"name": "push", "zone": "Europe/London", "region": "GB"}
        assert (await send(client, "/lists", keyed, json=new))[0] == 201
        file = b"number,contact\n020 7946 0111,Ann\n"
        status, report = await send(client, "/lists/push/records", {**sue, "Content-Type": "text/csv"}, data=file)
        assert (status, report["accepted"]) == (200, 1)
        assert (await send(client, "/campaigns/push/load", sue))[0] == 200
        assert (await send(client, "/do-not-call", sue, json={"numbers": ["+442079460199"]}))[0] == 200
        anna = await log_in(client, "anna")
        desk = await get(client, "/agent", anna)
        assert [(each["campaign"], each["kind"]) for each in desk["notices"]] == [("push", "loaded")]
        async with client.get("/readyz") as response:
            assert (response.status, (await response.json())["missing"]) == (503, ["no engine is connected"])
        async with client.get("/metrics") as response:
            told = await response.text()
            assert "cornetta_commits" in told
            assert "cornetta_inbox_depth 0.0" in told
            assert "cornetta_inbox_full 0.0" in told
    async with running(made) as client:
        assert (await get(client, "/me", sue))["user"] == "sue"
        assert (await get(client, "/campaigns/push", sue))["state"] == "loaded"
        assert (await get(client, "/do-not-call", sue))["numbers"] == ["+442079460199"]
        assert (await get(client, "/lists", sue))[0]["records"] == 1
        assert (await send(client, "/lists", keyed, json=new))[0] == 201, "the answer of the first time"
        assert (await send(client, "/lists", sue, json=new))[1]["code"] == "list_exists"


async def test_an_engine_with_an_address_that_the_machine_lacks_is_logged_and_the_node_is_not_ready() -> None:
    with tempfile.TemporaryDirectory(prefix="node") as name:  # sockets have short paths
        directory = Path(name)
        made = node_settings(directory)
        (slot,) = made.engines
        made = made.model_copy(update={"engines": (slot.model_copy(update={"address": "192.0.2.77"}),)})
        socket_path = Path(made.engine_socket(made.engines[0]))
        arguments = ("--no-analysis", "--drain-timeout-s", "1")
        engine = await EngineProcess.spawn(
            socket_path, EngineId(slot.name), directory / "engine.log", directory / "state", arguments=arguments
        )
        try:
            with capture_logs() as lines:
                async with running(made) as client, asyncio.timeout(20):
                    while True:
                        async with client.get("/readyz") as response:
                            told = await response.json()
                        if told["problems"]:
                            break
        finally:
            await engine.stop()
    assert (response.status, told["missing"]) == (503, ["no engine could make the account of any trunk"])
    logged = [line for line in lines if line["event"] == "configuration_problem"]
    assert all(line["log_level"] == "warning" for line in logged)
    why = "192.0.2.77 is no address of this machine; write one that it has as address of the engine"
    assert {"account trunk/carrier: " + why} <= {line["problem"] for line in logged}


async def test_the_first_page_of_a_node_is_its_own_origin(tmp_path: Path) -> None:
    """Without a public address a browser on this machine may use any name of loopback."""
    made = node_settings(tmp_path)
    body = {"user": "sue", "password": PASSWORD}
    async with running(made) as client:
        for host in ("127.0.0.1", "localhost"):
            headers = {"Origin": f"http://{host}:{made.server.listen_port}"}
            assert (await send(client, "/sessions", headers, json=body))[0] == 201
        foreign = {"Origin": f"http://evil.example.test:{made.server.listen_port}"}
        assert (await send(client, "/sessions", foreign, json=body))[0] == 403


async def test_a_user_who_is_added_beside_the_node_is_on_its_list_without_a_log_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.runtime.roster.LOOK_INTERVAL_S", 0.02)
    made = node_settings(tmp_path)
    async with running(made) as client:
        sue = await log_in(client, "sue")
        assert [each["name"] for each in await get(client, "/agents", sue)] == ["anna"]
        store = await open_plain(made.server.database)
        await store.users.save_user(KnownUser("zoe", "Zoe", "agent", "!", "", ("sales",)))
        await store.close()
        async with asyncio.timeout(10.0):
            while len(await get(client, "/agents", sue)) < 2:  # noqa: ASYNC110  # the answer has no event
                await asyncio.sleep(0.02)


async def test_a_first_password_is_needed_once(tmp_path: Path) -> None:
    made = node_settings(tmp_path)
    without = made.model_copy(
        update={"users": tuple(each.model_copy(update={"password": None}) for each in made.users)}
    )
    with pytest.raises(ConfigurationError, match=r"users\[sue\].password: there is no such user yet"):
        async with running(without):
            pass
    gone = SecretToCome("people.yaml:4: users[sue].password: the environment variable FIRST is not set; set it")
    unset = made.model_copy(update={"users": (made.users[0].model_copy(update={"password": gone}),)})
    with pytest.raises(ConfigurationError, match=r"people\.yaml:4: users"):
        async with running(unset):
            pass
    async with running(made):
        pass
    for later in (without, unset):
        async with running(later) as client:
            await log_in(client, "sue")


async def first_message(client: ClientSession, headers: dict[str, str], query: str) -> Any:
    async with client.ws_connect(f"{API}/events{query}", headers=headers) as socket_:
        return await socket_.receive_json(timeout=5)


async def test_notices_outlive_the_node_for_a_desktop_that_resumes_and_for_a_new_log_in(tmp_path: Path) -> None:
    made = node_settings(tmp_path)
    async with running(made) as client:
        sue, anna = await log_in(client, "sue"), await log_in(client, "anna")
        assert (await send(client, "/campaigns/push/load", sue))[0] == 200
        seen = await first_message(client, anna, "")
        (notice,) = seen["body"]["notices"]
    async with running(made) as client:
        resumed = await first_message(client, anna, f"?epoch={seen['epoch']}&seq={seen['seq']}")
        assert (resumed["type"], [each["id"] for each in resumed["body"]["notices"]]) == ("snapshot", [notice["id"]])
        again = await log_in(client, "anna")
        assert [each["id"] for each in (await get(client, "/agent", again))["notices"]] == [notice["id"]]
        assert (await send(client, f"/agent/notices/{notice['id']}/ok", again))[0] == 200
    async with running(made) as client:
        mine = {each["name"]: each for each in await get(client, "/agent/campaigns", again)}
        assert mine["push"]["joined"]
        assert (await send(client, f"/agent/notices/{notice['id']}/ok", again))[0] == 200, "a second OK is no mistake"
        assert (await send(client, "/agent/log-out", again))[0] == 200
        for step in ("unload", "load"):
            assert (await send(client, f"/campaigns/push/{step}", sue, json={} if step == "unload" else None))[0] == 200
    async with running(made) as client:
        anew = await log_in(client, "anna")
        mine = {each["name"]: each for each in await get(client, "/agent/campaigns", anew)}
        assert not mine["push"]["joined"], "the OK was for the load before"
        assert [each["kind"] for each in (await get(client, "/agent", anew))["notices"]] == ["loaded"]
