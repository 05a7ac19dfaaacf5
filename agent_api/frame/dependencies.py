"""The API's dependencies on the node, as constructor arguments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry

from config.difference import Change
from config.model import Settings
from dialer.ports import (
    Clock,
    DoNotCall,
    IdempotencyKeys,
    ImportReport,
    Lists,
    Sessions,
    Simulator,
    Users,
)
from dialer.ports.reports import Reports
from dialer.records.import_options import ImportOptions
from dialer.vocabulary.commands import Command
from dialer.vocabulary.events import DesktopAwaited, DesktopConnected, DesktopDisconnected, UserKnown
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.outputs import RecallHabits
from dialer.world.world import World

#: Facts that the API posts to the core.
Announcement = DesktopAwaited | DesktopConnected | DesktopDisconnected | UserKnown

Reload = Callable[[], Awaitable[tuple[Change, ...]]]


class Asker(Protocol):
    """The inbox for people's commands."""

    async def ask(self, command: Command) -> object:
        """Returns after the commit. Raises Refused, NotFound, StoreUnavailable or EngineUnavailable."""


class Announcer(Protocol):
    """The inbox for facts of the API. Never blocks."""

    def announce(self, event: Announcement) -> None: ...


class Desktops(Protocol):
    """The desktops that are connected by WebSocket."""

    @property
    def desktops(self) -> int:
        """The number of connected desktops."""

    def end_session(self, session: str) -> None:
        """A log-in ended: its desktops are closed."""


class HabitBook(Protocol):
    """The habits from settled attempts."""

    async def habits(self, request: RecallHabits) -> Sequence[DayHabit]:
        """Dials and answers by day and kind of contact. Raises StoreUnavailable."""


class Importer(Protocol):
    """Reads a CSV file into a calling list."""

    async def import_file(self, name: ListName, path: Path, options: ImportOptions) -> ImportReport:
        """Add the file's rows to a list that exists. Raises Refused for a file that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """`world` and `settings` are read at each use, so that a reload takes effect. `reload` checks and
    applies the configuration; it raises ConfigurationError, with nothing changed. `registry` holds the metrics of
    the whole node. With `device_key`, a secret, the cookies of known devices are signed."""

    asker: Asker
    announcer: Announcer
    world: Callable[[], World]
    settings: Callable[[], Settings]
    clock: Clock
    desktops: Desktops
    users: Users
    sessions: Sessions
    keys: IdempotencyKeys
    lists: Lists
    reports: Reports
    habits: HabitBook
    do_not_call: DoNotCall
    importer: Importer
    simulator: Simulator
    reload: Reload
    registry: CollectorRegistry
    device_key: bytes
