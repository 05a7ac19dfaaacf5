"""The node: built here by plain constructor calls, started and stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry

from agent_api.app import make_app
from agent_api.frame.passwords import hash_password
from agent_api.server import ApiServer
from config.difference import Change, difference
from config.loader import load
from config.model import LogLevel, Settings
from config.model import User as Seed
from dialer.assembly import Assembly
from dialer.ports import ClaimLease, User
from dialer.runtime import engine_log, local_token
from dialer.runtime.decision_log import DecisionLog
from dialer.runtime.device_key import device_key
from dialer.runtime.metrics import RuntimeMetrics
from dialer.runtime.roster import Roster
from dialer.store.opening import Store, open_store
from dialer.vocabulary import events, telephony
from dialer.vocabulary.errors import AddressInUse, ConfigurationError, StoreUnavailable
from dialer.vocabulary.ids import EngineId, Mint
from dialer.words import say
from dialer.world.leases import leases_held
from sip.client import ClientLimits, EngineClient, Engines

log = structlog.get_logger(__name__)

#: The pacing tick.
TICK_S = 0.5
#: Connections to the API that may wait to be accepted.
API_BACKLOG = 128
#: Length of the key for this start's Call-IDs.
SECRET_BYTES = 16
#: How long a stopping node waits for its queued writes.
LAST_WRITES_S = 10.0

_NO_PASSWORD = (
    "there is no such user yet, and no first password; write ${NAME_OF_VARIABLE} or file:PATH, or use cornetta user add"
)


def _listen(settings: Settings) -> socket.socket:
    """The API's socket. Browsers wait in its backlog until the node is ready. Raises AddressInUse."""
    server = settings.server
    host = server.listen_host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, server.listen_port), family=family, backlog=API_BACKLOG)
    except OSError as error:
        raise AddressInUse(host, server.listen_port, os.strerror(error.errno) if error.errno else str(error)) from error


