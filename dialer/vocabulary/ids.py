"""Identifiers. The node mints all of them, so that a command never waits for an answer to know a name.

An id minted at run time is `<run>-<kind><number>`, for example `k3f9q1-L42`: `run` names one start of one
node, `number` counts up. Equal runs give equal ids, which keeps simulations reproducible.
"""

from __future__ import annotations

from typing import NewType

EngineId = NewType("EngineId", str)
AccountId = NewType("AccountId", str)
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)
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


class Mint:
    """Hands out ids of one run: deterministic, never repeated within the run.

    `run` must be unique per start of a node; the store provides it.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self._last: dict[str, int] = {}

    def _next(self, kind: str) -> str:
        number = self._last.get(kind, 0) + 1
        self._last[kind] = number
        return f"{self.run}-{kind}{number}"

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
