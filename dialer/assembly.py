"""The parts of a node that need neither network nor files: live state, inbox, writer and feed, wired to each other.

The node adds engines, a listener and its tasks; the stage of the API's tests adds a fake engine.
"""

from __future__ import annotations

from typing import Protocol

from prometheus_client import CollectorRegistry

from agent_api.frame.dependencies import Announcement, Dependencies, Reload
from agent_api.live.feed import FLOOR_INTERVAL_S, Feed
from config.model import Settings
from dialer.ports import (
    Clock,
    DoNotCall,
    IdempotencyKeys,
    Ledger,
    Lists,
    Sessions,
    Simulator,
    Telephony,
    Users,
)
from dialer.ports.reports import Reports
from dialer.runtime.clock import SystemClock
from dialer.runtime.turn import Validate
from dialer.runtime.wiring import Runtime
from dialer.simulation.process import SimulationProcess
from dialer.store.importer import CsvImporter
from dialer.views.topics import render
from dialer.vocabulary import events
from dialer.vocabulary.ids import EngineId, Mint
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.topics import Teams
from dialer.world.world import World


class Engines(Telephony, Protocol):
    """Engines with their journals."""

    def acknowledge(self, engine: EngineId, sequence: int) -> None:
        """The results of the engine's events up to `sequence` are on disk."""


class Stores(Protocol):
    """The stores of a node."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def idempotency_keys(self) -> IdempotencyKeys: ...
    @property
    def lists(self) -> Lists: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def do_not_call(self) -> DoNotCall: ...


class Assembly:
    """One node without its surroundings. `settings` is replaced at a reload; `validate` looks at the live state after
    each message, None in production. Belongs to one loop."""

    def __init__(
        self,
        settings: Settings,
        mint: Mint,
        stores: Stores,
        engines: Engines,
        clock: Clock | None = None,
        *,
        floor_interval_s: float = FLOOR_INTERVAL_S,
        validate: Validate | None = None,
    ) -> None:
        self.settings = settings
        self._stores = stores
        self.clock = clock or SystemClock()
        self.world = World(mint, settings)
        self.feed = Feed(self.clock, self._render, floor_interval_s=floor_interval_s)
        self._runtime = Runtime(self.world, self.clock, engines, stores.ledger, self.feed, validate)
        self.inbox = self._runtime.inbox
        self.writer = self._runtime.writer

    def _render(self, event: Publish, teams: Teams | None) -> object:
        return render(self.world, event, self.clock.now(), teams)

    def post(self, event: events.Event) -> None:
        """A fact, into the inbox."""
        self.inbox.post(event)

    def announce(self, event: Announcement) -> None:
        """A fact of the API, into the inbox."""
        self.post(event)

    def make_simulator(self) -> Simulator:
        return SimulationProcess()

    def make_dependencies(self, registry: CollectorRegistry, reload: Reload, device_key: bytes) -> Dependencies:
        """The dependencies of one application; `registry`, `reload` and `device_key` as in Dependencies."""
        stores = self._stores
        return Dependencies(
            asker=self.inbox,
            announcer=self,
            world=lambda: self.world,
            settings=lambda: self.settings,
            clock=self.clock,
            desktops=self.feed,
            users=stores.users,
            sessions=stores.sessions,
            keys=stores.idempotency_keys,
            lists=stores.lists,
            reports=stores.reports,
            habits=stores.ledger,
            do_not_call=stores.do_not_call,
            importer=CsvImporter(stores.lists, self.clock),
            simulator=self.make_simulator(),
            reload=reload,
            registry=registry,
            device_key=device_key,
        )

    def begin(self) -> None:
        """Take messages and write their steps."""
        self._runtime.start()

    async def finish(self, patience_s: float) -> bool:
        """Take no more messages and write the queued steps; False if that took longer than `patience_s`."""
        written = await self._runtime.stop(patience_s)
        self.feed.close()
        return written
