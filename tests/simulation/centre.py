"""A whole centre on a virtual clock: the core, the store in memory, an engine by chance, and a writer that commits
when it gets to it. Everything comes from one seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from heapq import heappop, heappush
from random import Random
from typing import Any, TypeVar

import msgspec

from config.model import Settings
from dialer.callflow.dispatch import handle
from dialer.callflow.step import Step
from dialer.callflow.world import World
from dialer.compliance.window import is_open
from dialer.ports import Moment, NewRecord, User
from dialer.store.memory import MemoryStore, Tables
from dialer.vocabulary import commands, events
from dialer.vocabulary import telephony as t
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import CampaignName, EngineId, ListName, Mint
from dialer.vocabulary.outputs import CancelTimer, ClaimRecords, Output, StartTimer, Tell
from dialer.vocabulary.writes import BeginAttempt, Write
from tests.simulation.telephone_world import TelephoneWorld

R = TypeVar("R")


def run_now(coroutine: Coroutine[Any, Any, R]) -> R:
    """A coroutine that waits for nothing, such as those of the store in memory."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # StopIteration carries Any
    raise AssertionError("the coroutine waits for something")


class Batch:
    """What a step leaves to the writer."""

    def __init__(self, writes: list[Write], outputs: list[Output], sequence: int) -> None:
        self.writes = writes
        self.outputs = outputs
        self.sequence = sequence


