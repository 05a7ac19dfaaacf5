"""After-call work: its begin, its clock, and its end by force."""

from __future__ import annotations

from config.model import AfterDone, WhenUnanswered
from dialer.agents.agent import AgentState, AgentTrigger
from dialer.callflow.agent.desk import moved
from dialer.core.moves import BACK_TO_WORK, ENDED, advance_all
from dialer.core.step import Step
from dialer.core.timers import drained_timer, limit_timer, warning_timer
from dialer.interactions.interaction import AfterCall, Interaction, InteractionState
from dialer.interactions.party import Party, PartyTrigger


def after_forced(step: Step, interaction: Interaction) -> AgentTrigger | None:
    """Where the agent goes from whom a supervisor takes an interaction: as after Done, but not ready without a
    desktop."""
    party = interaction.owner
    agent = step.world.agents[party.agent] if party is not None else None
    if agent is None or agent.state is not AgentState.AFTER_CALL_WORK:
        return None
    then = step.world.campaigns[interaction.campaign].settings.after_call.then
    stays = agent.away or then is AfterDone.NOT_READY
    return AgentTrigger.NOT_READY if stays else AgentTrigger.READY


def back_to_work(step: Step, interaction: Interaction, party: Party) -> None:
    """A call again came to nothing before it was an attempt: after-call work begins anew, or the result of the attempt
    before is shown again."""
    desk, show_s = step.world.campaigns[interaction.campaign].settings.unanswered.after(interaction.found_result)
    shown = not interaction.conversed and desk is not WhenUnanswered.WAIT
    begin_after_call(step, interaction, party, show_s if shown else None)


def begin_after_call(step: Step, interaction: Interaction, party: Party, show_s: float | None = None) -> None:
    """The call is over, or was before. `show_s`: there is no work, the result is only shown for so long."""
    agent = step.world.agents[party.agent]
    over = interaction.state is InteractionState.CLEARED
    comes_to_work = not over or agent.state is AgentState.RESERVED
    if comes_to_work:
        advance_all(step, BACK_TO_WORK if over else ENDED, interaction)
    else:
        # Work that an agent who is not ready has been given.
        party.machine.advance(PartyTrigger.END, step.now)
    party.ended_at = step.utc
    if show_s is None:
        start_work_clock(step, interaction)
    else:
        interaction.after_call = AfterCall(step.utc + show_s, shown=True)
        step.start_timer(limit_timer(interaction.id), show_s)
    if comes_to_work:
        moved(step, agent)
    step.save_party(interaction, party)
    step.interaction_changed(interaction)
    look_if_drained(step, interaction)


def start_work_clock(step: Step, interaction: Interaction) -> None:
    """The time of after-call work begins."""
    rules = step.world.campaigns[interaction.campaign].settings.after_call
    interaction.after_call = AfterCall(step.utc + rules.limit_s)
    step.start_timer(limit_timer(interaction.id), rules.limit_s)
    if rules.warning_s > 0:
        step.start_timer(warning_timer(interaction.id), rules.limit_s - rules.warning_s)


def look_if_drained(step: Step, interaction: Interaction) -> None:
    """Something of a campaign that does not run has ended: it may be over now."""
    campaign = step.world.campaigns.get(interaction.campaign)
    if campaign is not None and not campaign.is_running:
        step.start_timer(drained_timer(campaign.name), 0.0)
