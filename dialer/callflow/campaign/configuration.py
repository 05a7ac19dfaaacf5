"""Configuration as an event, at start as at reload: applied at the next decision."""

from __future__ import annotations

from config.model import CampaignSettings
from config.model import Trunk as TrunkSettings
from dialer.callflow.heard import trunks as heard_trunks
from dialer.callflow.pacing import observations
from dialer.callflow.pacing.habits import recall
from dialer.callflow.presence import phone_use
from dialer.campaigns.campaign import Campaign, CampaignState, make_campaign
from dialer.core.step import Step
from dialer.trunks.accounts import configure
from dialer.trunks.bucket import Bucket
from dialer.trunks.trunk import TrunkTrigger, make_trunk
from dialer.vocabulary import events
from dialer.vocabulary.ids import CampaignName, EngineId, TeamName, TrunkName
from dialer.world.teams import grouping
from dialer.world.world import EngineView


def on_applied(step: Step, event: events.ConfigurationApplied) -> None:
    world = step.world
    before = {agent.name: observations.campaigns_of(step, agent) for agent in world.agents.values()}
    teams = grouping(world)
    world.settings, world.revision = event.settings, event.revision
    _apply_engines(step)
    _apply_trunks(step)
    _apply_campaigns(step)
    world.regroup()
    for agent in world.agents.values():
        agent.teams = frozenset(TeamName(team) for team in world.settings.teams_of(agent.name, agent.own_teams))
        step.agent_changed(agent.name)
        observations.regrouped(step, agent, before[agent.name])
    step.regrouped(teams)
    phone_use.review(step)
    configured = {EngineId(each.name) for each in world.settings.engines}
    for engine in world.engines.values():
        if engine.connected and engine.id in configured:
            step.tell(engine.id, configure(world.settings, world.settings.engine(engine.id)))
    heard_trunks.begin(step)
    step.history("configuration_applied", revision=event.revision)


def _apply_engines(step: Step) -> None:
    """Engines of the configuration. One that vanished from it stays until its legs are gone."""
    engines = step.world.engines
    for settings in step.world.settings.engines:
        engines.setdefault(EngineId(settings.name), EngineView(EngineId(settings.name)))
    used = {leg.engine for leg in step.world.legs.values()}
    named = {EngineId(settings.name) for settings in step.world.settings.engines}
    for engine in [each for each in engines if each not in named and each not in used]:
        del engines[engine]


def _apply_trunks(step: Step) -> None:
    """New trunks begin unknown, also those that moved; changed ones keep their legs, removed ones go when their legs
    are gone."""
    trunks = step.world.trunks
    named = {TrunkName(settings.name): settings for settings in step.world.settings.trunks}
    for name, settings in named.items():
        trunk = trunks.get(name)
        if trunk is None:
            trunks[name] = make_trunk(settings)
        elif trunk.settings != settings:
            if _elsewhere(trunk.settings, settings):
                trunk.machine.advance(TrunkTrigger.FORGOTTEN, step.now)
                trunk.misses = 0
            trunk.settings = settings
            trunk.bucket = Bucket(settings.max_calls_per_s)
        step.trunk_changed(name)
    for name in [each for each in trunks if each not in named and not trunks[each].legs]:
        del trunks[name]


def _elsewhere(old: TrunkSettings, new: TrunkSettings) -> bool:
    """Whether what is known of a trunk says nothing of it any more."""
    return (old.place, old.transport, old.probe) != (new.place, new.transport, new.probe)


def _pace_anew(step: Step, campaign: Campaign, settings: CampaignSettings) -> None:
    """What the pacing was made of has changed: it begins to learn again; what the law counts stays."""
    old = campaign.settings
    if (old.predictive, old.ring_timeout_s) != (settings.predictive, settings.ring_timeout_s):
        step.world.pacers[campaign.name] = step.world.make_pacer(settings)
        recall(step, campaign)
        observations.all_agents(step, campaign)


def _apply_campaigns(step: Step) -> None:
    """A changed mode takes effect only while the campaign is inactive; a removed campaign stays until it is."""
    world = step.world
    named = {CampaignName(settings.name): settings for settings in world.settings.campaigns}
    for name, settings in named.items():
        campaign = world.campaigns.get(name)
        if campaign is None:
            world.campaigns[name] = make_campaign(settings)
            world.pacers[name] = world.make_pacer(settings)
        else:
            _pace_anew(step, campaign, settings)
            campaign.settings = settings
            campaign.hours = None
            campaign.window_minute = -1
            campaign.claim_after = 0.0
            if campaign.state is CampaignState.INACTIVE:
                campaign.mode = settings.mode
        step.campaign_changed(name)
    for name in [each for each in world.campaigns if each not in named]:
        if world.campaigns[name].state is CampaignState.INACTIVE and not world.interactions_of(name):
            del world.campaigns[name]
            del world.pacers[name]
