"""A node without a loop: the core and its runtime on an agenda, with the store in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from config.model import Settings
from dialer.callflow.dispatch import Message
from dialer.ports import ClaimLease, Feed, Moment, User
from dialer.runtime.executor import Executor, Question
from dialer.runtime.timers import Timers
from dialer.runtime.turn import Pending, Turn, Validate, released
from dialer.simulation.agenda import Agenda
from dialer.simulation.engine import SimulatedEngine
from dialer.simulation.ledger import FallibleLedger
from dialer.store.memory import MemoryStore, Tables
from dialer.vocabulary import commands, events
from dialer.vocabulary import telephony as t
from dialer.vocabulary.errors import Refused, StoreUnavailable
from dialer.vocabulary.ids import EngineId, Mint
from dialer.vocabulary.outputs import ClaimRecords, Output, Tell
from dialer.vocabulary.writes import CommitReport, Write
from dialer.world.leases import leases_held
from dialer.world.world import World

R = TypeVar("R")

#: Between two decisions, as in a real node.
TICK_S = 0.5
#: A claim's way to the store and back.
CLAIM_S = 0.003
#: A new node finds its engine after this time.
CONNECT_S = 0.5


def run_now(coroutine: Coroutine[Any, Any, R]) -> R:
    """Run a coroutine that never waits, such as those of the store in memory."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # StopIteration carries Any
    raise AssertionError("the coroutine waits for something")


class Cancellable:
    """An event of the agenda that may be cancelled: it then does nothing when it is due."""

    __slots__ = ("_what",)

    def __init__(self, what: Callable[[], None]) -> None:
        self._what: Callable[[], None] | None = what

    def cancel(self) -> None:
        self._what = None

    def __call__(self) -> None:
        if self._what is not None:
            self._what()


class EngineLine:
    """The port to the only engine."""

    def __init__(self, engine: SimulatedEngine) -> None:
        self._engine = engine

    def send(self, _: EngineId, command: t.Command) -> None:
        self._engine.take(command)

    def acknowledge(self, _: EngineId, sequence: int) -> None:
        self._engine.acknowledge(sequence)


def _anywhere(command: t.Command) -> t.Command:
    """A command without the paths of the installation, so that two machines have the same trace."""
    if isinstance(command, t.Play) and isinstance(command.source, t.File):
        return structs.replace(command, source=t.File(PurePath(command.source.path).name))
    return command


