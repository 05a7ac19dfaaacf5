"""Notices that the owner's thread or the wire's is stuck, logs the stacks, and ends the process.

A process that hangs is worse than a dead one, which the service manager restarts. There are two guards: this object,
used by the main thread, and a thread in C, which needs no GIL and fires when the main thread cannot run either (a
callback holds the GIL while another thread waits for pjsip's lock).

Both count the process's own time: a process that was stopped for a while (SIGSTOP, a virtual machine that is moved) was
not stuck, and its calls are up.
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Callable
from typing import Protocol

import pjsua2 as pj
import structlog
from msgspec import Struct

_log = structlog.get_logger(__name__)


class WatchdogLimits(Struct, frozen=True):
    """`ask_after_s`: after this silence the threads are asked for a pulse. Without one, the stacks of all threads are
    logged after `report_after_s`, and the process ends after `abort_after_s`."""

    ask_after_s: float = 1.0
    report_after_s: float = 2.0
    abort_after_s: float = 10.0


LONGEST_LOOK_S = 1.0
"""The longest time between two looks that counts: the main thread looks four times a second, and a longer gap is not
the process's own time."""


class Guard(Protocol):
    """The guard that ends the process when the main thread cannot."""

    def end_in(self, seconds: float) -> None:
        """End the process after this time, unless this or `rest` is called before."""

    def rest(self) -> None: ...


class StackGuard:
    """faulthandler's thread. It also counts time in which the process was stopped; used where our build has no better
    guard."""

    def __init__(self, log_descriptor: int = 2) -> None:
        self._log_descriptor = log_descriptor

    def end_in(self, seconds: float) -> None:
        faulthandler.dump_traceback_later(seconds, file=self._log_descriptor, exit=True)

    def rest(self) -> None:
        faulthandler.cancel_dump_traceback_later()


class OwnTimeGuard:
    """The thread of our build of pjsua2. It aborts; faulthandler writes the stacks at that, where it is enabled."""

    def end_in(self, seconds: float) -> None:
        pj.cornettaAbortIn(int(seconds * 1000))

    def rest(self) -> None:
        pj.cornettaRest()


def guard_of_this_build() -> Guard:
    return OwnTimeGuard() if hasattr(pj, "cornettaAbortIn") else StackGuard()


class Watchdog:
    """`ask` makes the guarded threads call `beat` soon. `log_descriptor` gets the stacks.

    `beat` may be called by any thread; `look` and `rest` by the main thread, `look` at least every second.
    """

    def __init__(
        self,
        ask: Callable[[], None],
        limits: WatchdogLimits,
        log_descriptor: int = 2,
        abort: Callable[[], None] = os.abort,
        guard: Guard | None = None,
    ) -> None:
        self._ask = ask
        self._limits = limits
        self._log_descriptor = log_descriptor
        self._abort = abort
        self._guard = guard or guard_of_this_build()
        self._looked_at_s: float | None = None
        self._own_s = 0.0
        self._beats = 0
        self._beats_seen = -1
        self._beat_at_s = 0.0
        self._asked_at_s: float | None = None
        self._reported = False
        self._arm_at_s = 0.0

    def beat(self) -> None:
        self._beats += 1

    def look(self, now_s: float) -> None:
        """Look for beats since the last look. `now_s` is monotonic."""
        if self._looked_at_s is not None:
            self._own_s += min(now_s - self._looked_at_s, LONGEST_LOOK_S)
        self._looked_at_s = now_s
        self._look(self._own_s)

    def _look(self, now_s: float) -> None:
        """`now_s` is the process's own time."""
        if self._beats != self._beats_seen:
            self._beats_seen = self._beats
            self._beat_at_s = now_s
            self._asked_at_s = None
            self._reported = False
        elif self._asked_at_s is None:
            if now_s - self._beat_at_s >= self._limits.ask_after_s:
                self._asked_at_s = now_s
                self._ask()
        else:
            self._judge(now_s - self._asked_at_s)
        if now_s >= self._arm_at_s:
            self._arm_at_s = now_s + self._limits.ask_after_s
            longest_s = self._limits.abort_after_s + 2 * self._limits.ask_after_s
            self._guard.end_in(longest_s)

    def rest(self) -> None:
        """Stop guarding."""
        self._guard.rest()

    def _judge(self, stuck_s: float) -> None:
        if stuck_s >= self._limits.report_after_s and not self._reported:
            self._reported = True
            _log.error("engine_stuck", stuck_s=round(stuck_s, 1))
            faulthandler.dump_traceback(self._log_descriptor, all_threads=True)
        if stuck_s >= self._limits.abort_after_s:
            _log.critical("engine_aborts", stuck_s=round(stuck_s, 1))
            self._abort()
