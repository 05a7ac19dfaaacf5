"""The agent hangs up."""

from __future__ import annotations

from dialer.agents.agent import AgentTrigger
from dialer.callflow.agent.desk import give_free
from dialer.callflow.call.commands import end_by_agent
from dialer.callflow.end.ending import withdraw
from dialer.core.actions import permitted
from dialer.core.step import Step
from dialer.interactions.interaction import InteractionState
from dialer.interactions.party import PartyState
from dialer.vocabulary import commands


def on_end_call(step: Step, command: commands.EndCall) -> None:
    """End call, in whatever state the call is; while the agent's own phone still rings, the record goes back."""
    _, _, interaction, party, agent = permitted(step.world, commands.EndCall, command.agent, command.interaction)
    if interaction.state is InteractionState.PREVIEW and party.state is PartyState.ALERTING:
        step.history("given_up", interaction=interaction)
        withdraw(step, interaction)
        give_free(step, agent, AgentTrigger.RELEASE)
        return
    end_by_agent(step, interaction)
