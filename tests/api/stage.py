"""The API on the real core: inbox, call flow and a SQLite store; only the engine is a fake."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientResponse, ClientWebSocketResponse
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry
from sqlalchemy import select, text

from agent_api.app import make_app
from agent_api.frame.auth import Logins
from agent_api.frame.dependencies import Announcement, Dependencies
from agent_api.frame.passwords import hash_password
from agent_api.live.socket import Sockets
from config.difference import Change
from config.model import (
    AfterCall,
    CallingList,
    CallingWindow,
    CampaignSettings,
    DataField,
    Disposition,
    Fields,
    FieldType,
    Hours,
    Mode,
    Offer,
    Outcome,
    Permissions,
    ProbeKind,
    Server,
    Settings,
    StaticPhone,
    Team,
    Trunk,
)
from dialer.assembly import Assembly
from dialer.ports import NewRecord, User
from dialer.runtime.clock import SystemClock
from dialer.store.aggregates.history import history
from dialer.store.opening import Store as SqlStore
from dialer.store.opening import open_store
from dialer.store.sqlite import SqliteDatabase
from dialer.vocabulary import events
from dialer.vocabulary.errors import ConfigurationError, StoreUnavailable
from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, LegId, ListName, Mint, TeamName
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.telephony import LegAnswered
from dialer.world.joint import validate
from tests.api.live.rows import MESSAGES
from tests.event_rows import check

from .engine import ENGINE, FakeEngine

ORIGIN = "http://desk.example.test"
PASSWORD = "correct horse battery"
API = "/api/v1"

USERS = {
    "anna": "agent",
    "ben": "agent",
    "sue": "supervisor",
    "ada": "administrator",
    "otto": "auditor",
}

_ALL_DAY = Hours(opens_minute=0, closes_minute=1440)
ALWAYS = CallingWindow(
    monday=_ALL_DAY,
    tuesday=_ALL_DAY,
    wednesday=_ALL_DAY,
    thursday=_ALL_DAY,
    friday=_ALL_DAY,
    saturday=_ALL_DAY,
    sunday=_ALL_DAY,
)


#: Topics that a test may publish without a row in the table.
OWN_ROWS = frozenset(MESSAGES.values())


@cache
def password_hash() -> str:
    return hash_password(PASSWORD)


def campaign(name: str, mode: Mode, **more: Any) -> CampaignSettings:
    """A campaign with fields, outcomes and permissions of all kinds."""
    return CampaignSettings(
        name=name,
        mode=mode,
        description=f"{name} of the test",
        teams=("sales",),
        lists=(CallingList(name=name),),
        trunks=("carrier",),
        calling_window=ALWAYS,
        fields=Fields(
            case=(DataField(key="topic", label="Topic"),),
            record=(
                DataField(key="city", label="City", editable=True),
                DataField(key="plan", label="Plan"),
                DataField(key="seats", label="Seats", type=FieldType.INTEGER, editable=True, max_length=5),
            ),
            offer=(DataField(key="topic", label="Topic"),),
        ),
        outcome=Outcome(dispositions=(Disposition(code="sold", label="Sold"),), disposition_mandatory=True),
        permissions=Permissions(cancel=True),
        after_call=AfterCall(limit_s=600, warning_s=30),
        **more,
    )


def settings(**server: Any) -> Settings:
    return Settings(
        server=Server(public_url=ORIGIN, **server),
        trunks=(
            Trunk(
                name="carrier",
                host="carrier.example.test",
                caller_ids=("+442079460100",),
                probe=ProbeKind.NONE,
                max_calls_per_s=1000,
            ),
        ),
        phones=(StaticPhone(kind="static", name="desks", uri="sip:{extension}@127.0.0.1:5999"),),
        teams=(Team(name="sales"),),
        campaigns=(
            campaign("push", Mode.PUSH_PREVIEW, offer=Offer(timeout_s=600)),
            campaign("preview", Mode.PREVIEW),
            campaign("asm", Mode.PROGRESSIVE_ASM),
        ),
    )


NODE = "node-1"


@cache
def empty_database() -> tuple[str, bytes]:
    """A file of a database with all tables, and the run that began in it: making one takes as long as a test."""

    async def make(path: Path) -> str:
        store = await open_store(f"sqlite:///{path}", NODE)
        await store.close()
        return store.run

    with TemporaryDirectory() as directory, ThreadPoolExecutor(1) as thread:
        path = Path(directory) / "empty.db"
        run = thread.submit(asyncio.run, make(path)).result()
        return run, path.read_bytes()


class Store(SqlStore):
    """A store that can be made to refuse writes for a while."""

    def __init__(self, now: Callable[[], float]) -> None:
        run, content = empty_database()
        # Data need not outlive the test, and files in memory are many times faster than those on a disk.
        memory = Path("/dev/shm")
        self._directory = TemporaryDirectory(dir=memory if memory.is_dir() else None)
        path = Path(self._directory.name) / "cornetta.db"
        path.write_bytes(content)
        self.database = SqliteDatabase(path, None)
        super().__init__(self.database, NODE, run, now)
        self.broken = False
        commit = self.ledger.commit

        async def or_fail(writes: Any) -> Any:
            if self.broken:
                raise StoreUnavailable("the disk is full")
            return await commit(writes)

        self.ledger.commit = or_fail  # type: ignore[method-assign]  # a disk that is full for a while

    async def close(self) -> None:
        await super().close()
        self._directory.cleanup()

    async def lines(self, kind: str) -> list[dict[str, Any]]:
        """The facts of the lines of this kind in the history."""
        query = select(history.c.facts).where(history.c.kind == kind).order_by(history.c.n)
        found = await self.database.read(lambda connection: connection.execute(query).scalars().all())
        return [json.loads(facts) for facts in found]

    async def count(self, table: str, condition: str) -> int:
        query = text(f"SELECT COUNT(*) FROM {table} WHERE {condition}")
        return int(await self.database.read(lambda connection: connection.execute(query).scalar_one()))


class Person:
    """A user who is logged in with a bearer token."""

    def __init__(self, stage: Stage, name: str, token: str) -> None:
        self._stage = stage
        self.name = name
        self.headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, status: int = 200) -> Any:
        return await self.request("GET", path, status)

    async def post(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        return await self.request("POST", path, status, body, headers)

    async def request(
        self, method: str, path: str, status: int, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON that came with `status`; another status fails."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in (headers or {}).items()}}
        async with self._stage.client.request(method, API + path, json=body, headers=sent) as response:
            told = await response.text()
            assert response.status == status, f"{method} {path}: {response.status} {told}"
            return await response.json(content_type=None) if told else None

    async def socket(self, query: str = "") -> ClientWebSocketResponse:
        return await self._stage.client.ws_connect(f"{API}/events{query}", headers=self.headers)


class Stage(Assembly):
    """A node with a fake engine. An async context manager."""

    def __init__(self, made: Settings | None = None, **sockets: float) -> None:
        clock = SystemClock()
        self.store = Store(lambda: clock.now().utc)
        self.engine = FakeEngine(clock)
        super().__init__(
            made or settings(), Mint("t"), self.store, self.engine, clock, floor_interval_s=0.01, validate=validate
        )
        self.engine.post = self.post
        self._publish = self.feed.publish
        self.feed.publish = self._checked  # type: ignore[method-assign]  # every event of every test is looked at
        self.events = 0
        self.changes: tuple[Change, ...] | ConfigurationError = ()
        self.announced: list[object] = []
        self.dependencies = self.more_dependencies()
        logins = Logins(self.store.users, self.store.sessions, self.clock)
        self.app = make_app(self.dependencies, self.feed, Sockets(self.dependencies, self.feed, logins, **sockets))
        self.client: TestClient[Any, Any] = TestClient(TestServer(self.app))

    def _checked(self, event: Publish) -> None:
        """Check an event against its row."""
        check(self.world, event, self.clock.now(), OWN_ROWS)
        self.events += 1
        self._publish(event)

    def more_dependencies(self) -> Dependencies:
        """For one application: each has a registry of its own."""
        return self.make_dependencies(CollectorRegistry(), self.reload, b"a key of the test")

    def announce(self, event: Announcement) -> None:
        if not isinstance(event, events.UserKnown | events.DesktopAwaited):
            self.announced.append(event)
        super().announce(event)

    async def reload(self) -> tuple[Change, ...]:
        if isinstance(self.changes, ConfigurationError):
            raise self.changes
        return self.changes

    async def __aenter__(self) -> Self:
        for name, role in USERS.items():
            user = User(name, name.title(), role, password_hash(), f"{name}@desks", ("sales",))
            await self.store.users.save_user(user)
        self.begin()
        self.post(events.ConfigurationApplied(1, self.settings))
        for name, role in USERS.items():
            if role == "agent":
                self.post(events.UserKnown(AgentName(name), name.title(), f"{name}@desks", (TeamName("sales"),)))
        self.post(events.Restored())
        self.engine.connect()
        await self.client.start_server()
        await self.until(lambda: self.world.restored and self.world.usable_engine() is not None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.close()
        self.store.broken = False
        assert await self.finish(5)
        assert not self.inbox.faults, "the log has them"
        await self.store.close()

    async def until(self, condition: Callable[[], object], patience_s: float = 5) -> None:
        async with asyncio.timeout(patience_s):
            while not condition():  # noqa: ASYNC110 - the live state has no event for every condition of a test
                await asyncio.sleep(0.005)

    async def written(self) -> None:
        """Wait until all decisions are in the database."""
        await self.writer._idle.wait()

    async def log_in(self, name: str) -> Person:
        body = {"user": name, "password": PASSWORD, "proof": "bearer"}
        async with self.client.post(f"{API}/sessions", json=body) as response:
            assert response.status == 201, await response.text()
            return Person(self, name, (await response.json())["token"])

    async def with_cookie(self, name: str) -> ClientResponse:
        """Log in as a browser does; the client keeps the cookie."""
        body = {"user": name, "password": PASSWORD}
        return await self.client.post(f"{API}/sessions", json=body, headers={"Origin": ORIGIN})

    async def records(self, list_: str, *numbers: str) -> None:
        """A calling list with these numbers."""
        name = ListName(list_)
        await self.store.lists.add_list(name, "Europe/London", "GB", 0.0)
        rows = [
            NewRecord(n, number, number, f"Contact {n}", "Europe/London", data={"topic": "Boiler", "city": "Leeds"})
            for n, number in enumerate(numbers, 1)
        ]
        await self.store.lists.add_records(name, rows, self.clock.now().utc)

    async def run(self, name: str, *numbers: str) -> Person:
        """Load and start a campaign with these numbers; returns the supervisor."""
        await self.records(name, *numbers)
        sue = await self.log_in("sue")
        await sue.post(f"/campaigns/{name}/load")
        await sue.post(f"/campaigns/{name}/start")
        self.tick()
        return sue

    def tick(self) -> None:
        self.post(events.Ticked())

    def post_answer(self, leg: LegId) -> None:
        """A contact whose phone rings picks up."""
        self.post(events.EngineSaid(ENGINE, LegAnswered(leg, self.clock.now().monotonic)))

    def on_desk(self, agent: str) -> InteractionId | None:
        return self.world.agents[AgentName(agent)].interaction

    def state(self, agent: str) -> str:
        return self.world.agents[AgentName(agent)].state

    def campaign(self, name: str) -> Any:
        return self.world.campaigns[CampaignName(name)]
