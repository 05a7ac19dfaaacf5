"""An engine of ours that dials the lab: the two real programs, face to face on the loopback interface."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from dialer.vocabulary.ids import AccountId, BridgeId, EngineId, LegId
from dialer.vocabulary.telephony import (
    Account,
    AnalysisCompleted,
    Command,
    ConfigurationTaken,
    Configure,
    Credentials,
    Dial,
    Event,
    Join,
    LegAnswered,
    LegCleared,
    Media,
)
from sip.lab.behaviours import Behaviour
from sip.lab.process import LabProcess
from sip.lab.profile import MEASURED, LogNormal, Profile, Span
from sip.lab.settings import LabSettings
from sip.wire import Connection, EngineProcess

E = TypeVar("E", bound=Event)

TRUNK = AccountId("trunk")
PATIENCE_S = 20.0
"""A time-out for events, not a measure of speed."""

HASTY: Profile = replace(
    MEASURED,
    weights={Behaviour.PATIENT_PERSON: 1},
    alert_after=Span(0.02, 0.05),
    ring=LogNormal(0.1, 0.1, 0.05, 0.2),
    speech_after=Span(0.05, 0.1),
    talk=LogNormal(0.5, 0.1, 0.4, 0.6),
    gives_up=Span(0.3, 0.4),
    recording_s=1.0,
    cng_s=1.5,
)
"""All people are quick, to keep tests short."""


def hasty_talk(seconds: float) -> Profile:
    """All contacts answer soon, talk for about this long after the first words, and hang up."""
    talk = LogNormal(seconds, 0.1, seconds - 0.2, seconds + 0.2)
    return replace(HASTY, weights={Behaviour.PERSON: 1}, talk=talk)


def free_port() -> int:
    """A free UDP port, below those that Linux hands out by itself and outside the ranges of RTP."""
    for port in random.SystemRandom().sample(range(10_000, 20_000), 100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free between 10000 and 20000")


class Rig:
    """Our engine with one trunk to the lab's carrier, its events, and the lab."""

    def __init__(self, lab: LabProcess) -> None:
        self.lab = lab
        self.events: list[Event] = []
        self._came = asyncio.Event()
        self._engine: EngineProcess | None = None
        self._link: Connection | None = None

    async def open(
        self, folder: Path, identity: str = "sip:desk@127.0.0.1", credentials: Credentials | None = None
    ) -> None:
        self._engine = await EngineProcess.spawn(
            folder / "e.sock", EngineId("e1"), folder / "e.log", folder / "e", arguments=("--drain-timeout-s", "3")
        )
        self._link = await Connection.open(str(self._engine.socket), "rig", "run", self._said)
        trunk = Account(TRUNK, identity, credentials=credentials, rtp_timeout_s=0)
        self.send(Configure(1, (trunk,), Media(rtp_port_low=24000, rtp_port_high=27998)))
        assert (await self.event(ConfigurationTaken)).problems == ()

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.stop()
        if self._link is not None:
            await self._link.close()

    def send(self, *commands: Command) -> None:
        assert self._link is not None
        for command in commands:
            self._link.send(command)

    def _said(self, sequence: int, event: Event) -> None:
        self.events.append(event)
        self._came.set()
        if self._link is not None and sequence:
            self._link.ack(sequence)

    # -- shorthand ---------------------------------------------------------------------------------------------------

    def dial_contact(self, leg: str, number: str, timeout_s: float = 30.0, bridge: str | None = None) -> LegId:
        return self.dial(leg, number, self.lab.settings.carrier_port, timeout_s, bridge)

    def dial_phone(self, leg: str, user: str, timeout_s: float = 30.0) -> LegId:
        return self.dial(leg, user, self.lab.settings.phones_port, timeout_s)

    def dial(self, leg: str, user: str, port: int, timeout_s: float = 30.0, bridge: str | None = None) -> LegId:
        """`bridge` is the bridge that the leg joins by its answer."""
        uri, place = f"sip:{user}@127.0.0.1:{port}", BridgeId(bridge) if bridge is not None else None
        self.send(Dial(LegId(leg), TRUNK, uri, f"{leg}.1", timeout_s, bridge=place))
        return LegId(leg)

    async def answered(self, *legs: LegId) -> None:
        for leg in legs:
            await self.event(LegAnswered, leg)

    def join(self, bridge: str, *legs: LegId) -> None:
        for leg in legs:
            self.send(Join(leg, BridgeId(bridge)))

    def of(self, kind: type[E], leg: LegId | None = None) -> list[E]:
        """The events of this kind so far, of one leg or of all."""
        found = [event for event in self.events if isinstance(event, kind)]
        return [event for event in found if leg is None or getattr(event, "leg", None) == leg]

    async def event(self, kind: type[E], leg: LegId | None = None, which: Callable[[E], bool] = lambda _: True) -> E:
        """The first event of this kind, for this leg, that fits; waits for it."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    for event in self.of(kind, leg):
                        if which(event):
                            return event
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            story = [repr(event) for event in self.events if leg is None or getattr(event, "leg", None) == leg]
            raise AssertionError(f"no {kind.__name__} of {leg}; there was:\n" + "\n".join(story[-20:])) from None

    async def cleared(self, leg: LegId) -> LegCleared:
        return await self.event(LegCleared, leg)

    async def tones(self, leg: LegId) -> dict[int, float]:
        completed = await self.event(AnalysisCompleted, leg)
        return {tone.frequency_hz: tone.seconds for tone in completed.tones}

    async def settled(self) -> None:
        """Wait until the lab has no leg left."""
        told = await self.lab.request({"do": "settled", "timeout_s": PATIENCE_S}, PATIENCE_S + 5)
        assert told["settled"], told

    async def report(self) -> dict[str, Any]:
        return await self.lab.request({"do": "report"})


@asynccontextmanager
async def rig(folder: Path, agents: int = 0, profile: Profile = HASTY, capture: bool = False) -> AsyncIterator[Rig]:
    """A rig that is up, for the length of a test."""
    ports = free_port(), free_port()
    settings = LabSettings(
        *ports, agents=agents, profile=profile, capture_ports=ports if capture else (), rtp_timeout_s=0
    )
    (folder / "lab").mkdir()
    lab = LabProcess(settings, folder / "lab")
    made = Rig(lab)
    try:
        await asyncio.gather(lab.start(), made.open(folder))
        yield made
    finally:
        await asyncio.gather(lab.stop(), made.close())
