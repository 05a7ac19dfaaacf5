"""A fake of the owner of pjsua2: legs without SIP. Also a program, `python -m tests.sip.wire.fake_owner`.

It has the interface of the real one: commands are queued from any thread, events are emitted by its own thread.
Every Dial is answered at once. SendDigits makes as many Digits events as it has digits; "#n" makes n of them.
SendDigits "hang" blocks the thread for good, "hold" keeps the GIL as well; the program's watchdog is quicker than the
real one's.
"""

from __future__ import annotations

import ctypes
import queue
import sys
import threading
import time
from collections.abc import Callable

import msgspec

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from sip.engine.main import EngineSettings, parse, prepare_logging, serve
from sip.engine.settings import OwnerSettings
from sip.engine.watchdog import WatchdogLimits


class FakeOwner:
    def __init__(self, settings: OwnerSettings, emit: Callable[[telephony.Event], None]) -> None:
        self.capacity = 0
        self.version = ""
        self.abilities = frozenset(telephony.Ability)
        self.presence: list[bool] = []
        self.commands: list[telephony.Command] = []
        self._settings = settings
        self._emit = emit
        self._queue: queue.Queue[telephony.Command | None] = queue.Queue(100_000)
        self._legs: dict[LegId, telephony.Dial] = {}
        self._draining = False
        self._thread = threading.Thread(target=self._run, name="fake owner", daemon=True)

    def start(self) -> None:
        self.capacity = 100
        self.version = "fake"
        self._thread.start()

    def submit(self, command: telephony.Command) -> None:
        self._queue.put(command)

    def attended(self, present: bool) -> None:
        self.presence.append(present)

    def stop(self, timeout_s: float) -> None:
        self._queue.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (command := self._queue.get()) is not None:
            self.commands.append(command)
            self._do(command)
        for leg in list(self._legs):
            self._clear(leg)

    def _do(self, command: telephony.Command) -> None:
        now = time.monotonic()
        match command:
            case telephony.Snapshot():
                self._emit(self._snapshot(now))
            case telephony.Dial():
                self._legs[command.leg] = command
                self._emit(telephony.LegAlerting(leg=command.leg, early_media=False, at=now))
                self._emit(telephony.LegAnswered(leg=command.leg, at=now))
            case telephony.HangUp():
                self._clear(command.leg)
            case telephony.SendDigits(digits="hang"):
                threading.Event().wait()
            case telephony.SendDigits(digits="hold"):
                ctypes.PyDLL(None).sleep(60)
            case telephony.SendDigits():
                count = int(command.digits[1:]) if command.digits.startswith("#") else len(command.digits)
                for number in range(count):
                    self._emit(telephony.Digits(leg=command.leg, digits=str(number), at=now))
            case telephony.Drain():
                self._draining = True
            case _:
                pass
        if self._draining and not self._legs:
            self._emit(telephony.Drained(at=now))

    def _clear(self, leg: LegId) -> None:
        if self._legs.pop(leg, None) is not None:
            self._emit(
                telephony.LegCleared(
                    leg=leg, code=200, reason="OK", q850=16, by=telephony.ClearedBy.US, at=time.monotonic()
                )
            )

    def _snapshot(self, now: float) -> telephony.SnapshotTaken:
        legs = tuple(
            telephony.LegSnapshot(
                leg=leg,
                account=dial.account,
                call_id=dial.call_id,
                role=dial.role,
                standing=telephony.LegStanding.CONNECTED,
                context=dial.context,
                bridge=None,
                hears=None,
                heard_by=None,
                held_by_us=False,
                held_by_peer=False,
                answered_at=now,
                begun_at=now,
            )
            for leg, dial in self._legs.items()
        )
        return telephony.SnapshotTaken(
            engine=self._settings.engine, boot=self._settings.boot, legs=legs, accounts=(), at=now
        )


def run(settings: EngineSettings) -> int:
    quick = WatchdogLimits(ask_after_s=0.2, report_after_s=0.5, abort_after_s=1.5)
    return serve(msgspec.structs.replace(settings, watchdog=quick), FakeOwner)


if __name__ == "__main__":
    prepare_logging()
    sys.exit(run(parse()))
