"""What the pacing of a campaign is told: every call and every agent, in the words of the forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dialer.agents.agent import Agent, AgentState
from dialer.callflow.pacing.traits import traits_of
from dialer.campaigns.calendar import day_of
from dialer.campaigns.campaign import Campaign, CampaignState
from dialer.campaigns.day_figures import DayFigures
from dialer.core.step import Step
from dialer.interactions.attempt import AttemptState
from dialer.interactions.interaction import Interaction
from dialer.pacing import AgentStage, Observation, Observed, Outcome
from dialer.vocabulary.results import CallResult
from dialer.world.consent import may_work
from dialer.world.world import World

STAGES: Mapping[AgentState, AgentStage] = {
    AgentState.LOGGED_OUT: AgentStage.OUT,
    AgentState.NOT_READY: AgentStage.BREAK,
    AgentState.READY: AgentStage.IDLE,
    AgentState.RESERVED: AgentStage.RESERVED,
    AgentState.BUSY: AgentStage.TALK,
    AgentState.AFTER_CALL_WORK: AgentStage.WRAP,
}


#: Results that say nothing of the contact: the call never came to them, or nobody knows.
FAILED = frozenset({CallResult.TRUNK_FAILURE, CallResult.SYSTEM_ERROR, CallResult.SYSTEM_LOST, CallResult.DO_NOT_CALL})


MACHINES = frozenset({CallResult.ANSWERING_MACHINE, CallResult.FAX})


GIVEN_UP = frozenset({CallResult.CANCELLED, CallResult.SHED})


def dialed(step: Step, interaction: Interaction) -> None:
    """An attempt has begun."""
    record = interaction.record
    traits = None if record is None else traits_of(record, step.utc)
    if interaction.attempt is not None:
        _today(step, interaction).dials += 1
        _tell(step, interaction, Observation(Observed.DIALED, step.now, interaction.attempt.id, traits=traits))


def rung(step: Step, interaction: Interaction) -> None:
    """The contact's phone rings."""
    if interaction.attempt is not None:
        _tell(step, interaction, Observation(Observed.RUNG, step.now, interaction.attempt.id))


def answered(step: Step, interaction: Interaction, at: float) -> None:
    """200 OK, received at monotonic `at`."""
    attempt = interaction.attempt
    if attempt is None:
        return
    campaign = step.world.campaigns[interaction.campaign]
    campaign.abandonment.answer(day_of(campaign, step.utc))
    today = _today(step, interaction)
    today.answers += 1
    today.ring_s += max(0.0, step.utc_of(at) - attempt.begun_at)
    _tell(step, interaction, Observation(Observed.ANSWERED, min(at, step.now), attempt.id))


def abandoned(step: Step, interaction: Interaction) -> None:
    """A live answer had no agent in time, whoever hangs up later. It is told and counted once. A contact who picked up
    as we gave up counts as an answer first."""
    attempt = interaction.attempt
    if attempt is None or attempt.abandoned:
        return
    if attempt.state is not AttemptState.ANSWERED:
        ago_s = 0.0 if attempt.answered_at is None else step.utc - attempt.answered_at
        answered(step, interaction, step.now - ago_s)
    attempt.abandoned_at = step.utc
    campaign = step.world.campaigns[interaction.campaign]
    campaign.abandonment.abandon(day_of(campaign, step.utc))
    _tell(step, interaction, _ended(step, interaction, Outcome.ABANDONED, CallResult.ABANDONED))


def ended(step: Step, interaction: Interaction, result: CallResult) -> None:
    """The attempt came to `result`. Its length is counted by when it ended, not by when that was told. For the
    forecast an abandoned contact has ended before."""
    outcome = outcome_of(interaction, result)
    attempt, today = interaction.attempt, _today(step, interaction)
    if outcome is Outcome.UNANSWERED:
        today.unanswered += 1
        today.busy += result is not CallResult.NO_ANSWER
    elif outcome is Outcome.HANDLED and attempt is not None and attempt.connected_at is not None:
        today.talks += 1
        today.talk_s += max(0.0, (interaction.cleared_at or step.utc) - attempt.connected_at)
    if outcome is not Outcome.ABANDONED:
        _tell(step, interaction, _ended(step, interaction, outcome, result))


def worked_up(step: Step, interaction: Interaction, since: float) -> None:
    """After-call work that began at monotonic `since` is over."""
    today = _today(step, interaction)
    today.wraps += 1
    today.wrap_s += max(0.0, step.now - since)


