"""Keys of timers: the kind, a slash, and the id of the timer's object. `callflow.dispatch.TIMERS` has a handler for
each kind."""

from __future__ import annotations

from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, LegId, OfferId, TrunkName


def ring_again_timer(interaction: InteractionId) -> str:
    return f"ring_again/{interaction}"


#: The timer that runs the pacing at once, coalesced, when an agent becomes free.
PACE_TIMER = "pace"


def pause_timer(agent: AgentName) -> str:
    return f"pause/{agent}"


def desktop_timer(agent: AgentName) -> str:
    return f"desktop/{agent}"


def dial_timer(interaction: InteractionId) -> str:
    return f"dial/{interaction}"


def nothing_heard_timer(leg: LegId) -> str:
    return f"nothing_heard/{leg}"


def no_progress_timer(leg: LegId) -> str:
    return f"no_progress/{leg}"


def warning_timer(interaction: InteractionId) -> str:
    return f"after_call_warning/{interaction}"


def limit_timer(interaction: InteractionId) -> str:
    return f"after_call/{interaction}"


def reconnect_timer(interaction: InteractionId) -> str:
    return f"reconnect/{interaction}"


def extension_timer(leg: LegId) -> str:
    return f"extension/{leg}"


def look_timer(offer: OfferId) -> str:
    return f"look/{offer}"


def preview_timer(interaction: InteractionId) -> str:
    return f"preview/{interaction}"


def offer_timer(offer: OfferId) -> str:
    return f"offer/{offer}"


def probe_timer(trunk: TrunkName) -> str:
    return f"probe/{trunk}"


def wait_timer(interaction: InteractionId) -> str:
    return f"queue/{interaction}"


def message_timer(interaction: InteractionId) -> str:
    return f"queue_message/{interaction}"


def test_call_timer(call: str) -> str:
    return f"test_call/{call}"


def drained_timer(campaign: CampaignName) -> str:
    """Look at once, after the present message, whether a stopping campaign has nothing left under way."""
    return f"drained/{campaign}"
