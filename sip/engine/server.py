"""The engine's Unix socket: one node at a time sends commands and gets events until it has committed them.

One thread runs a selector. The owner's thread hands events over by `emit`, which neither blocks nor uses socket or
disk. An event is sent to the node before it is written to the journal's file.
"""

from __future__ import annotations

import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog
from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import CornettaError, WireError
from dialer.vocabulary.ids import EngineId
from sip.engine.allowance import Allowance
from sip.engine.door import Door
from sip.engine.journal import Journal
from sip.engine.peer import Peer, PeerLost
from sip.engine.refusals import refused, refused_unread
from sip.engine.wiretext import clean
from sip.wire import (
    OLDEST_VERSION,
    VERSION,
    Ack,
    FrameWriter,
    Hello,
    Ping,
    Pong,
    RefusalCode,
    Said,
    ToEngine,
    Told,
    Unread,
    Welcome,
    agreed_version,
    since,
)

_log = structlog.get_logger(__name__)

_IDLE_S = 0.5
"""How often the thread looks for silence when nothing happens."""
_PAUSE_S = 0.05
"""Pause after a failed turn, so that repeated failures do not load the machine."""


class Legs(Protocol):
    """The owner of pjsua2, which carries commands out. Every method may be called by any thread."""

    def submit(self, command: telephony.Command) -> None:
        """Queue a command; a CornettaError when it cannot be taken."""

    def attended(self, present: bool) -> None: ...


class ServerLimits(Struct, frozen=True):
    """Bounds of the socket. `silence_timeout_s`: a node that has sent nothing for this long (it pings) counts as gone,
    and another may connect. `strangers_max`: connections without a Hello. `snapshots_max`: requested snapshots that are
    not taken yet."""

    events_waiting_max: int = 50_000
    frames_waiting_max: int = 20_000
    hello_timeout_s: float = 2.0
    silence_timeout_s: float = 10.0
    strangers_max: int = 16
    snapshots_max: int = 1000