class Node(Assembly):
    """One node. `directory` is where its configuration was read, for reloads; None for settings made in code."""

    def __init__(self, settings: Settings, store: Store, directory: Path | None) -> None:
        self.engines = Engines(self._clients(settings))
        super().__init__(settings, Mint(store.run, secrets.token_bytes(SECRET_BYTES)), store, self.engines)
        self.store = store
        self._directory = directory
        self._revision = 1
        self.registry = CollectorRegistry()
        self.metrics = RuntimeMetrics(self.registry, self.inbox, self.writer)
        self.inbox.watch_lag(self.metrics.observe_lag)
        self.inbox.watch_full(self.engines.hold)
        self.roster = Roster(store.users, self.post)
        self._tasks: list[asyncio.Task[None]] = []
        self._api: ApiServer | None = None
        self._listener: socket.socket | None = None

    @classmethod
    async def open(cls, settings: Settings, directory: Path | None = None) -> Node:
        """Open the store and build the node. Raises StoreInUse or StoreUnavailable with the remedy."""
        data = Path(settings.server.data_directory)
        await asyncio.to_thread(data.mkdir, 0o700, parents=True, exist_ok=True)
        store = await open_store(settings.server.database, settings.server.node)
        return cls(settings, store, directory)

    def _clients(self, settings: Settings) -> Iterable[EngineClient]:
        for engine in settings.engines:
            yield EngineClient(
                EngineId(engine.name),
                settings.engine_socket(engine),
                settings.server.node,
                self._on_engine_event,
                self._on_engine_connection,
                ClientLimits(retry_last_s=engine.reconnect_s),
            )

    def _on_engine_event(self, engine: EngineId, sequence: int, event: telephony.Event) -> None:
        engine_log.write(engine, event)
        self.inbox.post_from_engine(engine, sequence, events.EngineSaid(engine, event))

    def _on_engine_connection(self, engine: EngineId, up: bool, boot: str) -> None:
        self.inbox.post(events.EngineConnected(engine, boot) if up else events.EngineDisconnected(engine))

    # ------------------------------------------------------------------ life

    async def start(self, *, api: bool = True) -> None:
        """Restore the state, connect the engines, open the API. Raises AddressInUse, with nothing changed, when the
        API's port is taken."""
        if api:
            self._listener = await asyncio.to_thread(_listen, self.settings)
        await self._make_users(await self._new_users(self.settings))
        data = Path(self.settings.server.data_directory)
        await local_token.grant(self.store.users, self.store.sessions, data, self.clock.now().utc)
        self.begin()
        self.inbox.post(events.ConfigurationApplied(self._revision, self.settings))
        await self.roster.read()
        for event in await self.store.ledger.remembered():
            self.inbox.post(event)
        self.engines.start()
        self._tasks = [
            asyncio.create_task(self._tick(), name="tick"),
            asyncio.create_task(self._renew_leases(), name="leases"),
            asyncio.create_task(self.roster.keep(), name="roster"),
        ]
        if self._listener is not None:
            await self._open_api(self._listener)

    async def _open_api(self, listener: socket.socket) -> None:
        key = await asyncio.to_thread(device_key, Path(self.settings.server.data_directory))
        self._api = ApiServer(make_app(self.make_dependencies(self.registry, self.reload, key), self.feed), listener)
        await self._api.start()
        log.info("node_ready", url=self.settings.server.url)

    async def stop(self) -> None:
        """Stop dialing and serving, write the queued steps, leave the engines with their legs."""
        if self._api is not None:
            await self._api.stop()
        if self._listener is not None:
            self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.engines.close()
        if not await self.finish(LAST_WRITES_S):
            log.error("last_writes_lost", seconds=LAST_WRITES_S)
        await self.store.close()

    async def _tick(self) -> None:
        decisions = DecisionLog(lambda: self.world, say, each=self.settings.server.log_level is LogLevel.DEBUG)
        while True:
            self.inbox.post(events.Ticked())
            decisions.write()
            await asyncio.sleep(TICK_S)

    async def _renew_leases(self) -> None:
        """Prolong the claims we hold, at a quarter of their life."""
        while True:
            lease_s = self.settings.server.claim_lease_s
            await asyncio.sleep(lease_s / 4)
            held = [ClaimLease(record, fence) for record, fence in leases_held(self.world)]
            if not held:
                continue
            with contextlib.suppress(StoreUnavailable):
                lost = await self.store.ledger.renew(held, lease_s, self.clock.now().utc)
                if lost:
                    self.inbox.post(events.LeasesLost(tuple(lost)))

    async def _new_users(self, settings: Settings) -> list[tuple[Seed, str]]:
        """Users of the configuration that are not in the database, with their first passwords. Raises
        ConfigurationError for one without."""
        seeds = [seed for seed in settings.users if await self.store.users.user(seed.name) is None]
        missing = [f"users[{each.name}].password: {_NO_PASSWORD}" for each in seeds if each.password is None]
        if missing:
            raise ConfigurationError(tuple(missing))
        return [(each, each.password.get_secret_value()) for each in seeds if each.password is not None]

    async def _make_users(self, new: list[tuple[Seed, str]]) -> None:
        for seed, password in new:
            hashed = await asyncio.to_thread(hash_password, password)
            name = seed.display_name or seed.name
            user = User(seed.name, name, seed.role, hashed, seed.phone or "", tuple(seed.teams))
            await self.store.users.save_user(user)

    # ------------------------------------------------------------------ reload

    async def reload(self) -> tuple[Change, ...]:
        """Check the configuration and apply it, users to seed included; returns what changed. Raises
        ConfigurationError, nothing changed, or StoreUnavailable when it was applied and users could not be made."""
        if self._directory is None:
            raise ConfigurationError(("The configuration of this node was made in code; there is nothing to read.",))
        new = await asyncio.to_thread(load, self._directory)
        users = await self._new_users(new)
        changes = difference(self.settings, new)
        self.settings = new
        self._revision += 1
        self.inbox.post(events.ConfigurationApplied(self._revision, new))
        await self._make_users(users)
        await self.roster.look()
        return changes
