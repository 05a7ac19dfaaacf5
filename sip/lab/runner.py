"""The world in real time: events from the engine go in, commands go out, timers are the loop's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from dialer.vocabulary.ids import AccountId, LegId
from dialer.vocabulary.telephony import AccountState, Command, ConfigurationTaken, Configure, Event, LegCleared

from .scripts import Step
from .world import LabWorld

ANALYSIS_TIMEOUT_S = 5.0
"""How long a stopped analysis may take to report."""


class Engine(Protocol):
    """The way to the lab's engine."""

    def send(self, command: Command) -> object: ...


class LabRunner:
    """Plays a world on an engine. `handle` is called for each event, on the loop that made the runner."""

    def __init__(self, world: LabWorld, engine: Engine) -> None:
        self._world = world
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._timers: dict[LegId, asyncio.TimerHandle] = {}
        self._changed = asyncio.Event()
        self._configured: asyncio.Future[ConfigurationTaken] = self._loop.create_future()
        self.registered: dict[AccountId, AccountState] = {}

    async def configure(self, configuration: Configure, timeout_s: float) -> ConfigurationTaken:
        """Send the engine its configuration and wait for the answer. Raises TimeoutError."""
        self._engine.send(configuration)
        async with asyncio.timeout(timeout_s):
            return await asyncio.shield(self._configured)

    def handle(self, event: Event) -> None:
        match event:
            case ConfigurationTaken():
                if not self._configured.done():
                    self._configured.set_result(event)
            case AccountState():
                self.registered[event.account] = event
            case LegCleared():
                self._forget_timer(event.leg)
        step = self._world.handle(event)
        self._carry_out(getattr(event, "leg", None), step)
        self._changed.set()

    def send_all(self, commands: Iterable[Command]) -> None:
        for command in commands:
            self._engine.send(command)

    async def slices_ended(self) -> None:
        """End the running analyses and wait for their results, so that a report is complete."""
        self.send_all(self._world.end_slices())
        if not await self.until(lambda: not self._world.slices_ending(), ANALYSIS_TIMEOUT_S):
            self._world.stop_waiting()

    async def until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until a condition on the world holds; False when it did not within `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return holds()
        return True

    def close(self) -> None:
        """No timer fires after this."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _carry_out(self, leg: LegId | None, step: Step) -> None:
        self.send_all(step.commands)
        if leg is None or step.wake_after_s is None:
            return
        self._forget_timer(leg)
        self._timers[leg] = self._loop.call_later(step.wake_after_s, self._elapsed, leg, step.ticket)

    def _elapsed(self, leg: LegId, ticket: int) -> None:
        self._timers.pop(leg, None)
        self._carry_out(leg, self._world.elapsed(leg, ticket, self._loop.time()))
        self._changed.set()

    def _forget_timer(self, leg: LegId) -> None:
        timer = self._timers.pop(leg, None)
        if timer is not None:
            timer.cancel()
