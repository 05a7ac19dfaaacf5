"""Bridged pairs for the engine and for Asterisk: the far end of their legs, and the measurement."""

from __future__ import annotations

import asyncio
import os
from types import TracebackType
from typing import Protocol, Self

from msgspec import Struct

from bench.processes import Reading, children, rss_mb
from dialer.lab.ports import LabPorts
from dialer.vocabulary.ids import AccountId, LegId
from dialer.vocabulary.telephony import Account, Configure, Credentials, LegCleared, Media
from sip.driven_engine import DrivenEngine

FAR = "far"
#: The far end calls from this account, and is called at the other.
CALLER, CALLED = AccountId("caller"), AccountId("called")
#: New legs a second while pairs are set up.
SET_UP_PER_S = 40
CONNECT_TIMEOUT_S = 60.0
PASSWORD = "bench-password"


class Measured(Struct, frozen=True):
    """One case of one round. `cpu_cores` and `rss_mb` are those of the process that bridges, `rss_children_mb` those of
    its children. `packets_lost` by RTP sequence over the legs' life, at all our ends; `received_per_leg_s` at the far
    end. `technology` is that of the bridges, `machine` the number of processors and their load."""

    cpu_cores: float
    rss_mb: float
    rss_children_mb: float
    packets_lost: int
    received_per_leg_s: float
    far_cores: float
    technology: str
    machine: str


class Pairs(Protocol):
    """A bridge of pairs between legs of the far end."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def connect(self, pairs: int) -> None:
        """Make this many pairs with audio both ways. Raises Unmeasurable if that fails."""

    async def measure(self, seconds: float) -> Measured:
        """Count for this time, then end the legs."""


def far_end(ports: LabPorts) -> Configure:
    """The configuration of the engine at the far end. PCMA alone, which the lab's Asterisk uses, so that no side
    transcodes."""
    return Configure(
        revision=1,
        accounts=(
            Account(
                id=CALLER,
                identity=f"sip:dialer@127.0.0.1:{ports.phones}",
                bind_port=ports.phones,
                credentials=Credentials("dialer", PASSWORD),
                codecs=("PCMA",),
                rtp_timeout_s=0.0,
            ),
            Account(
                id=CALLED,
                identity=f"sip:far@127.0.0.1:{ports.carrier}",
                bind_port=ports.carrier,
                codecs=("PCMA",),
                rtp_timeout_s=0.0,
                peers=("127.0.0.1",),
                offers_incoming=True,
            ),
        ),
        media=Media(rtp_port_low=ports.lab_rtp[0], rtp_port_high=ports.lab_rtp[1]),
    )


class Window:
    """The measured time: processor time of the bridging process and of the far end."""

    def __init__(self, pid: int, far: DrivenEngine) -> None:
        self._bridge, self._far = Reading.take(pid), Reading.take(far.pid)
        self.cores = self.far_cores = self.rss_mb = self.rss_children_mb = 0.0

    async def last(self, seconds: float) -> None:
        """Let this time pass, then read."""
        await asyncio.sleep(seconds)
        self.cores, self.far_cores = self._bridge.cores_since(), self._far.cores_since()
        self.rss_mb = rss_mb(self._bridge.pid)
        self.rss_children_mb = sum(rss_mb(child) for child in children(self._bridge.pid))


def measured(window: Window, far: DrivenEngine, legs: list[LegId], lost: int, technology: str) -> Measured:
    """The measurement, complete after the end of the far end's legs; `lost` are packets that others missed."""
    over = [far.cleared[leg] for leg in legs]
    lived_s = sum(each.at - far.answered[each.leg] for each in over)
    load = os.getloadavg()[0]
    return Measured(
        cpu_cores=window.cores,
        rss_mb=window.rss_mb,
        rss_children_mb=window.rss_children_mb,
        packets_lost=lost + lost_of(over),
        received_per_leg_s=sum(each.statistics.received_packets for each in over if each.statistics) / lived_s,
        far_cores=window.far_cores,
        technology=technology,
        machine=f"{os.cpu_count()} processors, load {load:.1f}",
    )


def lost_of(over: list[LegCleared]) -> int:
    return sum(each.statistics.lost_packets for each in over if each.statistics is not None)
