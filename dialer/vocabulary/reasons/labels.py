"""Labels of codes, for those without words in the configuration."""

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
    """The reason of an agent's state; `plain` is an unlisted code without its underscores."""

    reason: str
    plain: str


class StateReasonSaying(Reason, frozen=True, tag="label_state_reason.saying"):
    """The same, with the phone's SIP answer."""

    label: Reason
    said: str


class ResultLabel(Reason, frozen=True, tag="label_call_result"):
    """`plain` is an unlisted code without its underscores."""

    result: str
    plain: str
