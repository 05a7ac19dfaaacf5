"""The agent hangs up."""

from __future__ import annotations

from dialer.agents.agent import AgentTrigger
from dialer.callflow.agent.desk import give_free
from dialer.callflow.call.commands import end_by_agent
from dialer.callflow.end.ending import withdraw
from dialer.core.step import Step
from dialer.interactions.interaction import InteractionState
from dialer.interactions.party import PartyState
from dialer.vocabulary import commands
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.desk import NoCall
from dialer.world.lookups import own


def on_end_call(step: Step, command: commands.EndCall) -> None:
    """End call, in whatever state the call is; while the agent's own phone still rings, the record goes back."""
    interaction, party = own(step.world, command.agent, command.interaction)
    if interaction.state is InteractionState.PREVIEW and party.state is PartyState.ALERTING:
        step.history("given_up", interaction=interaction)
        withdraw(step, interaction)
        give_free(step, step.world.agent(command.agent), AgentTrigger.RELEASE)
        return
    if interaction.contact_leg is None or interaction.state is InteractionState.CLEARED:
        raise Refused(NoCall(interaction.state))
    end_by_agent(step, interaction)
