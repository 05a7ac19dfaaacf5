"""The node's side of its engines: connections that come back by themselves, and the port `Telephony` over them.

Guarantees over the life of one `EngineClient`:

- **Events**: each event of the engine is delivered in its order and, by sequence, once. The node acknowledges after its
  commit; events that are unacknowledged when it dies are delivered to the next start of the node again, so handlers
  have to be idempotent. Events delivered but not acknowledged when the connection broke are not delivered twice. The
  oldest events are lost only if more are unacknowledged than the engine's journal holds; an EngineFault reports it. -
  **Sequence 0** marks events that need no acknowledgement and are never repeated: EngineReady, EngineStatistics,
  SnapshotTaken and the client's own events. - **Connections**: `on_connection(up=True)`, then EngineReady, then the
  unacknowledged events (also of earlier boots), then, among new events, one SnapshotTaken that the client requests
  itself. - **Legs**: for each leg that `send` took a Dial for, that was offered or that a snapshot named, exactly one
  LegCleared is delivered: the engine's own, or, just before the first SnapshotTaken of a connection, one by ENGINE for
  each such leg that it does not name. That covers an engine that died and a Dial that was lost with a connection. While
  no engine answers at the socket there are no such events. The node itself settles legs of its earlier runs that the
  snapshot does not name and for which no event was replayed. - **Newer engines**: an event that this node cannot read
  is delivered as an EngineFault in its place, with its sequence. If it was of a known kind and about a leg of ours, the
  client requests a snapshot, in case it was the leg's LegCleared. - **Older engines**: a command that needs an ability
  which the engine has not named is not sent (`AbilityMissing`). - **Commands** are sent at most once and in order.
  Events and the SnapshotTaken show whether a command sent just before the connection broke was carried out.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Iterable

import structlog
from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import AbilityMissing, EngineUnavailable, NotFound, WireError
from dialer.vocabulary.ids import EngineId, LegId
from sip.wire import Connection, ConnectionLimits, Unread, Welcome
from sip.wire.connection import skipped

_log = structlog.get_logger(__name__)

_SNAPSHOT = str(telephony.SnapshotTaken.__struct_config__.tag)
_OFFERED = str(telephony.LegOffered.__struct_config__.tag)

EventCallback = Callable[[EngineId, int, telephony.Event], None]
ConnectionCallback = Callable[[EngineId, bool, str], None]


class ClientLimits(Struct, frozen=True):
    """The pause between attempts to connect doubles from the first to the last; a restarted engine is to be connected
    within 3 s."""

    retry_first_s: float = 0.05
    retry_last_s: float = 0.5
    connection: ConnectionLimits = ConnectionLimits()


class EngineClient:
    """One engine, seen by the node. All methods and callbacks on one asyncio loop.

    `on_event(engine, sequence, event)` and `on_connection(engine, up, boot)` must not block and should not raise: an
    exception of theirs breaks the connection, and the event comes again on the next one.
    """

    def __init__(
        self,
        engine: EngineId,
        socket: str,
        node: str,
        on_event: EventCallback,
        on_connection: ConnectionCallback,
        limits: ClientLimits | None = None,
    ) -> None:
        self.engine = engine
        self._socket = socket
        self._node = node
        self._run_name = secrets.token_hex(8)
        self._on_event = on_event
        self._on_connection = on_connection
        self._limits = limits or ClientLimits()
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._closing = False
        self._held = False
        self._up = asyncio.Event()
        self._boot = ""
        self._problem = "not connected yet"
        self._delivered = 0
        self._acknowledged = 0
        self._open: dict[LegId, telephony.LegRole] = {}
        self._unsure: set[LegId] | None = None
        self._abilities = telephony.FIRST

    # -- life ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect, and to connect again whenever the connection is lost, until `close`."""
        self._closing = False
        if self._task is None:
            self._task = asyncio.create_task(self._keep_connected(), name=f"engine {self.engine}")

    async def close(self) -> None:
        """End the connection. The engine keeps its legs and unacknowledged events."""
        self._closing = True
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def wait_up(self, timeout_s: float) -> None:
        """Wait for a connection; EngineUnavailable with the reason when there is none in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._up.wait()
        except TimeoutError as error:
            raise EngineUnavailable(f"engine {self.engine}: {self._problem}") from error

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    @property
    def boot(self) -> str:
        """The last boot, "" before the first."""
        return self._boot

    @property
    def problem(self) -> str:
        """The reason why there is no connection, in words; "" while there is one."""
        return "" if self.is_up else self._problem

    # -- calls of the node ----------------------------------------------------------------------------------------

    def send(self, command: telephony.Command) -> None:
        """Send the engine a command. Never blocks; raises EngineUnavailable when it cannot leave now, AbilityMissing
        when the engine does not know it."""
        connection = self._connection
        if connection is None:
            raise EngineUnavailable(f"engine {self.engine}: {self._problem}")
        needed = telephony.ability_for(command)
        if needed not in self._abilities:
            raise AbilityMissing(self.engine, needed, telephony.IN_WORDS[needed])
        connection.send(command)
        if isinstance(command, telephony.Dial):
            self._open[command.leg] = command.role

    def refuse(self, command: telephony.Command, missing: AbilityMissing) -> None:
        """Deliver the answer to a command that the engine does not know."""
        refused = telephony.CommandRefused(
            command=str(command.__struct_config__.tag),
            because=telephony.RefusedBecause.ABILITY,
            problem=str(missing),
            at=time.monotonic(),
            leg=getattr(command, "leg", None),
        )
        # Not now: callbacks never run within a call of the node.
        asyncio.get_running_loop().call_soon(self._on_event, self.engine, 0, refused)

    def expect(self, leg: LegId, role: telephony.LegRole) -> None:
        """Note a leg that the node takes for standing: one LegCleared is due for it, as if its Dial had been sent."""
        self._open[leg] = role

    def hold(self, on: bool) -> None:
        """While `on` the engine is not read, also not on a new connection: it keeps its events in its journal until the
        node has room. Events that are read already are still delivered."""
        self._held = on
        if self._connection is not None:
            self._connection.hold(on)

    def ack(self, sequence: int) -> None:
        """All events up to `sequence` are committed. Also without a connection: the next Hello carries it."""
        if self._acknowledged < sequence <= self._delivered:
            self._acknowledged = sequence
            if self._connection is not None:
                self._connection.ack(sequence)

    # -- connections -----------------------------------------------------------------------------------------------

    async def _keep_connected(self) -> None:
        limits = self._limits
        first_s = min(limits.retry_first_s, limits.retry_last_s)
        pause_s = first_s
        try:
            while True:
                try:
                    await self._connect()
                except (EngineUnavailable, WireError) as error:
                    self._note(str(error))
                    await asyncio.sleep(pause_s)
                    pause_s = min(2 * pause_s, limits.retry_last_s)
                else:
                    pause_s = first_s
        finally:
            if self._connection is not None:
                await self._connection.close()

    async def _connect(self) -> None:
        """Connect and wait for the end of the connection."""
        connection = await Connection.open(
            self._socket,
            self._node,
            self._run_name,
            self._take,
            engine=self.engine,
            on_welcome=self._welcomed,
            on_lost=self._lost,
            on_unread=self._skip,
            acknowledged=self._acknowledged,
            boot=self._boot,
            limits=self._limits.connection,
        )
        self._note(await connection.closed())

    def _note(self, problem: str) -> None:
        if problem != self._problem and not self._closing:
            self._problem = problem
            _log.warning("engine_unavailable", engine=self.engine, reason=problem)

    def _welcomed(self, connection: Connection, welcome: Welcome) -> None:
        boot = welcome.ready.boot
        if boot != self._boot and welcome.first <= self._delivered:
            # The clock was set back and the engine's journal was lost: its numbers begin below the last ones.
            self._delivered = self._acknowledged = 0
        self._note_abilities(welcome.ready)
        self._boot = boot
        self._connection = connection
        self._unsure = set(self._open)
        self._up.set()
        _log.info("engine_connected", engine=self.engine, boot=boot)
        connection.hold(self._held)
        connection.send(telephony.Snapshot())
        self._on_connection(self.engine, True, boot)

    def _note_abilities(self, ready: telephony.EngineReady) -> None:
        self._abilities = telephony.abilities_of(ready.abilities)
        missing = [telephony.IN_WORDS[each] for each in telephony.Ability if each not in self._abilities]
        if missing and ready.boot != self._boot:
            problem = f"Engine {self.engine} cannot {', nor '.join(missing)}. Upgrade the engine where that is wanted."
            _log.warning("engine_lacks_abilities", engine=self.engine, reason=problem)

    def _lost(self, reason: str) -> None:
        self._connection = None
        self._up.clear()
        self._note(reason)
        self._on_connection(self.engine, False, self._boot)

    # -- events ----------------------------------------------------------------------------------------------------

    def _take(self, sequence: int, event: telephony.Event) -> None:
        if 0 < sequence <= self._delivered:
            return
        if isinstance(event, telephony.SnapshotTaken):
            self._settle(event)
        self._on_event(self.engine, sequence, event)
        if isinstance(event, telephony.LegCleared):
            self._open.pop(event.leg, None)
        elif isinstance(event, telephony.LegOffered):
            self._open[event.leg] = telephony.LegRole.OTHER
        if sequence:
            self._delivered = sequence

    def _skip(self, unread: Unread) -> None:
        """An event of a newer engine. The node acknowledges the EngineFault in its place. Raises WireError for a
        snapshot: without one it is unknown which legs are gone, and the connection is of no use."""
        if unread.tag == _SNAPSHOT:
            raise WireError(
                f"the snapshot of engine {self.engine} cannot be read ({unread.problem}): "
                "the engine is newer than the node. Upgrade the node"
            )
        if 0 < unread.number <= self._delivered:
            return
        _log.warning("event_skipped", engine=self.engine, tag=unread.tag, reason=unread.problem)
        self._on_event(self.engine, unread.number, skipped(unread))
        if unread.number:
            self._delivered = unread.number
        if self._connection is None or unread.leg is None:
            return
        if unread.tag == _OFFERED:
            self._connection.send(telephony.HangUp(unread.leg))  # this node cannot answer the caller
        elif unread.leg in self._open and self._unsure is None:
            self._unsure = set(self._open)
            self._connection.send(telephony.Snapshot())

    def _settle(self, snapshot: telephony.SnapshotTaken) -> None:
        """Clear each leg that the engine does not know, once for each snapshot that we requested. Contacts come first:
        where all legs are lost, no agent is to be rung again for a contact who is gone as well."""
        named = {leg.leg: leg.role for leg in snapshot.legs}
        unsure, self._unsure = self._unsure, None
        lost = [leg for leg in unsure or () if leg in self._open and leg not in named]
        for leg in sorted(lost, key=lambda leg: (self._open[leg] is not telephony.LegRole.CONTACT, leg)):
            self._on_event(self.engine, 0, _lost_leg(leg))
            self._open.pop(leg, None)
        self._open |= named


def _lost_leg(leg: LegId) -> telephony.LegCleared:
    return telephony.LegCleared(
        leg=leg,
        code=0,
        reason="the engine was lost",
        q850=None,
        by=telephony.ClearedBy.ENGINE,
        at=time.monotonic(),
    )


class Engines:
    """All engines of a node behind the port `Telephony`."""

    def __init__(self, clients: Iterable[EngineClient]) -> None:
        self._clients = {client.engine: client for client in clients}

    def start(self) -> None:
        for client in self._clients.values():
            client.start()

    async def close(self) -> None:
        await asyncio.gather(*(client.close() for client in self._clients.values()))

    def client(self, engine: EngineId) -> EngineClient:
        """Raises NotFound for an engine that is not configured."""
        try:
            return self._clients[engine]
        except KeyError:
            raise NotFound("engine", engine) from None

    def send(self, engine: EngineId, command: telephony.Command) -> None:
        """Send an engine a command; it is lost where the engine is not connected. The leg of a lost Dial gets its
        LegCleared when the engine is back. A command that the engine does not know gets a CommandRefused."""
        client = self.client(engine)
        try:
            client.send(command)
        except AbilityMissing as error:
            client.refuse(command, error)
        except EngineUnavailable as error:
            _log.warning("command_lost", engine=engine, command=type(command).__name__, reason=str(error))
            if isinstance(command, telephony.Dial):
                client.expect(command.leg, command.role)

    def hold(self, on: bool) -> None:
        """Stop or resume reading from all engines."""
        for client in self._clients.values():
            client.hold(on)

    def acknowledge(self, engine: EngineId, sequence: int) -> None:
        self.client(engine).ack(sequence)
