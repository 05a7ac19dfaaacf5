"""Words for codes, where the configuration has none of its own."""

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
    """A code as words: `wrong_party` is Wrong party."""
    return code.replace("_", " ").replace("-", " ").strip().capitalize()


#: Reasons of which SIP has said more.
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
    """What people read for the reason of an agent's state, with what SIP said of the phone."""
    label = reason_label(settings, agent.reason)
    if label.reason is None or not agent.phone_error or agent.reason not in _OF_PHONES:
        return label
    return Sentence(StateReasonSaying(label.reason, agent.phone_error))


def reason_label(settings: Settings, code: str) -> Sentence:
    """What people read for a reason of not being ready; empty for none."""
    for reason in settings.reasons:
        if reason.code == code:
            return configured(reason.label)
    return Sentence(StateReasonLabel(code, plain(code))) if code else Sentence()


def result_label(campaign: CampaignSettings | None, result: CallResult) -> Sentence:
    """What people read for a call result: the campaign's word if it has one."""
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
    """Words of the configuration, which are in the language of the house."""
    return Sentence(Said("label", label)) if label else Sentence()


def delivery(mode: Mode) -> Sentence:
    """How contacts come to an agent: by asking for each, or by themselves."""
    return Sentence(DeliveryLabel(mode is Mode.PREVIEW))
