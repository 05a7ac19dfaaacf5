"""The same pairs bridged by Asterisk: by Dial, or two by two in conferences."""

from __future__ import annotations

import asyncio
import enum
import re
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.pairs import CALLER, CONNECT_TIMEOUT_S, PASSWORD, SET_UP_PER_S, Measured, Window, measured
from dialer.lab.asterisk import AsteriskPeer
from dialer.lab.asterisk_configuration import AsteriskSettings
from dialer.lab.ports import LabPorts
from dialer.vocabulary.ids import LegId
from sip.driven_engine import DrivenEngine


class Way(enum.StrEnum):
    """How Asterisk bridges."""

    DIAL = "dial"
    CONFBRIDGE = "confbridge"


#: Added to the dialplan of the lab's Asterisk, which dials numbers with + at the far end.
_CONFERENCES = """
[from-dialer](+)
exten => _*X.,1,Answer()
 same => n,ConfBridge(${EXTEN:1},,bench)
"""
_CONFBRIDGE = "[general]\n\n[bench]\ntype = user\nquiet = yes\n"
_MODULES = ("bridge_softmix.so", "app_confbridge.so")
#: The number of pairs at which Asterisk is asked how it bridges them. Its console is a program of its own, which gets
#: little time beside the threads of hundreds of channels.
ASKED_AT_PAIRS = 10
#: A line of `bridge show all`: it begins with the bridge's id, and ends with its technology and how long it stands.
_BRIDGE = re.compile(r"^[0-9a-f]{8}-[0-9a-f-]{27} .* (\S+) +\d+:\d\d:\d\d *$", re.MULTILINE)


class AsteriskPairs:
    """An Asterisk of its own; the far end calls it with digest authentication."""

    def __init__(self, way: Way, folder: Path, ports: LabPorts, far: DrivenEngine) -> None:
        self._way = way
        self._far = far
        self._port = ports.asterisk
        self._legs: list[LegId] = []
        self._technology = ""
        settings = AsteriskSettings(
            sip_port=ports.asterisk,
            rtp_port_low=ports.asterisk_rtp[0],
            rtp_port_high=ports.asterisk_rtp[1],
            carrier_port=ports.carrier,
            phones=(),
            phone_password=PASSWORD,
            dialer_password=PASSWORD,
        )
        self._asterisk = AsteriskPeer(settings, folder / "asterisk")

    async def __aenter__(self) -> Self:
        await self._asterisk.start()
        try:
            await self._prepare_conferences()
        except BaseException:
            await self._asterisk.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._asterisk.stop()

    async def _prepare_conferences(self) -> None:
        etc = self._asterisk.folder / "etc"
        (etc / "confbridge.conf").write_text(_CONFBRIDGE)
        with (etc / "extensions.conf").open("a") as dialplan:
            dialplan.write(_CONFERENCES)
        for module in _MODULES:
            await self._asterisk.cli(f"module load {module}")
        await self._asterisk.cli("dialplan reload")

    async def connect(self, pairs: int) -> None:
        first = min(pairs, ASKED_AT_PAIRS)
        await self._dial(range(first))
        self._technology = await self._ask_technology()
        await self._dial(range(first, pairs))

    async def _dial(self, pairs: range) -> None:
        host = f"127.0.0.1:{self._port}"
        for pair in (1000 + each for each in pairs):
            users = (f"+44207946{pair}",) if self._way is Way.DIAL else (f"*{pair}", f"*{pair}")
            for user in users:
                self._legs.append(self._far.dial(CALLER, f"sip:{user}@{host}"))
                await asyncio.sleep(1 / SET_UP_PER_S)
        await self._far.until(
            lambda: self._far.up >= 2 * pairs.stop, CONNECT_TIMEOUT_S, f"{pairs.stop} pairs in Asterisk"
        )

    async def measure(self, seconds: float) -> Measured:
        window = Window(self._asterisk.pid, self._far)
        await window.last(seconds)
        far_legs = list(self._far.answered)
        await self._far.hang_up(self._legs)
        await self._far.until(lambda: self._far.up == 0, CONNECT_TIMEOUT_S, "the end of the far legs")
        return measured(window, self._far, far_legs, 0, self._technology)

    async def _ask_technology(self) -> str:
        """The technologies in `bridge show all` with the number of bridges of each: `native_rtp x 200`."""
        shown = await self._asterisk.cli("bridge show all")
        counted = Counter(found[1] for found in _BRIDGE.finditer(shown))
        return ", ".join(f"{name} x {count}" for name, count in counted.items())