def _today(step: Step, interaction: Interaction) -> DayFigures:
    campaign = step.world.campaigns[interaction.campaign]
    day = day_of(campaign, step.utc)
    if campaign.today.day != day:
        campaign.today = DayFigures(day)
    return campaign.today


def _ended(step: Step, interaction: Interaction, outcome: Outcome, result: CallResult) -> Observation:
    attempt = interaction.attempt
    return Observation(
        Observed.ENDED, step.now, None if attempt is None else attempt.id, detail=result, outcome=outcome
    )


def outcome_of(interaction: Interaction, result: CallResult) -> Outcome:
    """How an attempt with this result ended, as the law and the forecast see it. A machine that a trunk tells of
    without an answer is no live answer that has to be taken back."""
    attempt = interaction.attempt
    if attempt is not None and attempt.abandoned:
        return Outcome.ABANDONED
    if attempt is not None and attempt.answered_at is not None:
        return Outcome.MACHINE if result in MACHINES else Outcome.HANDLED
    if result in GIVEN_UP:
        return Outcome.SHED
    return Outcome.FAILED if result in FAILED else Outcome.UNANSWERED


def _tell(step: Step, interaction: Interaction, observation: Observation) -> None:
    step.world.pacers[interaction.campaign].observe(observation)


def is_followed(campaign: Campaign) -> bool:
    """Whether the rule of the campaign is told of its agents: also while it stops, until nothing is up for it."""
    return campaign.state in (CampaignState.RUNNING, CampaignState.STOPPING)


def agent_changed(step: Step, agent: Agent) -> None:
    """An agent came into a stage, or asked for something to follow it: told to each campaign of theirs that is
    followed."""
    for campaign in campaigns_of(step, agent):
        if is_followed(campaign):
            tell_of(step, campaign, agent)


def all_agents(step: Step, campaign: Campaign) -> None:
    """A campaign starts, or its rule begins anew: where everybody is, if it is followed."""
    if is_followed(campaign):
        for agent in step.world.agents_of(campaign):
            tell_of(step, campaign, agent)


def nobody(step: Step, campaign: Campaign) -> None:
    """A campaign has stopped: nothing more is told of its agents, and nothing is to be learnt from that."""
    for agent in step.world.agents_of(campaign):
        _tell_out(step, campaign, agent)


def campaigns_of(step: Step, agent: Agent) -> list[Campaign]:
    """The campaigns that the agent works for, whether they run or not."""
    return [campaign for campaign in step.world.campaigns.values() if step.world.works_for(agent, campaign)]


def regrouped(step: Step, agent: Agent, before: Sequence[Campaign]) -> None:
    """Teams have changed; the agent worked for the campaigns in `before`. A campaign that the agent has left is told:
    otherwise it waits for a busy agent for ever."""
    after = campaigns_of(step, agent)
    for campaign in before:
        if campaign not in after and campaign.name in step.world.pacers:
            _tell_out(step, campaign, agent)
    for campaign in after:
        if is_followed(campaign) and campaign not in before:
            tell_of(step, campaign, agent)


def _tell_out(step: Step, campaign: Campaign, agent: Agent) -> None:
    gone = Observation(Observed.AGENT_CHANGED, step.now, agent=agent.name, detail=agent.state, stage=AgentStage.OUT)
    step.world.pacers[campaign.name].observe(gone)


def tell_of(step: Step, campaign: Campaign, agent: Agent) -> None:
    interaction = step.world.interactions.get(agent.interaction) if agent.interaction else None
    attempt = interaction.attempt if interaction is not None and agent.state is AgentState.BUSY else None
    counts = may_work(campaign, agent) and step.world.counts_on(campaign, agent)
    step.world.pacers[campaign.name].observe(
        Observation(
            Observed.AGENT_CHANGED,
            # An agent who is taken away in the middle of a conversation is away from now on.
            agent.machine.since if counts else step.now,
            attempt.id if attempt is not None else None,
            agent=agent.name,
            detail=agent.state,
            stage=_stage(step.world, agent, interaction) if counts else AgentStage.OUT,
            leaving=agent.is_leaving,
        )
    )


def _stage(world: World, agent: Agent, interaction: Interaction | None) -> AgentStage:
    """An agent who reads that a contact was not reached is not idle, and teaches nothing of after-call work. An agent
    whose phone is on hold counts as on a break."""
    if agent.state is AgentState.AFTER_CALL_WORK and interaction is not None and not interaction.conversed:
        return AgentStage.RESERVED
    if agent.state is AgentState.READY and world.is_on_hold(agent):
        return AgentStage.BREAK
    return STAGES[agent.state]
