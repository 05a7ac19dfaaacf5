"""The life of a campaign: load, start, stop, unload, mode."""

from __future__ import annotations

from config.model import Accept, Mode, OnStop
from dialer.callflow.agent import engaged
from dialer.callflow.agent.legs import hang_up
from dialer.callflow.dial import again, offers
from dialer.callflow.pacing import observations
from dialer.callflow.pacing.habits import recall
from dialer.callflow.presence import notices
from dialer.callflow.record.claim import release_pool
from dialer.callflow.supervision.interventions import close_deserted
from dialer.campaigns.campaign import PREDICTIVE_MODES, Campaign, CampaignState, CampaignTrigger
from dialer.core.step import Step
from dialer.interactions.attempt import AttemptState
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.party import PartyState
from dialer.vocabulary import commands, topics
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import CampaignName, ListName
from dialer.vocabulary.reasons.calls import Halted
from dialer.vocabulary.reasons.floor import (
    CampaignIs,
    CampaignStopped,
    CampaignUnloaded,
    ManualAccept,
    ModeChanges,
    StopFirst,
    UnknownMode,
)
from dialer.vocabulary.reasons.reason import Sentence
from dialer.vocabulary.topics import OwnDesk
from dialer.vocabulary.writes import RenewCancelled, SaveCampaign
from dialer.world import lookups
from dialer.world.lookups import is_live


def _advance(step: Step, campaign: Campaign, trigger: CampaignTrigger) -> None:
    """Raises Refused for what the campaign's state does not allow."""
    if not campaign.machine.allows(trigger):
        raise Refused(CampaignIs(campaign.name, campaign.state, trigger))
    campaign.machine.advance(trigger, step.now)
    if trigger is CampaignTrigger.LOAD:
        campaign.loaded_utc = step.utc
    if trigger in _NEWS:
        campaign.news_utc = step.utc
    _save(step, campaign)
    step.campaign_changed(campaign.name)
    for agent in step.world.agents_of(campaign):
        step.agent_changed(agent.name)


#: What agents are told of; that it is drained follows from what they know.
_NEWS = frozenset(CampaignTrigger) - {CampaignTrigger.DRAINED, CampaignTrigger.RELEASED}


def _save(step: Step, campaign: Campaign) -> None:
    since = campaign.loaded_utc or None, campaign.news_utc or None
    step.write(SaveCampaign(campaign.name, campaign.state, campaign.mode, step.utc, *since))


def on_load(step: Step, command: commands.LoadCampaign) -> None:
    campaign = step.world.campaign(command.campaign)
    _advance(step, campaign, CampaignTrigger.LOAD)
    campaign.of_refused_type = 0
    lists = tuple(ListName(each.name) for each in campaign.settings.lists)
    step.write(RenewCancelled(campaign.name, lists, step.utc))
    step.history("campaign_loaded", campaign=campaign.name, by=command.by)
    notices.tell_agents(step, campaign, "loaded")


def on_start(step: Step, command: commands.StartCampaign) -> None:
    campaign = step.world.campaign(command.campaign)
    goes_on = campaign.state is CampaignState.STOPPING
    _advance(step, campaign, CampaignTrigger.START)
    campaign.claim_after = 0.0
    # From here on all count alike: who starts later has nothing to catch up with.
    for each in step.world.campaigns.values():
        each.served = 0
    if step.world.pacers[campaign.name].failure is not None:
        step.world.pacers[campaign.name] = step.world.make_pacer(campaign.settings)
        goes_on = False
    if not goes_on:
        recall(step, campaign)
    observations.all_agents(step, campaign)
    step.history("campaign_started", campaign=campaign.name, by=command.by)
    notices.tell_agents(step, campaign, "started")
    step.start_timer("pace", 0.0)


def on_stop(step: Step, command: commands.StopCampaign) -> None:
    """No new dial; offers withdrawn; ringing legs cancelled or left; conversations and after-call work go on."""
    campaign = step.world.campaign(command.campaign)
    _advance(step, campaign, CampaignTrigger.STOP)
    step.history("campaign_stopped", campaign=campaign.name, by=command.by)
    _stand_still(step, campaign, CampaignStopped(campaign.name))
    notices.tell_agents(step, campaign, "stopped")
    drained(step, campaign)


def _stand_still(step: Step, campaign: Campaign, why: Halted) -> None:
    """Nothing more is dialed: offers back, rings given up by setting, nobody waits for a record any more."""
    halt(step, campaign, why)
    for agent in step.world.agents_of(campaign):
        if agent.waits_for == campaign.name:
            agent.waits_for = None
            step.publish(topics.NO_RECORD, OwnDesk(agent.name), campaign.name, topics.NoRecord(Sentence(why)))
    release_pool(step, campaign)


def halt(step: Step, campaign: Campaign, why: Halted) -> None:
    """Withdraw offers and give up what rings, by setting."""
    for interaction in step.world.interactions_of(campaign.name):
        take_off(step, campaign, interaction, why)


