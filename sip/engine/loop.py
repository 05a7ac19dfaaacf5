"""The owner thread's timers and events: callbacks and commands emit events and defer actions by it."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable

import structlog

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId

from .allowance import Allowance
from .wiretext import clean, cleaned

log = structlog.get_logger(__name__)

_SESSION_TERMINATED = 171_140
"""PJSIP_ESESSIONTERMINATED (pjsip/sip_errno.h): pjsua has let go of the call."""


class Timer:
    """One deferred action; `cancel` may be called at any time, also after it."""

    __slots__ = ("action", "due")

    def __init__(self, due: float, action: Callable[[], None]) -> None:
        self.due = due
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self.action = None


class Loop:
    """Timers, deferred actions and the way out for events. Owner thread only, except `post`."""

    def __init__(self, emit: Callable[[telephony.Event], None], wake: Callable[[], None]) -> None:
        self._emit = emit
        self._wake = wake
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._soon: deque[Callable[[], None]] = deque()
        self._posted: deque[Callable[[], None]] = deque()
        self._thread = threading.get_ident()
        self._faults = Allowance()
        self.events = 0

    def bind(self) -> None:
        """Say that the calling thread is the owner."""
        self._thread = threading.get_ident()

    @staticmethod
    def now() -> float:
        """CLOCK_MONOTONIC in seconds."""
        return time.monotonic()

    def emit(self, event: telephony.Event) -> None:
        """The only way out for events, whose texts from peers are cleaned here."""
        self.events += 1
        self._emit(cleaned(event))

    def fault(self, where: str, problem: Exception, leg: LegId | None = None) -> None:
        """Report a defect or a failed pjsip operation. The text of pjsip errors holds no personal data. A command that
        crossed the end of its call is neither.

        Of many faults of one place and leg a few are reported with the count of the others, as a peer may cause
        them."""
        if crossed_end(problem):
            log.debug("command_crossed_end", where=where, leg=leg)
            return
        untold = self._faults.take(f"{where} {leg or ''}", self.now())
        if untold is None:
            return
        said = clean(describe(problem))
        if untold:
            said = f"{said}; {untold} more of these were not told"
        log.warning("engine_fault", where=where, problem=said, leg=leg)
        self.emit(telephony.EngineFault(where=where, problem=said, at=self.now(), leg=leg))

    def after(self, delay_s: float, action: Callable[[], None]) -> Timer:
        timer = Timer(self.now() + delay_s, action)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        return timer

    def every(self, interval_s: float, action: Callable[[], None]) -> None:
        """Repeat an action at an interval, also after a failure, which is reported."""

        def again() -> None:
            self.after(interval_s, again)
            action()

        self.after(interval_s, again)

    def soon(self, action: Callable[[], None]) -> None:
        """Do it on the owner's next turn, outside of any callback of pjsip."""
        self._soon.append(action)

    def post(self, action: Callable[[], None]) -> None:
        """Like `soon`, from any thread."""
        self._posted.append(action)
        self._wake()

    def turn(self) -> None:
        """Run the due actions. A failed action is reported and does not stop the others."""
        while self._posted:
            self._run(self._posted.popleft())
        for _ in range(len(self._soon)):
            self._run(self._soon.popleft())
        now = self.now()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            action, timer.action = timer.action, None
            if action is not None:
                self._run(action)

    def clear(self) -> None:
        """Forget all actions: the library is about to be destroyed."""
        self._timers.clear()
        self._soon.clear()
        self._posted.clear()

    @property
    def idle(self) -> bool:
        """Whether no action waits for the next turn."""
        return not self._soon and not self._posted

    def wait_ms(self, longest_ms: int) -> int:
        """How long a poll may last without making a timer late."""
        if not self.idle:
            return 0
        if not self._timers:
            return longest_ms
        return max(0, min(longest_ms, int((self._timers[0][0] - self.now()) * 1000)))

    def _run(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as problem:  # noqa: BLE001 - one failed action must not end the thread that owns all calls
            self.fault(getattr(action, "__qualname__", "action"), problem)


def crossed_end(problem: Exception) -> bool:
    """Whether an operation failed because its call had just ended."""
    return getattr(problem, "status", 0) == _SESSION_TERMINATED


def describe(problem: Exception) -> str:
    """An error in words. `pj.Error` has no useful str: its text is in attributes."""
    reason = getattr(problem, "reason", "")
    if reason:
        return f"{getattr(problem, 'title', '')} {reason} ({getattr(problem, 'status', 0)})".strip()
    return f"{type(problem).__name__}: {problem}"
