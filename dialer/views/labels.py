"""Words for codes, where the configuration has none of its own."""

from __future__ import annotations

from collections.abc import Mapping

from config.model import Campaign as CampaignSettings
from config.model import Mode, Settings
from dialer.agents.agent import Agent, AgentState, SystemReason
from dialer.campaigns.campaign import CampaignState
from dialer.vocabulary.results import CallResult

AGENT_STATES: Mapping[AgentState, str] = {
    AgentState.LOGGED_OUT: "Logged out",
    AgentState.NOT_READY: "Not ready",
    AgentState.READY: "Ready",
    AgentState.RESERVED: "Reserved",
    AgentState.BUSY: "In a conversation",
    AgentState.AFTER_CALL_WORK: "After-call work",
}

CAMPAIGN_STATES: Mapping[CampaignState, str] = {
    CampaignState.INACTIVE: "Inactive",
    CampaignState.LOADED: "Loaded",
    CampaignState.RUNNING: "Running",
    CampaignState.STOPPING: "Stopping",
    CampaignState.UNLOADING: "Unloading",
}

MODES: Mapping[Mode, str] = {
    Mode.PREVIEW: "Preview",
    Mode.PUSH_PREVIEW: "Push preview",
    Mode.PROGRESSIVE: "Progressive",
    Mode.PREDICTIVE: "Predictive",
    Mode.PROGRESSIVE_ASM: "Progressive ASM",
    Mode.PREDICTIVE_ASM: "Predictive ASM",
}

_SYSTEM_REASONS: Mapping[str, str] = {
    SystemReason.LOGGED_IN: "Logged in",
    SystemReason.NO_RESPONSE: "No response",
    SystemReason.PHONE_NO_ANSWER: "Phone not answered",
    SystemReason.PHONE_REFUSED: "Phone rejected the call",
    SystemReason.PHONE_HUNG_UP: "Phone hung up",
    SystemReason.PHONE_LOST: "Phone lost",
    SystemReason.DESKTOP_LOST: "Desktop lost",
    SystemReason.AFTER_CALL_OVERRUN: "After-call work overrun",
    SystemReason.RESTART: "Restart of the system",
    SystemReason.AFTER_CALL: "After a call",
    SystemReason.PHONE_NOT_REGISTERED: "Phone not registered",
    SystemReason.PHONE_NOT_ALLOWED: "Phone call not allowed (password or rights)",
    SystemReason.PHONE_UNREACHABLE: "Phone cannot be reached",
    SystemReason.PHONE_TAKEN: "Phone in use by another agent",
}

_RESULTS: Mapping[CallResult, str] = {
    CallResult.NO_ANSWER: "No answer",
    CallResult.DO_NOT_CALL: "Do not call",
    CallResult.SIT: "Network announcement",
    CallResult.SYSTEM_LOST: "Lost by the system",
}


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


def present_reason(settings: Settings, agent: Agent) -> str:
    """What people read for the reason of an agent's state, with what SIP said of the phone."""
    label = reason_label(settings, agent.reason)
    return f"{label} ({agent.phone_error})" if agent.phone_error and agent.reason in _OF_PHONES else label


def reason_label(settings: Settings, code: str) -> str:
    """What people read for a reason of not being ready; empty for none."""
    for reason in settings.reasons:
        if reason.code == code:
            return reason.label
    return _SYSTEM_REASONS.get(code) or plain(code)


def result_label(campaign: CampaignSettings | None, result: CallResult) -> str:
    """What people read for a call result: the campaign's word if it has one."""
    if campaign is not None:
        for choice in campaign.outcome.call_results:
            if choice.call_result is result and choice.label:
                return choice.label
    return _RESULTS.get(result) or plain(result)


def disposition_label(campaign: CampaignSettings, code: str) -> str:
    for disposition in campaign.outcome.dispositions:
        if disposition.code == code:
            return disposition.label
    return plain(code)


def delivery(mode: Mode) -> str:
    """How contacts come to an agent: by asking for each, or by themselves."""
    return "Manual" if mode is Mode.PREVIEW else "Automatic"