class Centre:
    """`settings`, `users` and `rows` make the world; `seed` everything that happens in it."""

    def __init__(self, settings: Settings, users: list[User], rows: list[NewRecord], seed: int, utc: float) -> None:
        self.settings = settings
        self.random = Random(seed)
        self.now = 0.0
        self.begun_utc = utc
        self.tables = Tables()
        self.trace = hashlib.sha256()
        self.handled = 0
        self.after_each: Callable[[], None] = lambda: None
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._waiting: list[Batch] = []
        self._store_down = False
        self._run = 0
        self._node = 0
        self.store = self._open_store()
        for user in users:
            self.tables.users[user.name] = user
        run_now(self.store.lists.add_list(ListName("contacts"), "Europe/London", "GB", utc))
        run_now(self.store.lists.add_records(ListName("contacts"), rows, utc))
        self.engine = TelephoneWorld(
            EngineId(settings.engines[0].name),
            Random(f"{seed}/engine"),
            lambda: self.now,
            self._engine_says,
            self.later,
            self._check_dial,
        )
        self.start_node()

    @property
    def utc(self) -> float:
        return self.begun_utc + self.now

    def _open_store(self) -> MemoryStore:
        return MemoryStore(lambda: self.utc, "node-1", self.tables)

    # ------------------------------------------------------------------ time

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self._number += 1
        heappush(self._queue, (self.now + max(0.0, seconds), self._number, what))

    def run(self, until: float) -> None:
        """Let everything happen until this time."""
        while self._queue and self._queue[0][0] <= until:
            self.now, _, what = heappop(self._queue)
            what()
        self.now = until

    # ------------------------------------------------------------------ the node

    def start_node(self) -> None:
        """A new life on the same tables: what was not committed is gone, the engine is still there."""
        self._node += 1
        self._timers: dict[str, int] = {}
        self._waiting.clear()
        self._store_down = False
        self.engine.disconnect()
        self.store = self._open_store()
        self.world = World(Mint(self.store.run), self.settings)
        self.post(events.ConfigurationApplied(1, self.settings))
        for event in run_now(self.store.ledger.remembered()):
            self.post(event)
        self.later(0.5, self._alive(lambda: self.connect_engine(new_node=True)))
        self._tick()

    def _alive(self, what: Callable[[], None]) -> Callable[[], None]:
        """`what`, unless this node has ended by then."""
        node = self._node
        return lambda: what() if node == self._node else None

    def _tick(self) -> None:
        self.post(events.Ticked())
        self.later(0.5, self._alive(self._tick))

    def connect_engine(self, *, new_node: bool = False) -> None:
        boot = str(self.engine.boot)
        self.post(events.EngineConnected(self.engine.name, boot))
        self.engine.connect(new_node=new_node)
        if not new_node:
            for sequence, event in self.engine.missed():
                self._engine_says(0.0, sequence, event)

    def drop_socket(self, seconds: float) -> None:
        """The engine lives on; what is said meanwhile is said again, commands are lost."""
        if self.engine.connected:
            self.engine.disconnect()
            self.post(events.EngineDisconnected(self.engine.name))
            self.later(seconds, self._alive(self.connect_engine))

    def crash_engine(self, seconds: float) -> None:
        if self.engine.connected:
            self.engine.crash()
            self.post(events.EngineDisconnected(self.engine.name))
            self.later(seconds, self._alive(self.connect_engine))

    def break_store(self, seconds: float) -> None:
        if not self._store_down:
            self._store_down = True
            self.post(events.StoreFailing("the disk is full"))
            self.later(seconds, self._alive(self._mend_store))

    def _mend_store(self) -> None:
        self._store_down = False
        self.post(events.StoreRecovered())
        self._commit()

    def _engine_says(self, seconds: float, sequence: int, event: t.Event) -> None:
        said = events.EngineSaid(self.engine.name, event)
        self.later(seconds, self._alive(lambda: self.post(said, sequence)))

    def post(self, event: events.Event, sequence: int = 0) -> None:
        """A fact; nothing may go wrong with it."""
        self._take(event, sequence)

    def ask(self, command: commands.Command) -> bool:
        """A command; False if it was refused."""
        try:
            self._take(command, 0)
        except Refused:
            return False
        return True

    def _take(self, message: object, sequence: int) -> None:
        step = Step(self.world, Moment(self.now, self.utc))
        self.handled += 1
        handle(step, message)
        at_once, after = step.finish()
        self._note(message, step.writes, at_once, after)
        for output in at_once:
            self._do(output)
        if step.writes or after or sequence:
            self._waiting.append(Batch(step.writes, after, sequence))
            self.later(self.random.choice((0.0, 0.0, 0.002, 0.01, 0.05)), self._alive(self._commit))
        self.after_each()

    def _note(self, message: object, *happened: object) -> None:
        self.trace.update(msgspec.json.encode([self.now, type(message).__name__, str(happened)]))

    # ------------------------------------------------------------------ the writer

    def _commit(self) -> None:
        if self._store_down or not self._waiting:
            return
        batches, self._waiting = self._waiting, []
        report = run_now(self.store.ledger.commit([write for batch in batches for write in batch.writes]))
        refused = {each.write.attempt: each.rule for each in report.refusals if isinstance(each.write, BeginAttempt)}
        for refusal in report.refusals:
            assert refusal.rule in ("do_not_call", "claim_lost", "unknown_notice"), refusal
        for batch in batches:
            for output in batch.outputs:
                if not (isinstance(output, Tell | StartTimer) and output.guard in refused):
                    self._do(output)
            if batch.sequence:
                self.engine.acknowledge(batch.sequence)
        for attempt, rule in refused.items():
            self.post(events.AttemptRefused(attempt, rule))

    def _do(self, output: Output) -> None:
        match output:
            case Tell():
                self.engine.take(output.command)
            case StartTimer():
                self._start_timer(output.key, output.after_s)
            case CancelTimer():
                self._timers.pop(output.key, None)
            case ClaimRecords():
                self.later(0.003, self._alive(lambda: self._claim(output)))

    def _claim(self, request: ClaimRecords) -> None:
        if self._store_down:
            self.post(events.ClaimFailed(request.campaign, "the disk is full"))
        else:
            self.post(run_now(self.store.ledger.claim(request)))

    def _start_timer(self, key: str, after_s: float) -> None:
        self._run += 1
        mine = self._timers[key] = self._run

        def fire() -> None:
            if self._timers.get(key) == mine:
                del self._timers[key]
                self.post(events.TimerFired(key))

        self.later(after_s, self._alive(fire))

    @property
    def quiet(self) -> bool:
        """Nothing is on its way between node, store and engine."""
        engine = self.world.engines.get(self.engine.name)
        soon = any(due < self.now + 0.1 for due, _, _ in self._queue)
        return engine is not None and engine.usable and not self._waiting and not soon

    # ------------------------------------------------------------------ what must never happen

    def _check_dial(self, dial: t.Dial) -> None:
        """Nobody is dialled without a committed attempt, outside the window, or against do not call."""
        assert dial.call_id not in self.engine.dialled, f"{dial.call_id} is dialled twice"
        if dial.role is not t.LegRole.CONTACT:
            return
        attempt, n = self.tables.dials[dial.call_id]
        begun = self.tables.attempts[attempt].begun
        assert [each.call_id for each in self.tables.attempts[attempt].dials][n] == dial.call_id
        assert attempt not in self.engine.over, f"{attempt} goes on after its contact was reached, or lost with us"
        assert self.tables.attempts[attempt].settled is None, f"{attempt} goes on after its result"
        assert begun.record is not None
        row = self.tables.records[begun.record]
        campaign = self.settings.campaign(begun.campaign)
        assert is_open(campaign.calling_window, row.source.zone, begun.at), f"dialled outside the window: {begun}"
        for of in ("", CampaignName(begun.campaign)):
            barred = self.tables.barred.get((begun.number, of))
            assert barred is None or barred.at >= begun.at, f"dialled against do not call: {begun}"
