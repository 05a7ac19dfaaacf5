"""The live state that the loop owns: agents, campaigns, interactions, engines and legs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from config.model import CampaignSettings, Settings
from dialer.agents.agent import Agent
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import Leg
from dialer.interactions.test_call import TestCall
from dialer.pacing import Pacer
from dialer.pacing.governor import Governor
from dialer.pacing.predictive import PredictivePacer
from dialer.trunks.trunk import Trunk
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import (
    AgentName,
    AttemptId,
    CampaignName,
    EngineId,
    InteractionId,
    LegId,
    Mint,
    NoticeId,
    TrunkName,
)
from dialer.vocabulary.telephony import FIRST, Ability

#: How long no new leg is dialed over an engine that has run out of a resource.
SHORT_S = 5.0


@dataclass(slots=True)
class EngineView:
    """The node's view of an engine. `settled` once its snapshot was compared with our legs. `abilities` are those of
    its last EngineReady: a command that needs another one is not sent."""

    id: EngineId
    connected: bool = False
    boot: str = ""
    settled: bool = False
    capacity: int = 0
    legs: int = 0
    lingering: int = 0
    lag_ms: float = 0.0
    rss_mb: float = 0.0
    heap_mb: float = 0.0
    cpu_s: float = 0.0
    last_fault: str = ""
    problems: tuple[str, ...] = ()
    draining: bool = False
    abilities: frozenset[Ability] = FIRST
    #: The resource that it lacks, and until when no new leg is dialed over it (monotonic seconds).
    shortage: str = ""
    short_until: float = 0.0

    @property
    def usable(self) -> bool:
        return self.connected and self.settled

    @property
    def takes_calls(self) -> bool:
        """Whether it takes new legs: an engine that is ending only keeps those that it has."""
        return self.usable and not self.draining

    def is_short(self, now: float) -> bool:
        """Whether it has just refused a call because it lacks a resource of its own."""
        return now < self.short_until

    def run_short(self, problem: str, now: float) -> None:
        self.shortage, self.short_until = problem, now + SHORT_S


@dataclass(slots=True, frozen=True)
class Notice:
    """A notice that waits for an agent's OK."""

    id: NoticeId
    agent: AgentName
    campaign: CampaignName
    kind: str
    at_utc: float


#: How long an event that came late counts against dialing ahead.
LAG_REMEMBERED_S = 5.0


def make_rule(settings: CampaignSettings) -> Pacer:
    """The rule that dials ahead of free agents."""
    return PredictivePacer(settings.predictive, settings.ring_timeout_s)


def make_governor(settings: CampaignSettings) -> Governor:
    """The pacing of a campaign."""
    return Governor(make_rule(settings), settings.predictive.min_agents)


