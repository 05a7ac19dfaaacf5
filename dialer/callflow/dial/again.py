"""The contact is dialed again from after-call work, in the same interaction."""

from __future__ import annotations

from dialer.agents.agent import AgentState
from dialer.callflow.agent.desk import moved
from dialer.callflow.agent.legs import ring_agent
from dialer.callflow.call.audio import release_legs
from dialer.callflow.dial.attempt import place, place_over, waits_for_rate
from dialer.callflow.end.after_call import back_to_work
from dialer.core.desk import Desk, phone_on_hold
from dialer.core.moves import DIALED_AGAIN, SERVED, advance_all
from dialer.core.step import Step
from dialer.core.timers import dial_timer, limit_timer, warning_timer
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import Leg, LegPurpose
from dialer.vocabulary import topics
from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.desk import CallNotOver, CampaignNotRunning, ContactBarred, NotAfterCall
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.vocabulary.topics import OwnDesk


class CallAgain(DeskCommand, frozen=True):
    """Dial the contact again within this interaction."""


def against_call_again(desk: Desk) -> Reason | None:
    if desk.interaction.state is not InteractionState.CLEARED:
        return CallNotOver(desk.interaction.state)
    if desk.interaction.do_not_call:
        return ContactBarred()
    if not desk.campaign.is_running:
        return CampaignNotRunning(desk.campaign.name, desk.campaign.state)
    if desk.agent.state is not AgentState.AFTER_CALL_WORK:
        return NotAfterCall(desk.agent.state)
    return phone_on_hold(desk)


def on_call_again(step: Step, desk: Desk, _: CallAgain) -> None:
    """A new attempt of the same interaction, to the same number."""
    _world, campaign, interaction, party, agent = desk
    said = interaction.agent_result
    engaged = step.world.legs.get(agent.engaged) if agent.engaged else None
    if engaged is not None and engaged.reaches_agent:
        place_over(step, campaign, interaction, party, engaged, DIALED_AGAIN)
        # A record that its agent has seen is not taken out of sight.
        interaction.asm = interaction.conversed
    else:
        leg = ring_agent(step, agent, LegPurpose.AGENT, campaign.settings.phone_ring_timeout_s, interaction)
        party.leg = leg.id
        advance_all(step, SERVED, interaction)
        interaction.asm = False
    interaction.after_call = None
    interaction.ended_by = None
    interaction.cause = ""
    step.cancel_timer(limit_timer(interaction.id))
    step.cancel_timer(warning_timer(interaction.id))
    moved(step, agent)
    step.history("called_again", interaction=interaction, said=said)
    step.interaction_changed(interaction)


def on_call_again_phone(step: Step, interaction: Interaction, phone: Leg) -> None:
    """The agent's phone was answered for a call again: now the contact."""
    campaign = step.world.campaigns[interaction.campaign]
    if waits_for_rate(step, campaign, dial_timer(interaction.id), phone.answered_at or step.now):
        return
    try:
        place(step, campaign, interaction)
    except Refused as refusal:
        on_call_again_failed(step, interaction, refusal.reason)
        return
    step.audio_changed(interaction)


def on_call_again_failed(step: Step, interaction: Interaction, why: Reason) -> None:
    """Back to after-call work, with the reason."""
    party = interaction.owner
    if party is None:
        return
    told = topics.CallAgainFailed(why.code, Sentence(why))
    step.publish(topics.CALL_AGAIN_FAILED, OwnDesk(party.agent), interaction.id, told)
    release_legs(step, interaction)
    back_to_work(step, interaction, party)
