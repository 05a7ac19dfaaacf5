"""A fake of the Telephony port: an engine whose agents pick up at once and whose contacts act by their number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dialer.ports import Clock
from dialer.vocabulary import events, telephony
from dialer.vocabulary.ids import EngineId, LegId
from dialer.vocabulary.telephony import ClearedBy, LegRole

ENGINE = EngineId("engine-1")

#: The result of a contact by the end of the number; any other contact answers at once.
RINGS, BUSY = "0101", "0102"


class FakeEngine:
    """Answers commands with the events of a real engine, on the loop's next turn."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.post: Callable[[events.Event], None] = lambda _: None
        self.commands: list[telephony.Command] = []
        self.up: set[LegId] = set()

    def connect(self) -> None:
        self.post(events.EngineConnected(ENGINE, "boot-1"))
        self._say(telephony.SnapshotTaken(ENGINE, "boot-1", (), (), self._now()))

    def disconnect(self) -> None:
        self.post(events.EngineDisconnected(ENGINE))

    def tell_memory(self, rss_mb: float, heap_mb: float) -> None:
        self._say(
            telephony.EngineStatistics(
                legs=0,
                lingering=0,
                capacity=1000,
                lag_ms_max=1.0,
                rss_mb=rss_mb,
                cpu_s=1.0,
                commands=0,
                events=0,
                at=self._now(),
                heap_mb=heap_mb,
            )
        )

    def send(self, engine: EngineId, command: telephony.Command) -> None:
        self.commands.append(command)
        match command:
            case telephony.Dial():
                asyncio.get_running_loop().call_soon(self._dial, command)
            case telephony.HangUp():
                asyncio.get_running_loop().call_soon(self.clear, command.leg, ClearedBy.US)

    def acknowledge(self, engine: EngineId, sequence: int) -> None:
        """Does nothing: there is no journal."""

    def _dial(self, command: telephony.Dial) -> None:
        self.up.add(command.leg)
        self._say(telephony.LegProgress(command.leg, 100, False, self._now()))
        user = command.uri.partition(":")[2].partition("@")[0]
        if command.role is LegRole.CONTACT and user.endswith(BUSY):
            self.up.discard(command.leg)
            self._say(self._cleared(command.leg, ClearedBy.PEER, 486))
            return
        self._say(telephony.LegAlerting(command.leg, False, self._now()))
        if command.role is not LegRole.CONTACT or not user.endswith(RINGS):
            self._say(telephony.LegAnswered(command.leg, self._now()))

    def clear(self, leg: LegId, by: ClearedBy) -> None:
        """A leg ends, ended `by`."""
        if leg in self.up:
            self.up.discard(leg)
            self._say(self._cleared(leg, by, 200, answered=True))

    def _cleared(self, leg: LegId, by: ClearedBy, code: int, *, answered: bool = False) -> telephony.LegCleared:
        return telephony.LegCleared(
            leg, code, "", None, by, self._now(), answered=answered, heard=True, alerted=answered
        )

    def take_configuration(self, *problems: str) -> None:
        """The configuration was carried out except for these problems."""
        self._say(telephony.ConfigurationTaken(1, problems, self._now()))

    def _say(self, event: telephony.Event) -> None:
        self.post(events.EngineSaid(ENGINE, event))

    def _now(self) -> float:
        return self._clock.now().monotonic
