"""The legs under analysis, and the process that gets their audio.

The owner only creates and closes taps. Audio goes from the media thread of pjmedia straight to the analysis process
over a Unix socket (ADR 0002); results come back on a thread that hands them to the owner.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId, TapId
from sip.engine.analysis.child import AnalysisProcess
from sip.engine.analysis.results import Result
from sip.engine.bridge import leg_plug, tap_plug
from sip.engine.leg import Leg
from sip.engine.loop import Loop, Timer
from sip.engine.patchbay import Patchbay
from sip.engine.settings import OwnerSettings

KINDS = frozenset({"tones"})
FRAMES_PER_PACKET = 10
RESULT_TIMEOUT_S = 5.0
TAPS_OF_A_LEG = 8


class Tap(Protocol):
    """A port of the bridge that sends its audio to the analysis process."""

    def create(self, path: str, id_: int, frames_per_packet: int, /) -> None:
        """Join the bridge and reach the process at `path`. pj.Error or OSError when that fails."""

    def close(self) -> None: ...
    def sent(self) -> int: ...
    def dropped(self) -> int: ...
    def port(self) -> pj.AudioMedia: ...


class NativeTap:
    """The tap of our build of pjsua2: C++ on the media thread, no Python for a frame."""

    def __init__(self) -> None:
        self._tap = pj.CornettaTap()

    def create(self, path: str, id_: int, frames_per_packet: int) -> None:
        self._tap.create(path, id_, frames_per_packet)

    def close(self) -> None:
        self._tap.close()

    def sent(self) -> int:
        return int(self._tap.sent())

    def dropped(self) -> int:
        return int(self._tap.dropped())

    def port(self) -> pj.AudioMedia:
        return self._tap


@dataclass(slots=True, eq=False)
class _Tapping:
    number: int
    leg: LegId
    id: TapId
    kind: str
    tap: Tap
    deadline: Timer | None = None


class Taps:
    """Taps of legs, several for each leg, each a port of the bridge of its own. Owner thread only, but for the thread
    that reads results."""

    def __init__(self, loop: Loop, patchbay: Patchbay, settings: OwnerSettings, make: Callable[[], Tap]) -> None:
        self._make = make
        self._loop = loop
        self._patchbay = patchbay
        self._enabled = settings.analysis and hasattr(pj, "CornettaTap")
        self._numbers = itertools.count(1)
        self._running: dict[LegId, dict[TapId, _Tapping]] = {}
        self._awaited: dict[int, _Tapping] = {}
        self._process: AnalysisProcess | None = None

    @property
    def available(self) -> bool:
        """Whether legs can be tapped: not without analysis, nor with the wheel of PyPI."""
        return self._enabled

    def start(self) -> None:
        if self._enabled:
            self._process = AnalysisProcess(lambda result: self._loop.post(lambda: self._came(result)))

    def close(self) -> None:
        for taps in self._running.values():
            for tapping in taps.values():
                tapping.tap.close()
        self._running.clear()
        self._awaited.clear()
        if self._process is not None:
            self._process.close()
            self._process = None

    def begin(self, leg: Leg, command: telephony.StartAnalysis) -> None:
        """Tap a leg from the moment that it has media. A failure is an EngineFault."""
        running = self._running.get(leg.id, {})
        if command.tap in running:
            return
        process = self._living()
        if process is None or command.kind not in KINDS:
            self._loop.fault("analysis", ValueError(f"analysis {command.kind!r} is not available here"), leg.id)
            return
        if len(running) >= TAPS_OF_A_LEG:
            self._loop.fault("analysis", ValueError(f"a leg has {TAPS_OF_A_LEG} taps at most"), leg.id)
            return
        tapping = _Tapping(next(self._numbers), leg.id, command.tap, command.kind, self._make())
        try:
            tapping.tap.create(str(process.path), tapping.number, FRAMES_PER_PACKET)
        except (pj.Error, OSError) as problem:
            self._loop.fault("analysis", problem, leg.id)
            return
        self._running.setdefault(leg.id, {})[command.tap] = tapping
        plug = tap_plug(leg.id, command.tap)
        self._patchbay.plug(plug, tapping.tap.port())
        self._patchbay.route(plug, frozenset({leg_plug(leg.id)}))

    def end(self, leg: Leg, command: telephony.StopAnalysis) -> None:
        """Close the tap; AnalysisCompleted follows when the process has analysed the last packet."""
        tapping = self._running.get(leg.id, {}).get(command.tap)
        if tapping is not None and tapping.kind == command.kind:
            self._close(tapping)

    def clear(self, leg: Leg) -> None:
        """The leg is gone."""
        for tapping in tuple(self._running.get(leg.id, {}).values()):
            self._close(tapping)

    def _close(self, tapping: _Tapping) -> None:
        taps = self._running[tapping.leg]
        del taps[tapping.id]
        if not taps:
            del self._running[tapping.leg]
        self._patchbay.remove(tap_plug(tapping.leg, tapping.id))
        tapping.tap.close()
        if tapping.tap.sent() == 0:
            self._tell(tapping, Result(tapping.number, 0.0, 0, ()))
            return
        self._awaited[tapping.number] = tapping
        tapping.deadline = self._loop.after(RESULT_TIMEOUT_S, lambda: self._late(tapping))

    def _living(self) -> AnalysisProcess | None:
        """The process, started again if it was lost."""
        if self._enabled and (self._process is None or not self._process.alive):
            if self._process is not None:
                self._process.close()
            self.start()
        return self._process

    def _came(self, result: Result) -> None:
        tapping = self._awaited.pop(result.tap, None)
        if tapping is None:
            return
        if tapping.deadline is not None:
            tapping.deadline.cancel()
        self._tell(tapping, result)

    def _late(self, tapping: _Tapping) -> None:
        """The process is stuck or was lost, and the leg's result with it."""
        if self._awaited.pop(tapping.number, None) is not None:
            self._loop.fault("analysis", TimeoutError("the analysis process gave no result"), tapping.leg)
            self._tell(tapping, Result(tapping.number, 0.0, tapping.tap.sent(), ()))

    def _tell(self, tapping: _Tapping, result: Result) -> None:
        self._loop.emit(
            telephony.AnalysisCompleted(
                leg=tapping.leg,
                kind=tapping.kind,
                tones=result.tones,
                seconds=result.seconds,
                dropped_packets=max(result.dropped_packets, tapping.tap.dropped()),
                at=self._loop.now(),
                tap=tapping.id,
            )
        )
