"""A party: one agent in an interaction, and the role in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dialer.machine import Machine, Table
from dialer.vocabulary.ids import AgentName, LegId, OfferId, PartyId


class PartyState(StrEnum):
    OFFERED = "offered"
    ALERTING = "alerting"
    TALKING = "talking"
    HOLDING = "holding"
    #: The agent's leg was lost in the conversation, and the phone is rung again.
    RECONNECTING = "reconnecting"
    AFTER_CALL = "after_call"
    DONE = "done"


class PartyRole(StrEnum):
    """The role of a party. The owner has the record, the outcome and the after-call work."""

    OWNER = "owner"
    CONSULTED = "consulted"
    CONFERENCED = "conferenced"
    LISTENING = "listening"
    WHISPERING = "whispering"
    BARGED = "barged"


class PartyTrigger(StrEnum):
    RING = "ring"
    CONNECT = "connect"
    HOLD = "hold"
    RESUME = "resume"
    LOSE = "lose"
    END = "end"
    WITHDRAW = "withdraw"
    FINISH = "finish"


_S, _T = PartyState, PartyTrigger

PARTY_TABLE: Table[PartyState, PartyTrigger] = Table(
    "party",
    _S.OFFERED,
    {
        _S.OFFERED: {_T.RING: _S.ALERTING, _T.WITHDRAW: _S.DONE},
        _S.ALERTING: {_T.CONNECT: _S.TALKING, _T.WITHDRAW: _S.DONE, _T.END: _S.AFTER_CALL},
        _S.TALKING: {_T.HOLD: _S.HOLDING, _T.LOSE: _S.RECONNECTING, _T.END: _S.AFTER_CALL},
        _S.HOLDING: {_T.RESUME: _S.TALKING, _T.LOSE: _S.RECONNECTING, _T.END: _S.AFTER_CALL},
        _S.RECONNECTING: {_T.CONNECT: _S.TALKING, _T.END: _S.AFTER_CALL},
        # Call again: the agent's phone first, then the same contact.
        _S.AFTER_CALL: {_T.RING: _S.ALERTING, _T.FINISH: _S.DONE},
        _S.DONE: {},
    },
)


@dataclass(slots=True)
class Party:
    """Times are UTC epoch seconds. `offer` is set while the record is offered and a click is awaited."""

    id: PartyId
    agent: AgentName
    machine: Machine[PartyState, PartyTrigger]
    leg: LegId | None = None
    offer: OfferId | None = None
    offered_at: float = 0.0
    talking_at: float | None = None
    ended_at: float | None = None
    muted: bool = False
    role: PartyRole = PartyRole.OWNER

    @property
    def state(self) -> PartyState:
        return self.machine.state

    @property
    def is_done(self) -> bool:
        """Whether the agent is out of the interaction."""
        return self.machine.state is PartyState.DONE


def make_party(id_: PartyId, agent: AgentName, at: float) -> Party:
    return Party(id_, agent, Machine(PARTY_TABLE, id_), offered_at=at)
