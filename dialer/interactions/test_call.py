"""A test call: one call with a campaign's trunk and caller ID to a phone, outside records and statistics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dialer.machine import Machine, Table
from dialer.vocabulary.ids import BridgeId, CampaignName, EngineId, LegId, TrunkName
from dialer.vocabulary.reasons.reason import Reason


class TestCallState(StrEnum):
    RINGING_PHONE = "ringing_phone"
    DIALING = "dialing"
    ALERTING = "alerting"
    CONNECTED = "connected"
    ENDED = "ended"


class TestCallTrigger(StrEnum):
    DIAL = "dial"
    ALERT = "alert"
    CONNECT = "connect"
    END = "end"


_S, _T = TestCallState, TestCallTrigger

TEST_CALL_TABLE: Table[TestCallState, TestCallTrigger] = Table(
    "test_call",
    _S.RINGING_PHONE,
    {
        _S.RINGING_PHONE: {_T.DIAL: _S.DIALING, _T.END: _S.ENDED},
        _S.DIALING: {_T.ALERT: _S.ALERTING, _T.CONNECT: _S.CONNECTED, _T.END: _S.ENDED},
        _S.ALERTING: {_T.ALERT: _S.ALERTING, _T.CONNECT: _S.CONNECTED, _T.END: _S.ENDED},
        _S.CONNECTED: {_T.ALERT: _S.CONNECTED, _T.CONNECT: _S.CONNECTED, _T.END: _S.ENDED},
        _S.ENDED: {},
    },
)


@dataclass(slots=True)
class TestCall:
    """`why` is the reason of its end; `code` is the SIP code of the contact's leg. `begun_at` in UTC epoch seconds."""

    id: str
    campaign: CampaignName
    number: str
    phone: str
    engine: EngineId
    bridge: BridgeId
    phone_leg: LegId
    machine: Machine[TestCallState, TestCallTrigger]
    begun_at: float
    trunk: TrunkName | None = None
    contact_leg: LegId | None = None
    caller_id: str = ""
    code: int = 0
    why: Reason | None = None

    @property
    def state(self) -> TestCallState:
        return self.machine.state
