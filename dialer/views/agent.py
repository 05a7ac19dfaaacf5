"""An agent: on their own desktop, and in the list of supervisors."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from config.model import Join, Mode
from dialer.agents.agent import Agent, AgentState
from dialer.callflow.presence import phone_use
from dialer.campaigns.campaign import Campaign, CampaignState
from dialer.views.interaction import BlankRecord, blank_record, is_blank
from dialer.views.labels import (
    agent_state_label,
    campaign_state_label,
    delivery,
    mode_label,
    present_reason,
    reason_label,
)
from dialer.views.permission import Allowed, allow
from dialer.vocabulary.reasons.desk import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentReady,
    AlreadyAsked,
    NoPreviewRuns,
    NotPermitted,
    NotReady,
)
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.world.world import World


class Engagement(StrEnum):
    """Whether an agent's standing leg (ASM) is up."""

    NO = "no"
    RINGING = "ringing"
    YES = "yes"
    #: Up, but on hold at the phone without a contact: nothing is dialed for the agent.
    ON_HOLD = "on_hold"


class PendingView(Struct, frozen=True):
    """A request during a conversation: `wish` is ready, not_ready or log_out."""

    wish: str
    reason: str
    reason_label: Sentence


class MyCampaign(Struct, frozen=True):
    """A line of My campaigns. `delivery` is Manual or Automatic; `needs_ok` says that no contacts come before OK."""

    name: str
    description: str
    state: CampaignState
    state_label: Sentence
    mode: str
    mode_label: Sentence
    delivery: Sentence
    joined: bool
    needs_ok: bool


class AgentView(Struct, frozen=True):
    """An agent as their own desktop shows them. `since` is UTC epoch seconds.

    `interaction` is what is on the desk; `blank` is the empty record of ASM, instead of it. `waits_for` is the campaign
    from which the agent waits for a record. `phone_error` is the SIP answer when the phone last failed to answer; empty
    once it has answered.
    """

    name: str
    display_name: str
    state: AgentState
    state_label: Sentence
    reason: str
    reason_label: Sentence
    since: float
    pending: PendingView | None
    phone: str
    phone_error: str
    engaged: Engagement
    interaction: str | None
    blank: BlankRecord | None
    waits_for: str | None
    campaigns: tuple[MyCampaign, ...]
    actions: tuple[Allowed, ...]


class AgentSummary(Struct, frozen=True):
    """One line of a supervisor's list."""

    name: str
    display_name: str
    teams: tuple[str, ...]
    state: AgentState
    state_label: Sentence
    reason: str
    reason_label: Sentence
    since: float
    pending: str
    phone_error: str
    engaged: Engagement
    desktops: int
    interaction: str | None
    campaign: str | None


class NoticeView(Struct, frozen=True):
    """A notice that waits for the agent's OK: `kind` is loaded, started, stopped, unloaded or mode_changed. Mode and
    state are those of the campaign now, as codes with labels."""

    id: str
    campaign: str
    kind: str
    description: str
    mode: str
    mode_label: Sentence
    state: str
    state_label: Sentence
    at: float


class ReasonView(Struct, frozen=True):
    """A reason for not being ready that agents may choose."""

    code: str
    label: str


def engagement(world: World, agent: Agent) -> Engagement:
    leg = world.legs.get(agent.engaged) if agent.engaged else None
    if leg is None:
        return Engagement.NO
    if not leg.is_connected:
        return Engagement.RINGING
    return Engagement.ON_HOLD if leg.held_by_peer and agent.interaction is None else Engagement.YES


def agent_view(world: World, agent: Agent) -> AgentView:
    """The agent as their desktop shows them."""
    interaction = world.interactions.get(agent.interaction) if agent.interaction else None
    blank = _blank(world, agent)
    pending = agent.pending
    settings = world.settings
    return AgentView(
        name=agent.name,
        display_name=agent.display_name,
        state=agent.state,
        state_label=agent_state_label(agent.state),
        reason=agent.reason,
        reason_label=present_reason(settings, agent),
        since=agent.since_utc,
        pending=None
        if pending is None
        else PendingView(pending.wish, pending.reason, reason_label(settings, pending.reason)),
        phone=agent.phone,
        phone_error=agent.phone_error,
        engaged=engagement(world, agent),
        interaction=None if interaction is None or is_blank(interaction) else interaction.id,
        blank=blank,
        waits_for=agent.waits_for,
        campaigns=my_campaigns(world, agent),
        actions=_actions(world, agent),
    )


