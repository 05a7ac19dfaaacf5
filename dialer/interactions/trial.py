"""A trial call: one call with a campaign's trunk and caller ID to a phone, outside records and statistics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dialer.machine import Machine, Table
from dialer.vocabulary.ids import BridgeId, CampaignName, EngineId, LegId, TrunkName
from dialer.vocabulary.reasons.reason import Reason


class TrialState(StrEnum):
    RINGING_PHONE = "ringing_phone"
    DIALING = "dialing"
    ALERTING = "alerting"
    CONNECTED = "connected"
    ENDED = "ended"


class TrialTrigger(StrEnum):
    DIAL = "dial"
    ALERT = "alert"
    CONNECT = "connect"
    END = "end"


_S, _T = TrialState, TrialTrigger

TRIAL_TABLE: Table[TrialState, TrialTrigger] = Table(
    "trial",
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
class Trial:
    """`why` says how it ended; `code` is the SIP code of the contact's leg. `begun_at` in UTC epoch seconds."""

    id: str
    campaign: CampaignName
    number: str
    phone: str
    engine: EngineId
    bridge: BridgeId
    phone_leg: LegId
    machine: Machine[TrialState, TrialTrigger]
    begun_at: float
    trunk: TrunkName | None = None
    contact_leg: LegId | None = None
    caller_id: str = ""
    code: int = 0
    why: Reason | None = None

    @property
    def state(self) -> TrialState:
        return self.machine.state
