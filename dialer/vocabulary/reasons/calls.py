"""Why a call ended, or reached nobody. `own`: told to the agent whose call it is, otherwise to others."""

from __future__ import annotations

from dialer.vocabulary.reasons.dialing import WindowOver
from dialer.vocabulary.reasons.floor import CampaignStopped, CampaignUnloaded, ModeChanges
from dialer.vocabulary.reasons.reason import Reason


class LegEnded(Reason, frozen=True, tag="leg_ended"):
    """After an answer; `by` is who or what ended it: telephony.ClearedBy."""

    by: str
    own: bool = True


class NotReached(Reason, frozen=True, tag="contact_not_reached"):
    """`result` is the call result; `said` is what the trunk said, with its `sip_code`, 0 for none."""

    result: str
    sip_code: int = 0
    said: str = ""


class NobodyFree(Reason, frozen=True, tag="nobody_free"):
    """A contact has waited until the time for it was over."""


class AgentPhoneLost(Reason, frozen=True, tag="agent_phone_lost"):
    own: bool = True


class ClosedBySupervisor(Reason, frozen=True, tag="closed"):
    pass


#: Why what a campaign has under way is given up.
Halted = CampaignStopped | CampaignUnloaded | ModeChanges | WindowOver

#: What an interaction keeps of why its call ended.
Cause = LegEnded | NotReached | NobodyFree | AgentPhoneLost | ClosedBySupervisor | Halted