def take_off(step: Step, campaign: Campaign, interaction: Interaction, why: Halted) -> None:
    party = interaction.owner
    if interaction.state is InteractionState.PREVIEW and party is not None:
        offers.take_back(step, step.world.agents[party.agent], interaction, why)
        return
    if interaction.state is InteractionState.CLEARED and party is not None and party.state is PartyState.ALERTING:
        # Call again: the agent's phone rings, or waits for the trunk, and the contact would be dialed after it.
        again.on_call_again_failed(step, interaction, why)
        return
    attempt = interaction.attempt
    if interaction.state is not InteractionState.DIALING or attempt is None:
        return
    if attempt.state is not AttemptState.CANCELLING and campaign.settings.on_stop_ringing is OnStop.CANCEL:
        attempt.cancel(why.code, step.now)
        interaction.cause = why
        hang_up(step, interaction.contact_leg)
        step.interaction_changed(interaction)


def drained(step: Step, campaign: Campaign) -> None:
    """A stopping campaign is stopped when no leg is up for it any more; an unloading one is inactive when nothing is
    on a desk."""
    if campaign.state in (CampaignState.STOPPING, CampaignState.UNLOADING):
        close_deserted(step, campaign)
    mine = step.world.interactions_of(campaign.name)
    if campaign.state is CampaignState.STOPPING and not any(is_live(each) for each in mine):
        _advance(step, campaign, CampaignTrigger.DRAINED)
        observations.nobody(step, campaign)
        let_go(step, campaign)
    elif campaign.state is CampaignState.UNLOADING and not mine:
        _advance(step, campaign, CampaignTrigger.RELEASED)


def let_go(step: Step, campaign: Campaign) -> None:
    """Agents for whom no ASM campaign runs any more lose their standing leg, unless something is on their desk."""
    for agent in step.world.agents_of(campaign):
        if agent.engaged is not None and agent.interaction is None and lookups.asm_campaign(step.world, agent) is None:
            engaged.disengage(step, agent)


def on_unload(step: Step, command: commands.UnloadCampaign) -> None:
    """Forced, it is what a stop would be first, and waits for nothing."""
    campaign = step.world.campaign(command.campaign)
    dialed = campaign.state in (CampaignState.RUNNING, CampaignState.STOPPING)
    _advance(step, campaign, CampaignTrigger.FORCE if command.force else CampaignTrigger.UNLOAD)
    step.history("campaign_unloaded", campaign=campaign.name, by=command.by, force=command.force)
    if dialed:
        _stand_still(step, campaign, CampaignUnloaded(campaign.name))
        observations.nobody(step, campaign)
    for notice in [each.id for each in step.world.notices.values() if each.campaign == campaign.name]:
        notices.put_away(step, notice)
    for agent in step.world.agents.values():
        agent.joined.discard(campaign.name)
        agent.informed.pop(campaign.name, None)
    notices.tell_agents(step, campaign, "unloaded")
    if command.force:
        close_deserted(step, campaign, overrun=True)
        _advance(step, campaign, CampaignTrigger.RELEASED)
        let_go(step, campaign)
    else:
        drained(step, campaign)


_LIVE_CHANGES = frozenset({Mode.PROGRESSIVE, Mode.PROGRESSIVE_ASM, Mode.PUSH_PREVIEW, *PREDICTIVE_MODES})


#: Between these the legs come in the same order: what rings may go on ringing, at the risk that it was placed with.
_SAME_LEGS = ({Mode.PROGRESSIVE_ASM, Mode.PREDICTIVE_ASM}, {Mode.PROGRESSIVE, Mode.PREDICTIVE})


def on_change_mode(step: Step, command: commands.ChangeMode) -> None:
    """Between the modes that dial by themselves while running; to and from PREVIEW only when stopped."""
    campaign = step.world.campaign(command.campaign)
    try:
        mode = Mode(command.mode)
    except ValueError:
        raise Refused(UnknownMode(command.mode, tuple(Mode))) from None
    if mode in PREDICTIVE_MODES and campaign.settings.offer.accept is Accept.AGENT:
        raise Refused(ManualAccept(campaign.name, mode))
    stopped = campaign.state in (CampaignState.INACTIVE, CampaignState.LOADED)
    if not stopped and not {mode, campaign.mode} <= _LIVE_CHANGES:
        raise Refused(StopFirst(campaign.name, campaign.mode, mode))
    if mode is campaign.mode:
        return
    gentle = {campaign.mode, mode} in _SAME_LEGS
    campaign.mode = mode
    campaign.news_utc = step.utc
    _save(step, campaign)
    step.history("mode_changed", campaign=campaign.name, by=command.by, mode=mode)
    if not gentle:
        halt(step, campaign, ModeChanges(campaign.name, mode))
    let_go(step, campaign)
    notices.tell_agents(step, campaign, "mode_changed")
    step.campaign_changed(campaign.name)
    step.start_timer("pace", 0.0)


def on_drained_timer(step: Step, name: CampaignName) -> None:
    """Something of a campaign that does not run has left a desk or a line."""
    campaign = step.world.campaigns.get(name)
    if campaign is not None:
        drained(step, campaign)
        if campaign.state in (CampaignState.LOADED, CampaignState.UNLOADING, CampaignState.INACTIVE):
            let_go(step, campaign)
