"""The inbox: all messages for the live state pass through it, one at a time.

The consumer gives each message to a turn, carries out the outputs that leave at once, and hands the rest to the writer.
The writer commits all queued steps in one transaction and then carries out the outputs that had to wait. Audio never
waits for a disk; a confirmation is sent once its write is on disk.

Each kind of message is bounded in its own way. Above `FULL_MESSAGES` the inbox is full: the engines are not read, which
keep their events in their journals, and people's commands are refused. Facts of our own are always taken: there is one
timer for each key, one claim for each campaign, and two ticks a second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from dialer.callflow.dispatch import Message
from dialer.ports import Clock
from dialer.runtime import operator_log
from dialer.runtime.turn import Effect, Turn
from dialer.runtime.writer import Writer
from dialer.vocabulary import commands, events
from dialer.vocabulary.errors import CornettaError, Overloaded, StoreUnavailable
from dialer.vocabulary.ids import EngineId

log = structlog.get_logger(__name__)

#: A command that is not committed within this time is answered with StoreUnavailable; it may still be later.
COMMIT_PATIENCE_S = 5.0
#: Messages and steps that wait, for their turn or for their commit, before the inbox is full; about 20 s of the
#: heaviest load. One read of each engine's socket may come on top.
FULL_MESSAGES = 8_000
#: Down to this number a full inbox stays full.
ROOM_MESSAGES = 2_000
#: Messages handled before other tasks of the loop get their turn.
MESSAGES_PER_TURN = 64


@dataclass(slots=True)
class _Message:
    content: Message
    at: float
    reply: asyncio.Future[object] | None = None
    acknowledge: tuple[EngineId, int] | None = None


class Inbox:
    """Owns the turns of the core. `post` and `ask` may be called from anywhere on the loop."""

    def __init__(self, turn: Turn, clock: Clock, run: Callable[[Effect], None], writer: Writer) -> None:
        self._turn = turn
        self._clock = clock
        self._run = run
        self._writer = writer
        self._messages: deque[_Message] = deque()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._on_lag: Callable[[float], None] = lambda _: None
        self._on_handled: Callable[[object, float], None] | None = None
        self._on_full: Callable[[bool], None] = lambda _: None
        self._full = False
        self.handled = 0
        self.overflows = 0
        self.refused = 0
        self.faults = 0

    def watch_lag(self, on_lag: Callable[[float], None]) -> None:
        """`on_lag` gets the seconds each message waited."""
        self._on_lag = on_lag

    def watch_handled(self, on_handled: Callable[[object, float], None]) -> None:
        """For measurements: `on_handled` gets each message after its immediate outputs have left, and the seconds it
        waited."""
        self._on_handled = on_handled

    def watch_full(self, on_full: Callable[[bool], None]) -> None:
        """`on_full` is called when the inbox gets full, and when there is room again. In between it must keep the
        engines from being read."""
        self._on_full = on_full

    @property
    def depth(self) -> int:
        """Messages that wait for their turn."""
        return len(self._messages)

    @property
    def is_full(self) -> bool:
        return self._full

    def post(self, event: events.Event) -> None:
        """A fact."""
        self._put(_Message(event, self._clock.now().monotonic))

    def post_from_engine(self, engine: EngineId, sequence: int, event: events.EngineSaid) -> None:
        """A fact from an engine, acknowledged when what came of it is committed."""
        self._put(_Message(event, self._clock.now().monotonic, acknowledge=(engine, sequence)))

    async def ask(self, command: commands.Command) -> object:
        """Carry out a command; returns its reply after the commit. Raises Refused, StoreUnavailable, or Overloaded
        where the command was not taken."""
        if self._full:
            self.refused += 1
            raise Overloaded(self._waiting)
        reply: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._put(_Message(command, self._clock.now().monotonic, reply))
        try:
            async with asyncio.timeout(COMMIT_PATIENCE_S):
                return await reply
        except TimeoutError:
            raise StoreUnavailable("The database did not take the change in time; it may be applied later.") from None

    def _put(self, message: _Message) -> None:
        self._messages.append(message)
        self._arrived.set()
        if not self._full and self._waiting >= FULL_MESSAGES:
            self._full = True
            self.overflows += 1
            log.warning("inbox_full", messages=len(self._messages), steps=self._writer.depth)
            self._on_full(True)

    @property
    def _waiting(self) -> int:
        return len(self._messages) + self._writer.depth

    def _make_room(self) -> None:
        """Look for room after each message, and at a tick after a slow commit."""
        if self._full and self._waiting <= ROOM_MESSAGES:
            self._full = False
            log.info("inbox_has_room")
            self._on_full(False)

    def start(self) -> None:
        self._task = asyncio.create_task(self._consume(), name="inbox")

    async def stop(self) -> None:
        """Stop the consumer; events that it has not taken stay unacknowledged and come again."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for message in self._messages:
            if message.reply is not None and not message.reply.done():
                message.reply.set_exception(StoreUnavailable("The node is stopping."))
        self._messages.clear()

    async def _consume(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            taken = 0
            while self._messages:
                self._take(self._messages.popleft())
                self._make_room()
                taken += 1
                if taken % MESSAGES_PER_TURN == 0:
                    await asyncio.sleep(0)

    def _take(self, message: _Message) -> None:
        at = self._clock.now()
        self._on_lag(at.monotonic - message.at)
        self.handled += 1
        taken = self._turn.take(message.content, at, message.reply, message.acknowledge)
        if taken.fault is not None:
            self._tell_fault(message, taken.fault)
            if message.acknowledge is None:
                return
        operator_log.write(taken.pending.writes)
        for output in taken.at_once:
            self._run(output)
        self._writer.add(taken.pending)
        if self._on_handled is not None:
            self._on_handled(message.content, at.monotonic - message.at)

    def _tell_fault(self, message: _Message, fault: Exception) -> None:
        if not isinstance(fault, CornettaError):
            # A defect of ours does not stop the inbox: all other conversations go on.
            self.faults += 1
            log.error("handler_failed", message=type(message.content).__name__, exc_info=fault)
        if message.reply is not None and not message.reply.done():
            message.reply.set_exception(fault)
        elif isinstance(fault, CornettaError):
            log.warning("event_refused", message=type(message.content).__name__, error=str(fault))
