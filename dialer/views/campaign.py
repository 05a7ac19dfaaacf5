"""A campaign for supervisors: what it does, and why it dials nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from dialer.agents.agent import AgentState
from dialer.campaigns.campaign import Campaign, CampaignState
from dialer.campaigns.reason import NoCalls, NoCallsCode
from dialer.views.agent import Engagement, engagement
from dialer.views.call import CallPhase, phase_of
from dialer.views.labels import CAMPAIGN_STATES, MODES, NOT_RUNNING, delivery
from dialer.views.pacing_sentence import pacing_sentence
from dialer.world.world import World


class WhyView(Struct, frozen=True):
    """Why nothing is dialled: one sentence and the counts behind it. `next_due_at` is UTC epoch seconds."""

    code: str
    sentence: str
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
    they were not asked for. `why` is None while it dials. `pacing_problem`: why the forecast of a predictive campaign
    is out of order and it paces one call for one agent; empty while it is not."""

    name: str
    description: str
    state: CampaignState
    state_label: str
    mode: str
    mode_label: str
    delivery: str
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
    results: dict[str, int] | None = None
    pacing_problem: str = ""


def why_view(world: World, campaign: Campaign) -> WhyView | None:
    """Why the campaign dials nothing; None while it does."""
    reason = campaign.reason
    if campaign.state is not CampaignState.RUNNING:
        at_work = [agent for agent in world.agents_of(campaign) if agent.state is not AgentState.LOGGED_OUT]
        reason = NoCalls(
            NoCallsCode.NOT_RUNNING,
            NOT_RUNNING[campaign.state],
            agents=len(at_work),
            agents_ready=sum(agent.state is AgentState.READY for agent in at_work),
            waiting=campaign.waiting,
        )
    if reason is None:
        return None
    waiting = reason.waiting
    code, sentence = _explained(world, campaign, reason)
    return WhyView(
        code=code,
        sentence=sentence,
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


def _explained(world: World, campaign: Campaign, reason: NoCalls) -> tuple[NoCallsCode, str]:
    """Code and sentence, with what the trunks last complained of. Where contacts are dialled ahead, agents who are all
    occupied keep nothing from being dialled: the pacing does, and says why."""
    if reason.code is NoCallsCode.TRUNK_DOWN:
        errors = [f"{each.name}: {each.last_error}" for each in world.trunks_of(campaign) if each.last_error]
        told = f" Last error of {'; of '.join(errors)}." if errors else ""
        return reason.code, reason.sentence + told
    if not (campaign.is_running and campaign.is_predictive):
        return reason.code, reason.sentence
    if reason.code is NoCallsCode.ALL_OCCUPIED:
        return reason.code, f"{reason.sentence} {pacing_sentence(world, campaign)}"
    if reason.code is NoCallsCode.CLAIMING and len(campaign.pool) > 0:
        return NoCallsCode.PACED, pacing_sentence(world, campaign)
    return reason.code, reason.sentence


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
        state_label=CAMPAIGN_STATES[campaign.state],
        mode=campaign.mode,
        mode_label=MODES[campaign.mode],
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
        pacing_problem=world.pacers[campaign.name].failure,
    )
