"""Identifiers. The node mints all of them, so that no command has to wait for an id.

An id minted at run time is `<run>-<kind><number>`, for example `k3f9q1-L42`: `run` names one start of one
node, `number` counts up. Equal runs give equal ids, which keeps simulations reproducible.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NewType

EngineId = NewType("EngineId", str)
AccountId = NewType("AccountId", str)
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)
TapId = NewType("TapId", str)
RecordingId = NewType("RecordingId", str)
AttemptId = NewType("AttemptId", str)
InteractionId = NewType("InteractionId", str)
PartyId = NewType("PartyId", str)
OfferId = NewType("OfferId", str)
NoticeId = NewType("NoticeId", str)
TrunkName = NewType("TrunkName", str)
PhoneName = NewType("PhoneName", str)
TeamName = NewType("TeamName", str)
CampaignName = NewType("CampaignName", str)
ListName = NewType("ListName", str)
AgentName = NewType("AgentName", str)
RecordId = NewType("RecordId", int)


_SUFFIX_BYTES = 10


class Mint:
    """Hands out ids of one run: deterministic, never repeated within the run.

    `run` must be unique per start of a node; the store provides it. `secret` keeps Call-IDs from being guessed, as
    whoever knows one could send requests in its dialog (RFC 3261 8.1.1.4). A simulation has none.
    """

    def __init__(self, run: str, secret: bytes = b"") -> None:
        self.run = run
        self._secret = secret
        self._last: dict[str, int] = {}

    def _next(self, kind: str) -> str:
        number = self._last.get(kind, 0) + 1
        self._last[kind] = number
        return f"{self.run}-{kind}{number}"

    def unguessable(self, name: str) -> str:
        """The name with a suffix that cannot be guessed: the same for the same name."""
        return f"{name}-{blake2b(name.encode(), key=self._secret, digest_size=_SUFFIX_BYTES).hexdigest()}"

    def leg(self) -> LegId:
        return LegId(self._next("L"))

    def bridge(self) -> BridgeId:
        return BridgeId(self._next("B"))

    def attempt(self) -> AttemptId:
        return AttemptId(self._next("A"))

    def interaction(self) -> InteractionId:
        return InteractionId(self._next("I"))

    def party(self) -> PartyId:
        return PartyId(self._next("P"))

    def offer(self) -> OfferId:
        return OfferId(self._next("O"))

    def notice(self) -> NoticeId:
        return NoticeId(self._next("N"))
