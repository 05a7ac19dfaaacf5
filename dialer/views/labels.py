"""Labels for codes that have none in the configuration."""

from __future__ import annotations

from config.model import CampaignSettings, Mode, Settings
from dialer.agents.agent import Agent, AgentState, SystemReason
from dialer.campaigns.campaign import CampaignState
from dialer.vocabulary.reasons.labels import (
    AgentStateLabel,
    CampaignStateLabel,
    DeliveryLabel,
    ModeLabel,
    ResultLabel,
    StateReasonLabel,
    StateReasonSaying,
)
from dialer.vocabulary.reasons.reason import Said, Sentence
from dialer.vocabulary.results import CallResult


def agent_state_label(state: AgentState) -> Sentence:
    return Sentence(AgentStateLabel(state))


def campaign_state_label(state: CampaignState) -> Sentence:
    return Sentence(CampaignStateLabel(state))


def mode_label(mode: Mode) -> Sentence:
    return Sentence(ModeLabel(mode))


def plain(code: str) -> str:
    """A code in words: `wrong_party` is Wrong party."""
    return code.replace("_", " ").replace("-", " ").strip().capitalize()


#: Reasons with a SIP answer.
_OF_PHONES = frozenset(
    {
        SystemReason.PHONE_NO_ANSWER,
        SystemReason.PHONE_REFUSED,
        SystemReason.PHONE_NOT_REGISTERED,
        SystemReason.PHONE_NOT_ALLOWED,
        SystemReason.PHONE_UNREACHABLE,
    }
)


def present_reason(settings: Settings, agent: Agent) -> Sentence:
    """The label for the reason of an agent's state, with the phone's SIP answer."""
    label = reason_label(settings, agent.reason)
    if label.reason is None or not agent.phone_error or agent.reason not in _OF_PHONES:
        return label
    return Sentence(StateReasonSaying(label.reason, agent.phone_error))


def reason_label(settings: Settings, code: str) -> Sentence:
    """The label for a not-ready reason; empty for none."""
    for reason in settings.reasons:
        if reason.code == code:
            return configured(reason.label)
    return Sentence(StateReasonLabel(code, plain(code))) if code else Sentence()


def result_label(campaign: CampaignSettings | None, result: CallResult) -> Sentence:
    """The label for a call result: the campaign's word if it has one."""
    if campaign is not None:
        for choice in campaign.outcome.call_results:
            if choice.call_result is result and choice.label:
                return configured(choice.label)
    return Sentence(ResultLabel(result, plain(result)))


def disposition_label(campaign: CampaignSettings, code: str) -> Sentence:
    for disposition in campaign.outcome.dispositions:
        if disposition.code == code:
            return configured(disposition.label)
    return configured(plain(code))


def configured(label: str) -> Sentence:
    """Labels of the configuration, which are in the user's own language."""
    return Sentence(Said("label", label)) if label else Sentence()


def delivery(mode: Mode) -> Sentence:
    """How contacts come to an agent: each at the agent's request, or automatically."""
    return Sentence(DeliveryLabel(mode is Mode.PREVIEW))
