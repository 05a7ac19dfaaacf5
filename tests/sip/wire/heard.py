"""Collects the events of a client or connection, and waits for them without sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from sip.client import ClientLimits, EngineClient
from sip.wire import ConnectionLimits

WAIT_S = 20.0


class Heard:
    def __init__(self) -> None:
        self.said: list[tuple[int, telephony.Event]] = []
        self.connections: list[tuple[bool, str]] = []
        self._changed = asyncio.Event()

    def on_said(self, sequence: int, event: telephony.Event) -> None:
        self.said.append((sequence, event))
        self._changed.set()

    def on_event(self, engine: EngineId, sequence: int, event: telephony.Event) -> None:
        self.on_said(sequence, event)

    def on_connection(self, engine: EngineId, up: bool, boot: str) -> None:
        self.connections.append((up, boot))
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def of(self, kind: type[telephony.Event]) -> list[telephony.Event]:
        return [event for _, event in self.said if isinstance(event, kind)]

    def cleared(self) -> list[telephony.LegCleared]:
        return [event for _, event in self.said if isinstance(event, telephony.LegCleared)]

    def sequences(self) -> list[int]:
        return [sequence for sequence, _ in self.said if sequence]

    def count(self, kind: type) -> int:
        return sum(isinstance(event, kind) for _, event in self.said)


def dial(leg: str) -> telephony.Dial:
    return telephony.Dial(
        leg=LegId(leg),
        account=AccountId("carrier"),
        uri="sip:+12025550123@127.0.0.1",
        call_id=f"{leg}.1",
        timeout_s=30.0,
        context="an attempt",
    )


def digits(leg: str, count: int) -> telephony.SendDigits:
    """The command that makes the fake owner emit `count` Digits events."""
    return telephony.SendDigits(leg=LegId(leg), digits=f"#{count}")


def client_of(socket: object, heard: Heard, engine: str = "e1", node: str = "n1") -> EngineClient:
    limits = ClientLimits(connection=ConnectionLimits(ping_interval_s=0.1, silence_timeout_s=5.0))
    return EngineClient(EngineId(engine), str(socket), node, heard.on_event, heard.on_connection, limits)
