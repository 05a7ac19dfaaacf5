"""The agent hangs up."""

from __future__ import annotations

from dialer.agents.agent import AgentTrigger
from dialer.callflow.agent.desk import give_free
from dialer.callflow.call.commands import end_by_agent
from dialer.callflow.end.ending import withdraw
from dialer.core.desk import Desk
from dialer.core.step import Step
from dialer.interactions.interaction import InteractionState
from dialer.interactions.party import PartyState
from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.reasons.desk import NoCall
from dialer.vocabulary.reasons.reason import Reason


class EndCall(DeskCommand, frozen=True):
    """End the call."""


def against_end_call(desk: Desk) -> Reason | None:
    interaction = desk.interaction
    up = interaction.contact_leg is not None and interaction.state is not InteractionState.CLEARED
    rings = interaction.state is InteractionState.PREVIEW and desk.party.state is PartyState.ALERTING
    return None if up or rings else NoCall(interaction.state)


def on_end_call(step: Step, desk: Desk, _: EndCall) -> None:
    """End call, in whatever state the call is; while the agent's own phone still rings, the record goes back."""
    interaction, party, agent = desk.interaction, desk.party, desk.agent
    if interaction.state is InteractionState.PREVIEW and party.state is PartyState.ALERTING:
        step.history("given_up", interaction=interaction)
        withdraw(step, interaction)
        give_free(step, agent, AgentTrigger.RELEASE)
        return
    end_by_agent(step, interaction)
