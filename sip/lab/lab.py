"""A lab at work in this process: its world on its engine, and the answers to requests."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from dialer.vocabulary.errors import CornettaError
from dialer.vocabulary.ids import EngineId
from dialer.vocabulary.telephony import Command, Event, ToneHeard
from sip.wire import Connection, EngineProcess

from . import control
from .capture import InviteCapture
from .legs import LabLeg, Side
from .runner import LabRunner
from .settings import LabSettings
from .synthesis import Sounds
from .witness import find
from .world import LabWorld

CONFIGURE_TIMEOUT_S = 10.0
REGISTER_TIMEOUT_S = 20.0
CLEAR_TIMEOUT_S = 3.0
REFUSED = 400
"""The lowest SIP code of a refusal."""


class LabFailed(CornettaError):
    """The lab could not start, or its engine was lost."""

    code = "lab_failed"


class Lab:
    """A running lab. `failed` is done when its engine is lost."""

    def __init__(self, settings: LabSettings, world: LabWorld, process: EngineProcess) -> None:
        """Not for callers: `start` makes labs."""
        self._settings = settings
        self._world = world
        self._process = process
        self._capture: InviteCapture | None = None
        self._link: Connection | None = None
        self._runner: LabRunner | None = None
        self._stopping = False
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(cls, settings: LabSettings, sounds: Sounds, folder: Path) -> Self:
        """Spawn an engine with socket, log and state in `folder`, configure it, and wait for registrations.

        Raises LabFailed, EngineUnavailable, WireError, CaptureRefused.
        """
        world = LabWorld(settings.cast(), settings.seed, settings.profile, sounds, settings.measuring)
        process = await EngineProcess.spawn(
            folder / "engine.sock",
            EngineId("lab"),
            folder / "engine.log",
            folder / "state",
            arguments=("--drain-timeout-s", str(CLEAR_TIMEOUT_S)),
            ends_with_us=True,
        )
        lab = cls(settings, world, process)
        try:
            await lab._open()
        except BaseException:
            await lab.stop()
            raise
        return lab

    @property
    def engine_pid(self) -> int:
        return self._process.pid

    async def _open(self) -> None:
        if self._settings.capture_ports:
            self._capture = InviteCapture.open(frozenset(self._settings.capture_ports))
        self._link = await Connection.open(
            str(self._process.socket), "lab", f"seed-{self._settings.seed}", self._said, on_lost=self._lost
        )
        self._runner = LabRunner(self._world, self._link)
        try:
            taken = await self._runner.configure(self._settings.configuration(), CONFIGURE_TIMEOUT_S)
        except TimeoutError as error:
            raise LabFailed("the lab's engine did not take its configuration") from error
        if taken.problems:
            raise LabFailed("the lab's engine cannot be configured: " + "; ".join(taken.problems))
        if self._settings.registrar:
            await self._all_registered(self._runner)

    async def _all_registered(self, runner: LabRunner) -> None:
        wanted = len(self._settings.users)
        await runner.until(lambda: self._registered() + len(self._refused()) >= wanted, REGISTER_TIMEOUT_S)
        if self._registered() < wanted:
            raise LabFailed(
                f"{self._registered()} of {wanted} phones registered at {self._settings.registrar}"
                f" within {REGISTER_TIMEOUT_S:g} s; other answers: {', '.join(sorted(set(self._refused()))) or 'none'}"
            )

    def _registered(self) -> int:
        return sum(state.registered for state in self._runner.registered.values()) if self._runner else 0

    def _refused(self) -> list[str]:
        """The registrar's answers to phones that it refuses."""
        states = self._runner.registered.values() if self._runner else ()
        return [f"{state.code} {state.reason}" for state in states if state.code >= REFUSED and not state.registered]

    async def stop(self) -> None:
        """Hang up all legs, and end the engine."""
        self._stopping = True
        if self._link is not None and self._link.is_up and self._runner is not None:
            self._runner.send_all(self._world.hang_up_all())
            await self._runner.until(lambda: not self._world.live, CLEAR_TIMEOUT_S)
            self._runner.close()
        if self._capture is not None:
            self._capture.close()
        await self._process.stop()  # before the link: an engine whose last events are acknowledged ends at once
        if self._link is not None:
            await self._link.close()

    def _said(self, sequence: int, event: Event) -> None:
        if self._runner is not None:
            self._runner.handle(event)
        if self._link is not None and sequence:
            self._link.ack(sequence)

    def _lost(self, reason: str) -> None:
        if self._runner is not None:
            self._runner.close()
        if not self._stopping and not self.failed.done():
            self.failed.set_result(reason)

    # -- requests -------------------------------------------------------------------------------------------

    async def answer(self, request: control.Request) -> control.Answer:
        """Answer a request. Raises NotFound for a phone or number without a live leg."""
        runner = self._running()
        match request:
            case control.AskStatus():
                return self._status()
            case control.AskReport():
                await runner.slices_ended()
                return self._report()
            case control.AskWire():
                return self._wire()
            case control.AskSettled(legs=legs, timeout_s=timeout_s):
                settled = await runner.until(lambda: len(self._world.live) <= legs, timeout_s)
                return control.Settled(settled, len(self._world.live))
            case _:
                return self._told(request, runner)

    def _told(
        self, request: control.TellPhone | control.TellContact | control.SetManner | control.PinBehaviour, to: LabRunner
    ) -> control.Done:
        commands: tuple[Command, ...] = ()
        match request:
            case control.TellPhone(phone=phone, action=action, digits=digits):
                commands = self._world.act(Side.PHONE, phone, action, digits)
            case control.TellContact(number=number, action=action, digits=digits):
                commands = self._world.act(Side.CONTACT, number, action, digits)
            case control.SetManner(phone=phone, manner=manner):
                self._world.set_manner(phone, manner)
            case control.PinBehaviour(number=number, behaviour=behaviour):
                self._world.pin(number, behaviour)
        to.send_all(commands)
        return control.Done(len(commands))

    def _running(self) -> LabRunner:
        if self._runner is None or self.failed.done():
            raise LabFailed("the lab's engine was lost")
        return self._runner

    def _status(self) -> control.Status:
        return control.Status(
            live=self._live(),
            calls=dict(self._world.by_behaviour),
            registered=self._registered(),
            phones=self._settings.agents,
            faults=self._faults(),
        )

    def _wire(self) -> control.Wire:
        if self._capture is None:
            raise LabFailed("this lab was started without capture ports")
        return control.Wire(self._capture.invites(), self._capture.missed)

    def _report(self) -> control.Report:
        now = asyncio.get_running_loop().time()
        legs = tuple(self._world.legs())
        finding = find(legs)
        return control.Report(
            calls=dict(self._world.by_behaviour),
            answered=tuple(_contact_calls(legs, now)),
            audio_both_ways=finding.audio_both_ways,
            conversations=finding.conversations,
            cross_talk=finding.cross_talk,
            one_way=finding.one_way,
            live=self._live(),
            untuned=self._world.tones.refused if self._world.tones else 0,
            dropped_packets=sum(part.dropped_packets for leg in legs for part in leg.slices),
            faults=self._faults(),
        )

    def _live(self) -> tuple[control.LiveLeg, ...]:
        return tuple(
            control.LiveLeg(
                leg=leg.id,
                side=str(leg.side),
                name=leg.name,
                call_id=leg.call_id,
                manner=leg.manner,
                answered=leg.answered_at is not None,
                held_by_us=leg.held_by_us,
                held_by_peer=leg.held_by_peer,
                digits=leg.digits,
            )
            for leg in self._world.live.values()
        )

    def _faults(self) -> tuple[str, ...]:
        return tuple(f"{fault.where}: {fault.problem}" for fault in self._world.faults)


def _contact_calls(legs: Iterable[LabLeg], now: float) -> Iterable[control.ContactCall]:
    for leg in legs:
        if leg.side is not Side.CONTACT or leg.answered_at is None:
            continue
        ended_at = leg.cleared_at if leg.cleared_at is not None else now
        yield control.ContactCall(
            number=leg.name,
            call_id=leg.call_id,
            behaviour=leg.manner,
            answered_at=leg.answered_at,
            seconds=round(ended_at - leg.answered_at, 3),
            tone_hz=leg.tone_hz,
            tone_s=round(ended_at - leg.tone_from, 3) if leg.tone_from is not None else 0.0,
            heard_tones=_totals(tone for part in leg.slices for tone in part.tones),
            digits=leg.digits,
            cleared_by=leg.cleared_by,
        )


def _totals(tones: Iterable[ToneHeard]) -> dict[int, float]:
    totals: defaultdict[int, float] = defaultdict(float)
    for tone in tones:
        totals[tone.frequency_hz] += tone.seconds
    return {frequency: round(seconds, 2) for frequency, seconds in totals.items()}
