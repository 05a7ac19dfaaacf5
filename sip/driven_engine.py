"""An engine driven without a node, by comparisons and by the check of a peer: it dials, answers, plays and counts."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import CornettaError, EngineUnavailable
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from sip.wire import Connection, EngineProcess

CONFIGURE_TIMEOUT_S = 10.0
CLEAR_TIMEOUT_S = 40.0
RING_TIMEOUT_S = 30.0
TONE_LEVEL = 0.3
#: Tones of the legs, in turn: between those of the network and of DTMF.
TONES_HZ = tuple(range(500, 2500, 25))


class NotInTime(CornettaError):
    """An engine did not report the awaited event in time."""

    code = "not_in_time"


class DrivenEngine:
    """One engine process. With `speaking` each leg plays a tone from its answer on and incoming legs are answered at
    once. An asynchronous context manager."""

    def __init__(self, name: str, folder: Path, configuration: telephony.Configure, *, speaking: bool) -> None:
        self._name = name
        self._folder = folder
        self._configuration = configuration
        self._speaking = speaking
        self._process: EngineProcess | None = None
        self._connection: Connection | None = None
        self._changed = asyncio.Event()
        self._numbers = itertools.count(1)
        self._tones = itertools.cycle(TONES_HZ)
        self._taken: telephony.ConfigurationTaken | None = None
        self.answered: dict[LegId, float] = {}
        self.joined: set[LegId] = set()
        self.cleared: dict[LegId, telephony.LegCleared] = {}
        self.offered: list[telephony.LegOffered] = []
        self.faults: list[telephony.EngineFault] = []
        self.others: list[telephony.Event] = []

    async def __aenter__(self) -> Self:
        folder = self._folder / self._name
        folder.mkdir(parents=True, exist_ok=True)
        self._process = await EngineProcess.spawn(
            folder / "engine.sock",
            EngineId(self._name),
            folder / "engine.log",
            folder,
            arguments=("--drain-timeout-s", "3"),
            ends_with_us=True,
        )
        try:
            self._connection = await Connection.open(str(self._process.socket), "driver", self._name, self._said)
            self._connection.send(self._configuration)
            await self.until(lambda: self._taken is not None, CONFIGURE_TIMEOUT_S, "its configuration")
            if self._taken is not None and self._taken.problems:
                raise EngineUnavailable(f"engine {self._name}: {'; '.join(self._taken.problems)}")
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def _end(self) -> None:
        if self._process is not None:
            await self._process.stop()
        if self._connection is not None:
            await self._connection.close()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def kill(self) -> None:
        """SIGKILL: the engine ends without a message, as in a power cut. No command may be sent to it any more."""
        if self._process is not None:
            self._process.kill()

    @property
    def up(self) -> int:
        """Legs that are answered and not over."""
        return sum(1 for leg in self.answered if leg not in self.cleared)

    def send(self, *commands: telephony.Command) -> None:
        """Raises EngineUnavailable."""
        assert self._connection is not None, "not started"
        for command in commands:
            self._connection.send(command)

    def dial(self, account: AccountId, uri: str) -> LegId:
        """Send an INVITE; the leg's id is its Call-ID too."""
        leg = LegId(f"{self._name}-{next(self._numbers)}")
        self.send(telephony.Dial(leg=leg, account=account, uri=uri, call_id=leg, timeout_s=RING_TIMEOUT_S))
        return leg

    async def until(self, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Wait for `condition`, checked after each event. Raises NotInTime with the awaited event, `what`."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            raise NotInTime(f"engine {self._name} waited {timeout_s:g} s for {what}{self._last_words()}") from error

    def _last_words(self) -> str:
        told = f"; last fault: {self.faults[-1].problem}" if self.faults else ""
        for over in list(self.cleared.values())[-1:]:
            told += f"; a leg ended with {over.code} {over.reason}, by {over.by}"
        return told

    async def hang_up(self, legs: Iterable[LegId]) -> None:
        """End these legs and wait for their LegCleared, which have the statistics."""
        mine = tuple(legs)
        self.send(*(telephony.HangUp(leg) for leg in mine))
        await self.until(lambda: all(leg in self.cleared for leg in mine), CLEAR_TIMEOUT_S, "the end of its legs")

    def _said(self, sequence: int, event: telephony.Event) -> None:
        match event:
            case telephony.ConfigurationTaken():
                self._taken = event
            case telephony.LegOffered():
                self.offered.append(event)
                if self._speaking:
                    self.send(telephony.Answer(event.leg))
            case telephony.LegAnswered():
                self.answered[event.leg] = event.at
                if self._speaking:
                    self.send(telephony.Play(event.leg, telephony.Tone(next(self._tones), TONE_LEVEL), loop=True))
            case telephony.Joined():
                self.joined.add(event.leg)
            case telephony.LegCleared():
                self.cleared[event.leg] = event
            case telephony.EngineFault():
                self.faults.append(event)
            case _:
                self.others.append(event)
        if self._connection is not None and sequence:
            self._connection.ack(sequence)
        self._changed.set()