class Server:
    """Serves the Unix socket `path` from `start` to `stop`. `ready` makes the EngineReady of a connection.

    Guarantees to a node: EngineReady first, then every unacknowledged event in order, then new events. An event is kept
    until it is acknowledged, within the bounds of the journal; EngineReady, EngineStatistics and SnapshotTaken belong
    to one connection and are never repeated. A SnapshotTaken goes to the connection that requested it.
    """

    def __init__(
        self,
        engine: EngineId,
        path: Path,
        journal: Journal,
        legs: Legs,
        ready: Callable[[], telephony.EngineReady],
        limits: ServerLimits,
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._legs = legs
        self._ready = ready
        self._limits = limits
        self._writer = FrameWriter()
        self._selector = selectors.DefaultSelector()
        self._door = Door(path, self._selector)
        self._faults = Allowance()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._incoming: deque[telephony.Event] = deque()
        self._overrun = 0
        self._node: Peer | None = None
        self._strangers: list[Peer] = []
        self._askers: deque[Peer | None] = deque()
        self._pulse_wanted = False
        self._stopping = threading.Event()
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wire")

    def start(self) -> None:
        """Open the socket; the caller holds the lock of its path. Raises OSError."""
        self._door.open()
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._thread.start()

    def emit(self, event: telephony.Event) -> None:
        """Send an event. For the owner's thread, or any other."""
        if self._settled.is_set():
            return
        if len(self._incoming) >= self._limits.events_waiting_max:
            self._overrun += 1  # the wire thread is stuck on a disk that hangs; it reports when it is back
            return
        self._incoming.append(event)
        os.eventfd_write(self._wake, 1)

    def ask_for_pulse(self) -> None:
        """Make the owner emit something, a snapshot that no node sees: proof that both threads run. Any thread."""
        self._pulse_wanted = True
        os.eventfd_write(self._wake, 1)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, settle_timeout_s: float) -> None:
        """Wait up to `settle_timeout_s` until the node has committed everything, then close. Uncommitted events stay in
        the journal. To be called after the last `emit`."""
        self._stopping.set()
        os.eventfd_write(self._wake, 1)
        self._settled.wait(settle_timeout_s)
        self._settled.set()
        os.eventfd_write(self._wake, 1)
        self._thread.join()
        self._selector.close()
        self._door.close()
        os.close(self._wake)

    # -- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._settled.is_set():
                try:
                    self._once()
                except Exception as problem:  # noqa: BLE001 - calls are up: it is told, and the next turn comes
                    self._complain("wire", f"{type(problem).__name__}: {problem}")
                    self._settled.wait(_PAUSE_S)
        finally:
            self._end_connections()

    def _once(self) -> None:
        for key, _ in self._selector.select(_IDLE_S):
            self._turn(key.fileobj)
        if self._pulse_wanted:
            self._pulse_wanted = False
            self._ask_for_snapshot(None)
        self._say_new()
        now_s = time.monotonic()
        self._journal.flush(now_s)
        self._door.look(now_s)
        self._look_for_silence(now_s)
        if self._stopping.is_set() and (self._node is None or not self._journal.held):
            self._settled.set()

    def _turn(self, what: object) -> None:
        if self._door.is_it(what):
            self._accept()
        elif what == self._wake:
            os.eventfd_read(self._wake)
        else:
            for peer in (self._node, *self._strangers):
                if peer is not None and peer.socket is what:
                    self._serve(peer)
                    return

    def _complain(self, where: str, problem: str) -> None:
        """Report and log a fault of the engine itself, within the bound of its place."""
        now_s = time.monotonic()
        if self._faults.take(where, now_s) is not None:
            _log.error("engine_fault", engine=self._engine, where=where, problem=problem)
            self.emit(telephony.EngineFault(where=where, problem=clean(problem), at=now_s))

    def _end_connections(self) -> None:
        self._say_new()
        for peer in (self._node, *self._strangers):
            if peer is not None:
                self._selector.unregister(peer.socket)
                peer.refuse(self._writer, RefusalCode.STOPPING, f"the engine {self._engine} is going down")
        self._node = None
        self._strangers.clear()
        self._journal.close(time.monotonic())

    # -- events ----------------------------------------------------------------------------------------------------

    def _say_new(self) -> None:
        """Number the emitted events and send them."""
        incoming = self._incoming
        frames: list[bytes] = []
        while incoming:
            event = incoming.popleft()
            frame = self._frame(event)
            if frame is not None:
                frames.append(frame)
        frames.extend(self._journal.add(self._fault(problem)) for problem in self._problems())
        if frames and self._node is not None:
            self._send(self._node, frames)

    def _frame(self, event: telephony.Event) -> bytes | None:
        """The frame to send now; None for an event of a lost connection."""
        if isinstance(event, telephony.SnapshotTaken):
            asker = self._askers.popleft() if self._askers else self._node
            return self._writer.encode(Said(0, event)) if asker is not None and asker is self._node else None
        if isinstance(event, telephony.EngineStatistics):
            return self._writer.encode(Said(0, event))
        frame = self._journal.add(event)
        return frame if self._node is None or since(event) <= self._node.version else None

    def _problems(self) -> list[str]:
        problems = self._journal.problems()
        if self._overrun:
            problems.append(f"{self._overrun} events were lost while the wire thread was stuck")
            self._overrun = 0
        return problems

    def _fault(self, problem: str) -> telephony.EngineFault:
        return telephony.EngineFault(where="journal", problem=problem, at=time.monotonic())

    def _send(self, peer: Peer, frames: list[bytes]) -> None:
        if not peer.queue(frames):
            waiting = self._limits.frames_waiting_max
            self._refuse(peer, RefusalCode.SLOW, f"the node does not read: more than {waiting} frames wait")
            return
        peer.write()
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.waits_to_write else 0)
        if self._selector.get_key(peer.socket).events != wanted:
            self._selector.modify(peer.socket, wanted)

    # -- connections -----------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            socket = self._door.let_in(time.monotonic())
        except OSError as error:
            self._complain("descriptors", f"no connection of a node can be taken: {error.strerror}")
            return
        if socket is None:
            return
        peer = Peer(socket, self._limits.frames_waiting_max, time.monotonic())
        self._selector.register(socket, selectors.EVENT_READ)
        self._strangers.append(peer)
        if len(self._strangers) > self._limits.strangers_max:
            self._lose(self._strangers[0], "too many connections without a Hello")

    def _serve(self, peer: Peer) -> None:
        try:
            for frame in peer.read(time.monotonic()):
                if peer.socket.fileno() < 0:  # refused by the frame before
                    return
                self._take(peer, frame)
            if peer.waits_to_write and peer.socket.fileno() >= 0:
                self._send(peer, [])
        except PeerLost as error:
            self._lose(peer, str(error))
        except WireError as error:
            self._refuse(peer, RefusalCode.PROTOCOL, f"the engine {self._engine} cannot follow: {error}")

    def _take(self, peer: Peer, frame: ToEngine | Unread) -> None:
        if isinstance(frame, Hello) and peer.hello is None:
            self._greet(peer, frame)
        elif peer is not self._node:
            raise WireError(f"a {type(frame).__name__} may not come before Hello")
        elif isinstance(frame, Told):
            self._tell(peer, frame.command)
        elif isinstance(frame, Unread):
            _log.warning("command_refused", engine=self._engine, tag=clean(frame.tag), problem=clean(frame.problem))
            self.emit(refused_unread(frame, self._engine, peer.version))
        elif isinstance(frame, Ack):
            self._journal.acknowledge(frame.sequence)
        elif isinstance(frame, Ping):
            self._send(peer, [self._writer.encode(Pong())])
        elif not isinstance(frame, Pong):
            raise WireError(f"a {type(frame).__name__} may not come here")

    def _tell(self, peer: Peer, command: telephony.Command) -> None:
        if isinstance(command, telephony.Snapshot):
            if len(self._askers) >= self._limits.snapshots_max:
                raise WireError("too many snapshots are asked for")
            self._ask_for_snapshot(peer)
            return
        try:
            self._legs.submit(command)
        except CornettaError as error:
            self.emit(refused(command, str(error)))

    def _ask_for_snapshot(self, asker: Peer | None) -> None:
        """`asker` is None for the watchdog. Snapshots are taken in the order of their requests."""
        try:
            self._legs.submit(telephony.Snapshot())
        except CornettaError as error:
            self.emit(refused(telephony.Snapshot(), str(error)))
        else:
            self._askers.append(asker)

    def _greet(self, peer: Peer, hello: Hello) -> None:
        """Take a node, or refuse it."""
        version = agreed_version(hello.oldest, hello.newest)
        holder = self._node
        if self._stopping.is_set():
            self._refuse(peer, RefusalCode.STOPPING, f"the engine {self._engine} is going down")
        elif version is None:
            self._refuse(
                peer,
                RefusalCode.VERSION,
                f"the engine {self._engine} speaks versions {OLDEST_VERSION} to {VERSION} of the wire, "
                f"the node {hello.node} {hello.oldest} to {hello.newest}: upgrade the older one",
            )
        elif holder is not None and holder.hello is not None and holder.hello.run != hello.run:
            self._refuse(peer, RefusalCode.TAKEN, f"the engine {self._engine} is taken by node {holder.hello.node}")
        else:
            if holder is not None:
                self._refuse(holder, RefusalCode.REPLACED, f"the node {hello.node} has connected anew")
            self._welcome(peer, hello, version)

    def _welcome(self, peer: Peer, hello: Hello, version: int) -> None:
        ready = self._ready()
        journal = self._journal
        if hello.boot == ready.boot or hello.acknowledged < journal.first:
            # The sequence of an unknown boot, numbered by a clock ahead of ours, would not be ours.
            journal.acknowledge(min(hello.acknowledged, journal.last))
        peer.hello, peer.version = hello, version
        self._strangers.remove(peer)
        self._node = peer
        _log.info("node_connected", engine=self._engine, node=hello.node, replayed=journal.held)
        self._legs.attended(True)
        peer.replay([self._writer.encode(Welcome(version, journal.first, ready)), *journal.unacknowledged(version)])
        self._send(peer, [])

    def _refuse(self, peer: Peer, code: RefusalCode, message: str) -> None:
        _log.warning("node_refused", engine=self._engine, code=code.value, reason=message)
        self._drop(peer)
        peer.refuse(self._writer, code, message)

    def _lose(self, peer: Peer, reason: str) -> None:
        if peer.hello is not None:
            _log.warning("node_lost", engine=self._engine, node=peer.hello.node, reason=reason)
        self._drop(peer)
        peer.close()

    def _drop(self, peer: Peer) -> None:
        self._selector.unregister(peer.socket)
        if peer is self._node:
            self._node = None
            self._legs.attended(False)
        else:
            self._strangers.remove(peer)

    def _look_for_silence(self, now_s: float) -> None:
        """Ping a silent node; drop one that does not answer."""
        limits = self._limits
        for stranger in [one for one in self._strangers if now_s - one.heard_at_s > limits.hello_timeout_s]:
            self._lose(stranger, "no Hello")
        node = self._node
        if node is None:
            return
        quiet_s = now_s - node.heard_at_s
        if quiet_s > limits.silence_timeout_s:
            self._refuse(node, RefusalCode.SILENT, f"nothing was heard from the node for {quiet_s:.0f} s")
