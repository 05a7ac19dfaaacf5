"""Which legs are under analysis."""

from __future__ import annotations

from sip.engine.leg import Leg
from sip.engine.loop import Loop
from sip.engine.patchbay import Patchbay
from sip.engine.registry import Registry
from sip.engine.settings import OwnerSettings


class Taps:
    """Taps of legs. Owner thread only."""

    def __init__(self, loop: Loop, registry: Registry, patchbay: Patchbay, settings: OwnerSettings) -> None:
        self._loop = loop

    def start(self) -> None: ...
    def close(self) -> None: ...
    def clear(self, leg: Leg) -> None: ...

    def begin(self, leg: Leg, kind: str) -> None:
        self._loop.fault("analysis", ValueError(f"{kind} is not available"), leg.id)

    def end(self, leg: Leg, kind: str) -> None: ...
