"""What people read for codes, where the configuration has no words of its own."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class AgentStateLabel(Reason, frozen=True, tag="label_agent_state"):
    state: str


class CampaignStateLabel(Reason, frozen=True, tag="label_campaign_state"):
    state: str


class ModeLabel(Reason, frozen=True, tag="label_mode"):
    mode: str


class DeliveryLabel(Reason, frozen=True, tag="label_delivery"):
    """How contacts come to an agent: `asked` for each, or by themselves."""

    asked: bool


class StateReasonLabel(Reason, frozen=True, tag="label_state_reason"):
    """Why an agent is in a state; `plain` is the code of one that is not listed, without its underscores."""

    reason: str
    plain: str


class StateReasonSaying(Reason, frozen=True, tag="label_state_reason.saying"):
    """The same, with what SIP said of the phone."""

    label: Reason
    said: str


class ResultLabel(Reason, frozen=True, tag="label_call_result"):
    """`plain` is the code of one that is not listed, without its underscores."""

    result: str
    plain: str
