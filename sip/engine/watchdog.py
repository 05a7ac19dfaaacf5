"""Notices that the owner's thread or the wire's is stuck, writes down where, and ends the process.

A process that hangs is worse than one that died: the service manager restarts the second. Two guards: this object,
looked after by the main thread, and faulthandler's own thread in C, which needs no GIL and fires when the main thread
does not get to run either (a callback that holds the GIL while another thread waits for pjsip's lock).
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Callable

import structlog
from msgspec import Struct

_log = structlog.get_logger(__name__)


class WatchdogLimits(Struct, frozen=True):
    """`ask_after_s`: quiet for so long, the threads are asked for a pulse. From then on: `report_after_s` without one
    writes the stacks of all threads, `abort_after_s` ends the process."""

    ask_after_s: float = 1.0
    report_after_s: float = 2.0
    abort_after_s: float = 10.0


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
    ) -> None:
        self._ask = ask
        self._limits = limits
        self._log_descriptor = log_descriptor
        self._abort = abort
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
            faulthandler.dump_traceback_later(longest_s, file=self._log_descriptor, exit=True)

    def rest(self) -> None:
        """Guard no longer."""
        faulthandler.cancel_dump_traceback_later()

    def _judge(self, stuck_s: float) -> None:
        if stuck_s >= self._limits.report_after_s and not self._reported:
            self._reported = True
            _log.error("engine_stuck", stuck_s=round(stuck_s, 1))
            faulthandler.dump_traceback(self._log_descriptor, all_threads=True)
        if stuck_s >= self._limits.abort_after_s:
            _log.critical("engine_aborts", stuck_s=round(stuck_s, 1))
            self._abort()