@dataclass(slots=True)
class World:
    """All live state of one node. Only handlers change it, one message at a time."""

    mint: Mint
    settings: Settings
    revision: int = 0
    campaigns: dict[CampaignName, Campaign] = field(default_factory=dict)
    agents: dict[AgentName, Agent] = field(default_factory=dict)
    interactions: dict[InteractionId, Interaction] = field(default_factory=dict)
    legs: dict[LegId, Leg] = field(default_factory=dict)
    trunks: dict[TrunkName, Trunk] = field(default_factory=dict)
    engines: dict[EngineId, EngineView] = field(default_factory=dict)
    pacers: dict[CampaignName, Governor] = field(default_factory=dict)
    make_pacer: Callable[[CampaignSettings], Governor] = field(default=make_governor)
    #: Age of the oldest event that came lately, and when it came (monotonic seconds).
    lag_s: float = 0.0
    lagged_at: float = 0.0
    notices: dict[NoticeId, Notice] = field(default_factory=dict)
    test_calls: dict[str, TestCall] = field(default_factory=dict)
    #: Attempts that were given up lately without an answer, their campaigns, and when (monotonic seconds).
    given_up: dict[AttemptId, tuple[CampaignName, float]] = field(default_factory=dict)
    #: The reason why the store takes no writes; empty while it does.
    store_problem: str = ""
    #: False until all remembered state from before the start has arrived.
    restored: bool = False
    _crews: dict[CampaignName, tuple[Agent, ...]] = field(default_factory=dict)

    def agent(self, name: AgentName) -> Agent:
        """Raises NotFound."""
        try:
            return self.agents[name]
        except KeyError:
            raise NotFound("agent", name) from None

    def campaign(self, name: CampaignName) -> Campaign:
        """Raises NotFound."""
        try:
            return self.campaigns[name]
        except KeyError:
            raise NotFound("campaign", name) from None

    def interaction(self, id_: InteractionId) -> Interaction:
        """Raises NotFound; also for one that is finalized."""
        try:
            return self.interactions[id_]
        except KeyError:
            raise NotFound("interaction", id_) from None

    def agents_of(self, campaign: Campaign) -> Sequence[Agent]:
        """Agents of the campaign's teams."""
        crew = self._crews.get(campaign.name)
        if crew is None:
            crew = tuple(agent for agent in self.agents.values() if self.works_for(agent, campaign))
            self._crews[campaign.name] = crew
        return crew

    def regroup(self) -> None:
        """Teams have changed, of agents or of campaigns, or there is a new agent."""
        self._crews.clear()

    def works_for(self, agent: Agent, campaign: Campaign) -> bool:
        return not agent.teams.isdisjoint(campaign.settings.teams)

    def counts_on(self, campaign: Campaign, agent: Agent) -> bool:
        """Whether this campaign counts on the agent now, and no other campaign that shares them does."""
        return agent.lent_to is None or agent.lent_to == campaign.name

    def is_on_hold(self, agent: Agent) -> bool:
        """Whether the agent's engaged leg is on hold at the phone: a contact joined to it hears music."""
        leg = self.legs.get(agent.engaged) if agent.engaged else None
        return leg is not None and leg.is_connected and leg.held_by_peer

    def running_for(self, agent: Agent) -> list[Campaign]:
        """Running campaigns that the agent works for: lowest priority number first, then least served by weight."""
        mine = [each for each in self.campaigns.values() if each.is_running and self.works_for(agent, each)]
        return sorted(mine, key=_by_turn)

    def interactions_of(self, campaign: CampaignName) -> list[Interaction]:
        return [each for each in self.interactions.values() if each.campaign == campaign]

    def trunks_of(self, campaign: Campaign) -> list[Trunk]:
        names = (TrunkName(name) for name in campaign.settings.trunks)
        return [self.trunks[name] for name in names if name in self.trunks]

    def note_lag(self, lag_s: float, now: float) -> None:
        """An event of this age came at `now`. The worst of the last seconds counts."""
        if lag_s >= self.lag_s or now - self.lagged_at > LAG_REMEMBERED_S:
            self.lag_s, self.lagged_at = max(0.0, lag_s), now

    def lag_at(self, now: float) -> float:
        """Age of the oldest event of the last seconds."""
        return self.lag_s if now - self.lagged_at <= LAG_REMEMBERED_S else 0.0

    def usable_engine(self, now: float = math.inf) -> EngineView | None:
        """The engine for a new agent's leg: of those that take calls and lack no resource at `now`, the one with the
        fewest legs."""
        usable = [engine for engine in self.engines.values() if engine.takes_calls]
        return min(usable, key=lambda engine: (engine.is_short(now), engine.legs, engine.id), default=None)

    def shortage(self, now: float) -> str:
        """The resource that every usable engine lacks; "" while one of them can dial."""
        usable = [engine for engine in self.engines.values() if engine.takes_calls]
        short = [engine.shortage for engine in usable if engine.is_short(now)]
        return short[0] if short and len(short) == len(usable) else ""


def _by_turn(campaign: Campaign) -> tuple[int, float, str]:
    return (campaign.settings.priority, campaign.served / campaign.settings.weight, campaign.name)
