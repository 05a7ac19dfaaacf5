"""The thread that owns pjsua2: it creates, polls, calls and destroys; other threads only submit commands.

Python's garbage collector is off in this process: it would run finalisers of pjsua2 objects on any thread, which ends
in an abort. The owner collects itself, at quiet moments.
"""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

import structlog

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import CornettaError, EngineUnavailable

from .analysis.taps import NativeTap, Tap
from .dialog_book import DialogBook
from .endpoint import Endpoint
from .loop import Loop
from .pulse import Pulse, give_back_memory
from .settings import OwnerSettings
from .switchboard import Switchboard

log = structlog.get_logger(__name__)

POLL_MS = 5
"""Media threads do not wake the poll (digits, ends of tones): it looks by itself this often."""
BURST_BUDGET_S = 0.020
COMMANDS_PER_TURN = 64
COLLECT_EVERY_S = 10.0
STUCK_LOOK_S = 2.0
"""How often the owner looks for calls that pjsip has forgotten."""
START_TIMEOUT_S = 20.0
CLEANUP_LIMIT_S = 5.0
UNREGISTER_S = 0.5
"""How long the owner waits for the answers to its last REGISTERs, which take registrations back."""
_KEEP_ALIVE = b"\r\n\r\n"


class EngineOverloaded(CornettaError):
    """Commands arrive faster than the owner thread carries them out; the bound is `commands_bound`."""

    code = "engine_overloaded"


