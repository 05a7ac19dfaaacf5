"""A leg: one SIP dialog as the node sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dialer.interactions.hearing import Hearing
from dialer.machine import Machine, Table
from dialer.vocabulary.ids import AccountId, AgentName, EngineId, InteractionId, LegId
from dialer.vocabulary.telephony import LegRole


class LegState(StrEnum):
    NULL = "null"
    INITIATED = "initiated"
    PROGRESS = "progress"
    ALERTING = "alerting"
    OFFERED = "offered"
    CONNECTED = "connected"
    CLEARING = "clearing"
    CLEARED = "cleared"


class LegTrigger(StrEnum):
    DIAL = "dial"
    OFFER = "offer"
    PROGRESS = "progress"
    ALERT = "alert"
    ANSWER = "answer"
    HANG_UP = "hang_up"
    CLEAR = "clear"


_S, _T = LegState, LegTrigger
_END = {_T.HANG_UP: _S.CLEARING, _T.CLEAR: _S.CLEARED}

LEG_TABLE: Table[LegState, LegTrigger] = Table(
    "leg",
    _S.NULL,
    {
        _S.NULL: {_T.DIAL: _S.INITIATED, _T.OFFER: _S.OFFERED, _T.CLEAR: _S.CLEARED},
        _S.INITIATED: {_T.PROGRESS: _S.PROGRESS, _T.ALERT: _S.ALERTING, _T.ANSWER: _S.CONNECTED, **_END},
        _S.PROGRESS: {_T.PROGRESS: _S.PROGRESS, _T.ALERT: _S.ALERTING, _T.ANSWER: _S.CONNECTED, **_END},
        _S.ALERTING: {_T.PROGRESS: _S.ALERTING, _T.ALERT: _S.ALERTING, _T.ANSWER: _S.CONNECTED, **_END},
        _S.OFFERED: {_T.ANSWER: _S.CONNECTED, **_END},
        # A replayed answer changes nothing.
        _S.CONNECTED: {_T.ANSWER: _S.CONNECTED, _T.PROGRESS: _S.CONNECTED, _T.ALERT: _S.CONNECTED, **_END},
        # An answer that crosses our CANCEL (RFC 3261 9.1): the engine sends ACK and BYE, we wait for the end.
        _S.CLEARING: {
            _T.PROGRESS: _S.CLEARING,
            _T.ALERT: _S.CLEARING,
            _T.ANSWER: _S.CLEARING,
            _T.HANG_UP: _S.CLEARING,
            _T.CLEAR: _S.CLEARED,
        },
        _S.CLEARED: {},
    },
)


class LegPurpose(StrEnum):
    """The purpose of a leg for the node; it travels in the leg's context."""

    CONTACT = "contact"
    #: An agent's phone, rung for one interaction.
    AGENT = "agent"
    #: An agent's standing leg (ASM).
    ENGAGED = "engaged"
    TEST = "test"


ROLES = {
    LegPurpose.CONTACT: LegRole.CONTACT,
    LegPurpose.AGENT: LegRole.AGENT,
    LegPurpose.ENGAGED: LegRole.AGENT,
    LegPurpose.TEST: LegRole.OTHER,
}


@dataclass(slots=True)
class Leg:
    """`answered_at` in monotonic seconds. The two flags say which side holds by SIP."""

    id: LegId
    engine: EngineId
    account: AccountId
    purpose: LegPurpose
    machine: Machine[LegState, LegTrigger]
    interaction: InteractionId | None = None
    agent: AgentName | None = None
    #: The number of the attempt's dial (contacts only).
    dial: int = 0
    answered_at: float | None = None
    early_media: bool = False
    held_by_us: bool = False
    held_by_peer: bool = False
    #: The user that the switch first named as the other end (an agent's phone), and whether it has named another since.
    identity: str = ""
    moved: bool = False
    #: The phone sends no audio although it should: no contact is connected to it.
    silent: bool = False
    #: The legs with which the engine last joined it, and when (monotonic seconds).
    joined_with: tuple[LegId, ...] = ()
    joined_at: float = 0.0
    #: The audio last sent to its engine; None for none, or none that still holds.
    told: Hearing | None = None

    @property
    def state(self) -> LegState:
        return self.machine.state

    @property
    def is_connected(self) -> bool:
        return self.machine.state is LegState.CONNECTED

    @property
    def reaches_agent(self) -> bool:
        """Whether a contact who is joined to this agent's leg hears the agent: it is up, not on hold at the phone,
        not silent, and was not moved to another one."""
        return self.is_connected and not (self.held_by_peer or self.silent or self.moved)


def make_leg(id_: LegId, engine: EngineId, account: AccountId, purpose: LegPurpose) -> Leg:
    return Leg(id_, engine, account, purpose, Machine(LEG_TABLE, id_))
