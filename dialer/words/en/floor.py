"""Refusals of supervisors' commands, and messages to agents about actions of supervisors."""

from __future__ import annotations

SENTENCES = {
    "campaign_state": "{campaign} is {state}.",
    "unknown_mode": "There is no mode ''{mode}''.",
    "manual_accept": (
        "{mode} offers no records, but offers of {campaign} are accepted by agents: remove accept: agent."
    ),
    "stop_first": "Stop {campaign} before it changes from {was} to {mode}.",
    "call_in_progress.reassign": "A call is under way; close the interaction, or wait for the end of the call.",
    "do_not_call.reassign": "This contact is not to be called; close the interaction instead.",
    "not_in_campaign": "{name} does not work for {campaign}.",
    "agent_occupied": "{name} has something on the desk, or is logged out.",
    "agent_not_ready": "{name} is not ready for a record.",
    "closed_by_supervisor": "A supervisor took it: {why}",
    "campaign_stopped": "{campaign} was stopped.",
    "campaign_unloaded": "{campaign} was unloaded.",
    "mode_changed": "{campaign} changes to {mode}.",
}