class SimulatedNode:
    """`settings` with one engine, `users` and the content of `tables` make the node; `begun_utc` is the wall clock at
    0.

    Every message that is handled goes into `trace`: equal traces are equal runs.
    """

    def __init__(
        self,
        settings: Settings,
        users: list[User],
        begun_utc: float,
        agenda: Agenda,
        validate: Validate | None = None,
    ) -> None:
        self.settings = settings
        self.agenda = agenda
        self.begun_utc = begun_utc
        self.tables = Tables()
        self.trace = hashlib.sha256()
        self.handled = 0
        #: Called when a message was handled and what leaves at once has left.
        self.after_each: Callable[[], None] = lambda: None
        self.engine = self.make_engine(EngineId(settings.engines[0].name))
        self._encoder = msgspec.msgpack.Encoder()
        self._validate = validate
        self._commit_due = False
        self._life = 0
        self._begin()
        for user in users:
            self.tables.users[user.name] = user

    # ------------------------------------------------------------------ for a kind of simulation to override

    def make_engine(self, name: EngineId) -> SimulatedEngine:
        return SimulatedEngine(name, self.agenda, self.engine_says)

    def make_feed(self) -> Feed | None:
        """The receiver of events for desktops; None for none."""
        return None

    def prepare(self, world: World) -> None:
        """A new world, before its first message."""

    def commit_after_s(self) -> float:
        """How long the writer waits before the next transaction."""
        return 0.0

    def committed(self, writes: list[Write], report: CommitReport) -> None:
        """A transaction is durable."""

    def claim_asked(self, request: ClaimRecords) -> None:
        """Records are about to be claimed."""

    # ------------------------------------------------------------------ life

    @property
    def utc(self) -> float:
        return self.begun_utc + self.agenda.now

    def _begin(self) -> None:
        """An empty world with a runtime around it."""
        self.store = MemoryStore(lambda: self.utc, self.settings.server.node, self.tables)
        self._ledger = FallibleLedger(self.store.ledger, self.claim_asked)
        self.world = World(Mint(self.store.run), self.settings)
        self._turn = Turn(self.world, self._validate)
        self._waiting: list[Pending] = []
        self._commit_due = False
        timers = Timers(lambda key: self.post(events.TimerFired(key)), self._later)
        self._executor = Executor(
            EngineLine(self.engine), self._ledger, self.make_feed(), timers, self.post, self._ask_store
        )

    def start(self) -> None:
        """Start again on the same tables: uncommitted steps are lost, the engine is still there."""
        self._life += 1
        self.engine.disconnect()
        self._begin()
        self.prepare(self.world)
        self.post(events.ConfigurationApplied(1, self.settings))
        for event in run_now(self.store.ledger.remembered()):
            self.post(event)
        self.agenda.later(CONNECT_S, self._alive(lambda: self.connect_engine(new_node=True)))
        self.agenda.later(self.settings.server.claim_lease_s / 4, self._alive(self._renew_leases))
        self._tick()

    def _alive(self, what: Callable[[], object]) -> Callable[[], None]:
        """`what`, unless this start of the node has ended by then."""
        life = self._life

        def run() -> None:
            if life == self._life:
                what()

        return run

    def _later(self, seconds: float, what: Callable[[], None]) -> Cancellable:
        due = Cancellable(what)
        self.agenda.later(seconds, self._alive(due))
        return due

    def _tick(self) -> None:
        self.post(events.Ticked())
        self.agenda.later(TICK_S, self._alive(self._tick))

    def _renew_leases(self) -> None:
        lease_s = self.settings.server.claim_lease_s
        self.agenda.later(lease_s / 4, self._alive(self._renew_leases))
        held = [ClaimLease(record, fence) for record, fence in leases_held(self.world)]
        if not held:
            return
        with suppress(StoreUnavailable):
            lost = run_now(self._ledger.renew(held, lease_s, self.utc))
            if lost:
                self.post(events.LeasesLost(tuple(lost)))

    def connect_engine(self, *, new_node: bool = False) -> None:
        self.post(events.EngineConnected(self.engine.name, str(self.engine.boot)))
        self.engine.connect(new_node=new_node)
        if not new_node:
            for sequence, event in self.engine.missed():
                self.engine_says(0.0, sequence, event)

    # ------------------------------------------------------------------ what goes wrong

    def drop_socket(self, seconds: float) -> None:
        """The socket drops: the engine goes on and repeats its events later; commands are lost."""
        if self.engine.connected:
            self.engine.disconnect()
            self.post(events.EngineDisconnected(self.engine.name))
            self.agenda.later(seconds, self._alive(self.connect_engine))

    def crash_engine(self, seconds: float) -> None:
        if self.engine.connected:
            self.engine.crash()
            self.post(events.EngineDisconnected(self.engine.name))
            self.agenda.later(seconds, self._alive(self.connect_engine))

    def break_store(self, seconds: float) -> None:
        if not self._ledger.problem:
            self._ledger.problem = "the disk is full"
            self.post(events.StoreFailing(self._ledger.problem))
            self.agenda.later(seconds, self._alive(self._mend_store))

    def _mend_store(self) -> None:
        self._ledger.problem = ""
        self.post(events.StoreRecovered())
        self._commit()

    # ------------------------------------------------------------------ messages

    def engine_says(self, seconds: float, sequence: int, event: t.Event) -> None:
        said = events.EngineSaid(self.engine.name, event)
        self.agenda.later(seconds, self._alive(lambda: self.post(said, sequence)))

    def post(self, event: events.Event, sequence: int = 0) -> None:
        """Post a fact; any error is raised."""
        self._take(event, sequence)

    def ask(self, command: commands.Command) -> bool:
        """A command; False if it was refused."""
        try:
            self._take(command, 0)
        except Refused:
            return False
        return True

    def _take(self, message: Message, sequence: int) -> None:
        """Take a message. Raises Refused, or the exception of a defect."""
        acknowledge = (self.engine.name, sequence) if sequence else None
        self.handled += 1
        taken = self._turn.take(message, Moment(self.agenda.now, self.utc), acknowledge=acknowledge)
        if taken.fault is not None:
            raise taken.fault
        self._note(message, taken.at_once, taken.pending.outputs)
        for output in taken.at_once:
            self._executor.run(output)
        if not taken.pending.is_empty:
            self._waiting.append(taken.pending)
            if not self._commit_due:
                self._commit_due = True
                self.agenda.later(self.commit_after_s(), self._alive(self._commit))
        self.after_each()

    def _note(self, message: Message, *outputs: Sequence[Output]) -> None:
        """Note the message and the commands that it sent to the engine."""
        encode = self._encoder.encode
        self.trace.update(f"{self.agenda.now!r} {type(message).__name__}".encode())
        if not isinstance(message, events.ConfigurationApplied):
            self.trace.update(encode(message))
        for output in (each for some in outputs for each in some if isinstance(each, Tell)):
            self.trace.update(encode(_anywhere(output.command)))

    # ------------------------------------------------------------------ the store

    def _commit(self) -> None:
        self._commit_due = False
        if self._ledger.problem or not self._waiting:
            return
        steps, self._waiting = self._waiting, []
        writes = [write for step in steps for write in step.writes]
        report = run_now(self._ledger.commit(writes))
        self.committed(writes, report)
        for effect in released(steps, report, self.agenda.now):
            self._executor.run(effect)

    def _ask_store(self, _: str, question: Question) -> None:
        self.agenda.later(CLAIM_S, self._alive(lambda: run_now(question())))

    @property
    def is_quiet(self) -> bool:
        """Nothing is on its way between node, store and engine."""
        engine = self.world.engines.get(self.engine.name)
        return engine is not None and engine.usable and not self._waiting and self.agenda.is_quiet(0.1)
