"""Pairs bridged by the engine: it dials both legs of each to the far end and joins them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.pairs import CONNECT_TIMEOUT_S, SET_UP_PER_S, Measured, Window, lost_of, measured
from dialer.lab.ports import LabPorts
from dialer.vocabulary.ids import AccountId, BridgeId, LegId
from dialer.vocabulary.telephony import Account, Configure, Join, Media
from sip.driven_engine import DrivenEngine

NEAR = "near"
TRUNK = AccountId("trunk")


class EnginePairs:
    """An engine of its own, driven without a node."""

    def __init__(self, folder: Path, ports: LabPorts, far: DrivenEngine) -> None:
        account = Account(
            id=TRUNK, identity="sip:near@127.0.0.1", bind_port=ports.engine_low, codecs=("PCMA",), rtp_timeout_s=0.0
        )
        media = Media(rtp_port_low=ports.engine_rtp[0], rtp_port_high=ports.engine_rtp[1])
        self._engine = DrivenEngine(NEAR, folder, Configure(1, (account,), media), speaking=False)
        self._target = f"127.0.0.1:{ports.carrier}"
        self._far = far
        self._legs: list[LegId] = []

    async def __aenter__(self) -> Self:
        await self._engine.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._engine.__aexit__(kind, error, trace)

    async def connect(self, pairs: int) -> None:
        for pair in range(pairs):
            bridge = BridgeId(f"pair-{pair}")
            for side in "ab":
                leg = self._engine.dial(TRUNK, f"sip:{side}{pair}@{self._target}")
                self._engine.send(Join(leg, bridge))
                self._legs.append(leg)
                await asyncio.sleep(1 / SET_UP_PER_S)
        joined = self._engine.joined
        await self._engine.until(lambda: joined.issuperset(self._legs), CONNECT_TIMEOUT_S, f"{pairs} joined pairs")

    async def measure(self, seconds: float) -> Measured:
        window = Window(self._engine.pid, self._far)
        await window.last(seconds)
        far_legs = list(self._far.answered)
        await self._engine.hang_up(self._legs)
        await self._far.until(lambda: self._far.up == 0, CONNECT_TIMEOUT_S, "the end of the far legs")
        lost = lost_of([self._engine.cleared[leg] for leg in self._legs])
        return measured(window, self._far, far_legs, lost, "conference bridge of the engine")
