"""A campaign for supervisors: its state, and the reason why it dials nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import reduce

from msgspec import Struct

from dialer.agents.agent import AgentState
from dialer.campaigns.campaign import Campaign, CampaignState
from dialer.campaigns.reason import NoCalls, NoCallsCode
from dialer.views.agent import Engagement, engagement
from dialer.views.call import CallPhase, phase_of
from dialer.views.labels import campaign_state_label, delivery, mode_label
from dialer.views.pacing_sentence import pacing_reason
from dialer.vocabulary.reasons.reason import Because, Reason, Sentence, because
from dialer.vocabulary.reasons.status import Also
from dialer.vocabulary.reasons.why import AllOccupiedWhile, NoTrunkUpSince, NotRunning, TrunkError
from dialer.world.world import World


class WhyView(Struct, frozen=True):
    """Why nothing is dialed: one sentence and the counts behind it; `because` is the sentence for desktops that speak
    another language. `routine`: it works as it should, and there is nothing to mend. `next_due_at` is UTC epoch
    seconds."""

    code: str
    routine: bool
    sentence: Sentence
    because: Because
    agents: int
    agents_ready: int
    in_hand: int
    due: int
    retry: int
    next_due_at: float | None
    out_of_window: int
    retrieved: int
    done: int
    total: int


class CampaignView(Struct, frozen=True):
    """A campaign. `agents` counts by state, `calls` by phase, `results` (of its attempts) by call result, None where
    they were not asked for. `why` is None while it dials. `pacing_problem`: the failure that makes a predictive
    campaign pace one call for one agent; empty without one."""

    name: str
    description: str
    state: CampaignState
    state_label: Sentence
    mode: str
    mode_label: Sentence
    delivery: Sentence
    teams: tuple[str, ...]
    lists: tuple[str, ...]
    trunks: tuple[str, ...]
    priority: int
    weight: int
    why: WhyView | None
    agents: dict[str, int]
    engaged: int
    calls: dict[str, int]
    in_hand: int
    served: int
    results: dict[str, int] | None
    pacing_problem: Sentence


def why_view(world: World, campaign: Campaign) -> WhyView | None:
    """Why the campaign dials nothing; None while it does."""
    reason = campaign.reason
    if campaign.state is not CampaignState.RUNNING:
        at_work = [agent for agent in world.agents_of(campaign) if agent.state is not AgentState.LOGGED_OUT]
        reason = NoCalls(
            NotRunning(campaign.state),
            agents=len(at_work),
            agents_ready=sum(agent.state is AgentState.READY for agent in at_work),
            waiting=campaign.waiting,
        )
    if reason is None:
        return None
    waiting = reason.waiting
    code, explained = _explained(world, campaign, reason)
    return WhyView(
        code=code,
        routine=code.is_routine,
        sentence=Sentence(explained),
        because=because(explained),
        agents=reason.agents,
        agents_ready=reason.agents_ready,
        in_hand=reason.in_hand,
        due=waiting.due,
        retry=waiting.retry,
        next_due_at=waiting.next_due_at,
        out_of_window=waiting.out_of_window,
        retrieved=waiting.retrieved,
        done=waiting.done,
        total=waiting.total,
    )


def _explained(world: World, campaign: Campaign, found: NoCalls) -> tuple[NoCallsCode, Reason]:
    """Code and reason, with the last errors of the trunks. Where contacts are dialed ahead, occupied agents do not stop
    the dialing: the reason is then that of the pacing."""
    code, reason = found.code, found.reason
    if code is NoCallsCode.TRUNK_DOWN:
        return code, _with_errors(world, campaign, reason)
    if not (campaign.is_running and campaign.is_predictive):
        return code, reason
    if code is NoCallsCode.ALL_OCCUPIED:
        return code, AllOccupiedWhile(reason, pacing_reason(world, campaign))
    if code is NoCallsCode.CLAIMING and len(campaign.pool) > 0:
        return NoCallsCode.PACED, pacing_reason(world, campaign)
    return code, reason


def _with_errors(world: World, campaign: Campaign, reason: Reason) -> Reason:
    trunks = world.trunks_of(campaign)
    errors: list[Reason] = [TrunkError(each.name, each.last_error) for each in trunks if each.last_error is not None]
    return NoTrunkUpSince(reason, reduce(Also, errors)) if errors else reason


def campaign_view(world: World, campaign: Campaign, results: Mapping[str, int] | None = None) -> CampaignView:
    """The campaign as it stands; `results` come from the store."""
    settings = campaign.settings
    agents = list(world.agents_of(campaign))
    states = Counter(agent.state for agent in agents)
    phases = Counter(phase_of(world, each) for each in world.interactions.values() if each.campaign == campaign.name)
    engaged = sum(engagement(world, agent) is Engagement.YES for agent in agents)
    return CampaignView(
        name=campaign.name,
        description=settings.description,
        state=campaign.state,
        state_label=campaign_state_label(campaign.state),
        mode=campaign.mode,
        mode_label=mode_label(campaign.mode),
        delivery=delivery(campaign.mode),
        teams=settings.teams,
        lists=tuple(each.name for each in settings.lists),
        trunks=settings.trunks,
        priority=settings.priority,
        weight=settings.weight,
        why=why_view(world, campaign),
        agents={state.value: states[state] for state in AgentState},
        engaged=engaged,
        calls={phase.value: phases[phase] for phase in CallPhase if phases[phase]},
        in_hand=len(campaign.pool),
        served=campaign.served,
        results=None if results is None else dict(results),
        pacing_problem=Sentence(world.pacers[campaign.name].failure),
    )