class Owner:
    """An engine as a library. `emit` is called on the owner thread and must only enqueue.

    `capacity` (legs that the build can carry), `version` (of pjsip) and `abilities` are known after `start`."""

    def __init__(
        self,
        settings: OwnerSettings,
        emit: Callable[[telephony.Event], None],
        tap: Callable[[], Tap] = NativeTap,
    ) -> None:
        """`tap` makes the taps for the analysis process."""
        self._settings = settings
        self._tap = tap
        self._emit = emit
        self._commands: deque[Callable[[], None]] = deque()
        self._endpoint = Endpoint(settings, self._select)
        self._loop = Loop(emit, self._wake)
        self._switchboard: Switchboard | None = None
        self._thread = threading.Thread(target=self._run, name="pjsua2-owner", daemon=True)
        self._up = threading.Event()
        self._failure: Exception | None = None
        self._stop_within_s: float | None = None
        self._bell: socket.socket | None = None
        self._book: DialogBook | None = None
        self._sleeping = False
        self._handled = 0
        self.capacity = 0
        self.version = ""
        self.abilities: frozenset[telephony.Ability] = frozenset()

    def start(self) -> None:
        """Start the owner thread and return when pjsua2 is up. Raises EngineUnavailable with the reason."""
        self._thread.start()
        if not self._up.wait(START_TIMEOUT_S):
            raise EngineUnavailable(f"pjsua2 did not start within {START_TIMEOUT_S:.0f} s")
        if self._failure is not None:
            self._thread.join(START_TIMEOUT_S)
            raise self._failure

    def submit(self, command: telephony.Command) -> None:
        """Hand over a command, from any thread. EngineOverloaded when the queue is full."""
        if len(self._commands) >= self._settings.commands_bound:
            raise EngineOverloaded(f"{len(self._commands)} commands wait for the engine")
        self._commands.append(lambda: self._handle(command))
        self._wake()

    def attended(self, present: bool) -> None:
        """Tell whether a node is connected, from any thread."""
        self._loop.post(lambda: self._board.attended(present))

    def stop(self, timeout_s: float) -> None:
        """Hang up all legs, wait for the last messages (at most 5 s), destroy pjsua2 and end the thread.

        Raises EngineUnavailable when that takes longer than `timeout_s`: the process should then end at once."""
        if not self._thread.is_alive():
            return
        self._stop_within_s = min(CLEANUP_LIMIT_S, timeout_s)
        self._wake()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise EngineUnavailable(f"the owner thread did not end within {timeout_s:.1f} s")

    @property
    def _board(self) -> Switchboard:
        if self._switchboard is None:
            raise EngineUnavailable("the engine is not up")
        return self._switchboard

    def _wake(self) -> None:
        """Wake the owner from its poll by a keep-alive datagram to a transport that has no other use."""
        bell = self._bell
        if bell is None or not self._sleeping:
            return
        try:
            bell.sendto(_KEEP_ALIVE, self._endpoint.wake_address)
        except OSError as problem:
            # The poll ends by itself within POLL_MS.
            log.debug("wake_failed", problem=str(problem))

    def _select(self, message: str) -> int:
        """The account for an incoming request; pjsua guesses while there is no switchboard."""
        try:
            return self._switchboard.select(message) if self._switchboard is not None else -1
        except Exception as problem:  # noqa: BLE001 - nothing may pass into pjsip's C frames
            self._loop.fault("onSelectAccount", problem)
            return -1

    def _handle(self, command: telephony.Command) -> None:
        self._handled += 1
        try:
            self._board.handle(command)
        except Exception as problem:  # noqa: BLE001 - one bad command must not end the thread that owns all calls
            self._loop.fault(type(command).__name__, problem, getattr(command, "leg", None))
        if isinstance(command, telephony.Drain):
            self._tell_statistics()

    # -- owner thread

    def _run(self) -> None:
        self._loop.bind()
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            self._begin()
        except Exception as problem:  # noqa: BLE001 - told to the thread that called start
            self._failure = problem
            _collect_as_usual()
            self._up.set()
            return
        self._up.set()
        while self._stop_within_s is None:
            try:
                self._turn()
            except Exception as problem:  # noqa: BLE001 - calls are up: what failed is told, and the next turn comes
                self._loop.fault("turn", problem)
        self._end()

    def _begin(self) -> None:
        self._endpoint.start()
        self.capacity, self.version = self._endpoint.capacity, self._endpoint.version
        self._bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._bell.setblocking(False)
        if self._settings.dialogs is not None:
            self._book = DialogBook(self._settings.dialogs)
            self._book.start()
        self._switchboard = Switchboard(self._settings, self._loop, self._endpoint, self._tap, self._book)
        self._pulse = Pulse(self._settings.statistics_interval_s)
        self._switchboard.start()
        self.abilities = self._switchboard.abilities
        self._loop.every(self._settings.statistics_interval_s, self._tell_statistics)
        self._loop.every(COLLECT_EVERY_S, self._collect)
        self._loop.every(STUCK_LOOK_S, self._endpoint.end_stuck_calls)

    def _turn(self) -> None:
        """One turn: commands first, then due actions, then pjsip until it has no more events or the budget is spent."""
        board = self._board
        for _ in range(min(len(self._commands), COMMANDS_PER_TURN)):
            self._commands.popleft()()
        self._loop.turn()
        wanted = self._endpoint.names_wanted()
        if wanted:
            board.names_wanted(wanted)
        self._pulse.beat()
        self._sleeping = True
        wait_ms = 0 if self._commands else self._loop.wait_ms(POLL_MS)
        handled = self._endpoint.poll(wait_ms)
        self._sleeping = False
        self._pulse.woke()
        until = time.monotonic() + BURST_BUDGET_S
        while True:
            board.registry.turn()
            if handled <= 0 or self._commands or time.monotonic() >= until:
                break
            handled = self._endpoint.poll(0)
        if board.expects_late_answers:
            board.late_answers(self._endpoint.late_answers())

    def _end(self) -> None:
        """Hang up, let the last messages go out, release all objects, then destroy the library."""
        board = self._board
        board.hang_up_all()
        self._pump(self._stop_within_s or 0.0, until=lambda: self._board.registry.slots_in_use() == 0)
        if board.close():
            self._pump(UNREGISTER_S)
        self._switchboard = None
        self._loop.clear()
        self._commands.clear()
        del board
        gc.collect()
        self._endpoint.stop()
        self._pulse.close()
        if self._bell is not None:
            self._bell.close()
            self._bell = None
        if self._book is not None:
            self._book.stop()
        _collect_as_usual()

    def _pump(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Go on polling for a while, so that messages go out and answers come in."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._loop.turn()
            self._endpoint.poll(POLL_MS)
            if self._switchboard is not None:
                self._switchboard.registry.turn()
            if until():
                return

    def _collect(self) -> None:
        gc.collect()
        if self._switchboard is not None:
            self._switchboard.forget_given_up()
            if len(self._switchboard.registry) == 0:
                give_back_memory()
        self._pulse.look_at_heap()

    def _tell_statistics(self) -> None:
        registry = self._board.registry
        self._loop.emit(
            telephony.EngineStatistics(
                legs=len(registry),
                lingering=registry.lingering(),
                capacity=self.capacity,
                lag_ms_max=self._pulse.take_lag_ms(),
                rss_mb=self._pulse.rss_mb(),
                cpu_s=time.process_time(),
                commands=self._handled,
                events=self._loop.events,
                at=self._loop.now(),
                draining=self._board.draining,
                heap_mb=self._pulse.heap_mb,
            )
        )


def _collect_as_usual() -> None:
    """Switch Python's collector on again: no object of pjsua2 is left."""
    gc.unfreeze()
    gc.enable()
