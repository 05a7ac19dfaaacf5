"""Reasons why a call ended or did not reach the contact. `own`: for the agent of the call, otherwise for others."""

from __future__ import annotations

from dialer.vocabulary.reasons.dialing import WindowOver
from dialer.vocabulary.reasons.floor import CampaignStopped, CampaignUnloaded, ModeChanges
from dialer.vocabulary.reasons.reason import Reason


class LegEnded(Reason, frozen=True, tag="leg_ended"):
    """The call ended after an answer; `by` is telephony.ClearedBy."""

    by: str
    own: bool = True


class NotReached(Reason, frozen=True, tag="contact_not_reached"):
    """`result` is the call result; `said` is the trunk's answer, with its `sip_code`, 0 for none."""

    result: str
    sip_code: int = 0
    said: str = ""


class NobodyFree(Reason, frozen=True, tag="nobody_free"):
    """The contact's waiting time was over before an agent was free."""


class AgentPhoneLost(Reason, frozen=True, tag="agent_phone_lost"):
    own: bool = True


class ClosedBySupervisor(Reason, frozen=True, tag="closed"):
    pass


#: Reasons why a campaign's calls and offers under way are given up.
Halted = CampaignStopped | CampaignUnloaded | ModeChanges | WindowOver

#: The reasons that an interaction keeps for the end of its call.
Cause = LegEnded | NotReached | NobodyFree | AgentPhoneLost | ClosedBySupervisor | Halted