def agent_summary(world: World, agent: Agent) -> AgentSummary:
    """The agent as a supervisor's list has them."""
    interaction = world.interactions.get(agent.interaction) if agent.interaction else None
    return AgentSummary(
        name=agent.name,
        display_name=agent.display_name,
        teams=tuple(sorted(agent.teams)),
        state=agent.state,
        state_label=agent_state_label(agent.state),
        reason=agent.reason,
        reason_label=present_reason(world.settings, agent),
        since=agent.since_utc,
        pending=agent.pending.wish if agent.pending else "",
        phone_error=agent.phone_error,
        engaged=engagement(world, agent),
        desktops=agent.desktops,
        interaction=interaction.id if interaction else None,
        campaign=interaction.campaign if interaction else None,
    )


def my_campaigns(world: World, agent: Agent) -> tuple[MyCampaign, ...]:
    """Campaigns of the agent's teams, by priority and name."""
    mine = [each for each in world.campaigns.values() if world.works_for(agent, each)]
    return tuple(_mine(agent, each) for each in sorted(mine, key=lambda each: (each.settings.priority, each.name)))


def _mine(agent: Agent, campaign: Campaign) -> MyCampaign:
    joined = campaign.name in agent.joined
    return MyCampaign(
        name=campaign.name,
        description=campaign.settings.description,
        state=campaign.state,
        state_label=campaign_state_label(campaign.state),
        mode=campaign.mode,
        mode_label=mode_label(campaign.mode),
        delivery=delivery(campaign.mode),
        joined=joined,
        needs_ok=campaign.settings.join is Join.REQUIRED and not joined,
    )


def notices(world: World, agent: Agent) -> tuple[NoticeView, ...]:
    """Notices that wait for the agent's OK, oldest first."""
    mine = [notice for notice in world.notices.values() if notice.agent == agent.name]
    views = []
    for notice in sorted(mine, key=lambda each: each.at_utc):
        campaign = world.campaigns.get(notice.campaign)
        views.append(
            NoticeView(
                id=notice.id,
                campaign=notice.campaign,
                kind=notice.kind,
                description=campaign.settings.description if campaign else "",
                mode=campaign.mode if campaign else "",
                mode_label=mode_label(campaign.mode) if campaign else Sentence(),
                state=campaign.state if campaign else "",
                state_label=campaign_state_label(campaign.state) if campaign else Sentence(),
                at=notice.at_utc,
            )
        )
    return tuple(views)


def reasons(world: World) -> tuple[ReasonView, ...]:
    """Reasons that agents may choose, in the order of the configuration."""
    return tuple(ReasonView(each.code, each.label) for each in world.settings.reasons if each.offered)


def _blank(world: World, agent: Agent) -> BlankRecord | None:
    interaction = world.interactions.get(agent.interaction) if agent.interaction else None
    if interaction is not None:
        campaign = world.campaigns.get(interaction.campaign)
        return blank_record(campaign, interaction) if campaign is not None and is_blank(interaction) else None
    if agent.state is not AgentState.READY or engagement(world, agent) is not Engagement.YES:
        return None
    asm = [campaign for campaign in world.running_for(agent) if campaign.is_asm]
    return blank_record(asm[0], None) if asm else None


def _actions(world: World, agent: Agent) -> tuple[Allowed, ...]:
    logged_out = AgentLoggedOut() if agent.state is AgentState.LOGGED_OUT else None
    ready = agent.state is AgentState.READY
    refused = phone_use.refusal(world, agent)
    taken = None if refused is None else refused.reason
    previews = [each for each in world.running_for(agent) if each.mode is Mode.PREVIEW]
    return (
        allow("ready", logged_out or (AgentReady() if ready and agent.pending is None else None) or taken),
        allow("not-ready", logged_out),
        allow("log-in", None if logged_out else AgentLoggedIn()),
        allow("log-out", logged_out),
        allow("get-record", logged_out or _get_record(agent, previews)),
    )


def _get_record(agent: Agent, previews: list[Campaign]) -> Reason | None:
    if not previews:
        return NoPreviewRuns()
    if not any(each.settings.permissions.get_next for each in previews):
        return NotPermitted("get_next", "get_next")
    if agent.state is not AgentState.READY or agent.interaction is not None:
        return NotReady(agent.state)
    return AlreadyAsked(agent.waits_for) if agent.waits_for is not None else None
