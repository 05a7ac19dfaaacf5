"""The engine without a node.

After `unattended_s`: legs that are still dialing are cleared, contacts without an agent hear the waiting message and
are cleared. Conversations and engaged legs stay up for the node that comes back.
"""

from __future__ import annotations

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ClearedBy, LegRole, LegStanding

from .bridge import Bridges
from .dialing import Dialing
from .leg import Leg
from .loop import Loop, Timer
from .media import Players
from .registry import Registry

MESSAGE_LIMIT_S = 30.0
"""The longest waiting message; a longer one is cut."""


class Unattended:
    """Watches whether a node is connected. Owner thread only."""

    def __init__(self, loop: Loop, registry: Registry, bridges: Bridges, players: Players, dialing: Dialing) -> None:
        self._loop = loop
        self._registry = registry
        self._bridges = bridges
        self._players = players
        self._dialing = dialing
        self._present = True
        self._timer: Timer | None = None
        self._bidding_farewell: set[LegId] = set()
        self.unattended_s = 10.0
        self.waiting_message = ""

    def attended(self, present: bool) -> None:
        if present == self._present:
            return
        self._present = present
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not present:
            self._timer = self._loop.after(self.unattended_s, self._alone)

    def _alone(self) -> None:
        """No node came back in time. Repeated while it lasts, as legs can still be answered or lose their partner."""
        if self._present:
            return
        for leg in self._registry:
            if leg.standing is not LegStanding.CONNECTED:
                self._dialing.end(leg, ClearedBy.UNATTENDED)
            elif leg.role is LegRole.CONTACT and self._nobody_with(leg):
                self._farewell(leg)
        self._timer = self._loop.after(1.0, self._alone)

    def _nobody_with(self, leg: Leg) -> bool:
        others = (self._registry.get(other) for other in self._bridges.together_with(leg))
        return not any(other is not None and other.standing is LegStanding.CONNECTED for other in others)

    def _farewell(self, leg: Leg) -> None:
        if leg.id in self._bidding_farewell:
            return
        if not self.waiting_message:
            self._dialing.end(leg, ClearedBy.UNATTENDED)
            return
        self._bidding_farewell.add(leg.id)
        message = telephony.Play(leg=leg.id, source=telephony.File(path=self.waiting_message))
        length_s = self._players.play(leg, message)
        self._loop.after(min(length_s, MESSAGE_LIMIT_S), lambda: self._end(leg))

    def _end(self, leg: Leg) -> None:
        self._bidding_farewell.discard(leg.id)
        # Meanwhile a node has come back and adopted the leg.
        if not self._present:
            self._dialing.end(leg, ClearedBy.UNATTENDED)
