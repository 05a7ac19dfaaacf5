"""The tick: records claimed, waiting contacts served, records offered or dialed, and why if none are."""

from __future__ import annotations

from config.model import Mode
from dialer.agents.agent import Agent, AgentState
from dialer.callflow.agent import engaged, sharing
from dialer.callflow.agent.phone_transfer import end_moved
from dialer.callflow.campaign import life
from dialer.callflow.dial import ahead, offers
from dialer.callflow.dial import engaged as dial_engaged
from dialer.callflow.pacing.habits import follow_the_day
from dialer.callflow.queue import idle_agents
from dialer.callflow.record import claim
from dialer.callflow.tick.reasons import why_no_calls
from dialer.callflow.tick.snapshot import snapshot_of
from dialer.campaigns.calendar import minute_of
from dialer.campaigns.campaign import OFFER_MODES, Campaign
from dialer.compliance.window import open_zones
from dialer.core.step import Step
from dialer.trunks.choice import TrunkChoice, choose
from dialer.trunks.trunk import TrunkRefusal
from dialer.vocabulary import topics
from dialer.vocabulary.reasons.dialing import WindowOver
from dialer.vocabulary.reasons.phones import NoRecordNow
from dialer.vocabulary.reasons.reason import Sentence, because
from dialer.vocabulary.topics import OwnDesk
from dialer.world.consent import may_work

#: Shortest wait for a trunk that has used up its calls per second: fast trunks get several calls at a look.
LOOK_AGAIN_S = 0.01


#: The same while nobody is idle and contacts are dialed ahead: a trunk saves up a tenth of a second's calls.
LOOK_AHEAD_AGAIN_S = 0.1


def tick(step: Step) -> None:
    """All of it, in the order of urgency: people who wait on the line come first."""
    running_now = [campaign for campaign in step.world.campaigns.values() if campaign.is_running]
    idle_agents.serve(step)
    for campaign in running_now:
        _close_windows(step, campaign)
        claim.claim(step, campaign)
    _engage(step)
    sharing.lend(step, running_now)
    _supply(step, running_now)
    for campaign in running_now:
        _explain(step, campaign)


def _engage(step: Step) -> None:
    for agent in step.world.agents.values():
        if agent.engaged is None and agent.state is AgentState.READY:
            engaged.engage(step, agent)
            engaged.look_for_phone(step, agent)
        end_moved(step, agent)


def _close_windows(step: Step, campaign: Campaign) -> None:
    """Once a minute: where the window has closed, records in hand go back, offers are withdrawn, what rings is
    cancelled by setting. And whether a new day has begun."""
    minute = minute_of(step.utc)
    if minute == campaign.window_minute:
        return
    campaign.window_minute = minute
    follow_the_day(step, campaign)
    window = campaign.settings.calling_window
    mine = step.world.interactions_of(campaign.name)
    zones = {record.zone for record in campaign.pool} | {each.record.zone for each in mine if each.record}
    closed = zones - set(open_zones(window, zones, step.utc))
    if not closed:
        return
    for interaction in mine:
        if interaction.record is not None and interaction.record.zone in closed:
            life.take_off(step, campaign, interaction, WindowOver(interaction.record.zone))
    claim.release_pool(step, campaign)


def trunks_for(step: Step, campaign: Campaign) -> TrunkChoice:
    return choose(step.world.trunks_of(campaign), frozenset(), step.now)


def _supply(step: Step, running_now: list[Campaign]) -> None:
    """Give records to idle agents: by the campaign's priority, then its weight."""
    world = step.world
    if world.store_problem or not world.restored or world.usable_engine() is None or world.shortage(step.now):
        return
    allowance = {campaign.name: _allowance(step, campaign) for campaign in running_now}
    if any(allowance.values()):
        for agent in idle_agents.idle_agents(step):
            for campaign in world.running_for(agent):
                if allowance[campaign.name] > 0 and _give(step, campaign, agent):
                    allowance[campaign.name] -= 1
                    break
    _look_again(step, running_now)


def _look_again(step: Step, running_now: list[Campaign]) -> None:
    """There is more to dial and a trunk has used up its calls per second: look again when it may take the next one.
    The tick alone would leave a slow trunk unused for most of its time."""
    idle = any(agent.is_idle for agent in step.world.agents.values())
    more = [each for each in running_now if len(each.pool) and (idle or _waits_for_trunks(step, each))]
    trunks = {trunk.name: trunk for each in more for trunk in step.world.trunks_of(each)}
    full = [trunk for trunk in trunks.values() if trunk.refusal(step.now) is TrunkRefusal.TOO_MANY_CALLS]
    if full:
        next_at = min(trunk.bucket.next_at(step.now) for trunk in full)
        least_s = LOOK_AGAIN_S if idle else LOOK_AHEAD_AGAIN_S
        step.start_timer("pace/trunk", max(least_s, next_at - step.now))


def _waits_for_trunks(step: Step, campaign: Campaign) -> bool:
    """Whether contacts would be dialed ahead, and the trunks took no more of them at this look."""
    last = step.world.pacers[campaign.name].last
    return campaign.is_predictive and last is not None and last.may_dial is not None and last.dial >= last.may_dial


def _allowance(step: Step, campaign: Campaign) -> int:
    """What the pacing lets us give to idle agents now. In predictive modes that is nothing: what it says is dialed
    here, for nobody in particular."""
    governor = step.world.pacers[campaign.name]
    snapshot = snapshot_of(step, campaign)
    decision = governor.decide(step.now, step.utc, snapshot, forecasts=campaign.is_predictive)
    if governor.failure is not None and governor.untold:
        governor.untold = False
        step.history("pacing_failed", campaign=campaign.name, because=because(governor.failure))
        step.campaign_changed(campaign.name)
    if not campaign.is_predictive:
        return decision.dial
    ahead.carry_out(step, campaign, decision)
    if not snapshot.idle + snapshot.reserved + snapshot.busy:
        ahead.give_up_all(step, campaign)
    return 0


def _could_dial(step: Step, campaign: Campaign, agent: Agent) -> bool:
    """Whether engine, trunk and the agent's phone would take a call now."""
    # A phone that is being rung to engage its agent is not rung for a call as well.
    if (campaign.is_asm or agent.engaged is not None) and not engaged.takes_contacts(step, agent):
        return False
    if not campaign.is_preview and step.world.usable_engine() is None:
        return False
    return trunks_for(step, campaign).trunk is not None


def _give(step: Step, campaign: Campaign, agent: Agent) -> bool:
    """One record of the campaign to the agent, in the way of its mode. False if it cannot be now."""
    if not may_work(campaign, agent) or not (campaign.is_preview or step.world.counts_on(campaign, agent)):
        return False
    asks = agent.waits_for == campaign.name
    if campaign.mode is Mode.PREVIEW and not asks:
        return False
    if agent.waits_for is not None and not asks:
        return False
    if not _could_dial(step, campaign, agent):
        return False
    record = campaign.pool.take(lambda each: agent.sees(each.record, step.now))
    if record is None:
        if asks and agent.name in campaign.claimed_for and not (campaign.claiming or campaign.claim_problem):
            campaign.claimed_for -= {agent.name}
            agent.waits_for = None
            step.publish(topics.NO_RECORD, OwnDesk(agent.name), campaign.name, topics.NoRecord(Sentence(NoRecordNow())))
            step.agent_changed(agent.name)
        return False
    campaign.claimed_for -= {agent.name}
    if campaign.is_asm:
        return dial_engaged.dial(step, campaign, agent, record)
    if campaign.mode in OFFER_MODES:
        offers.offer(step, campaign, agent, record)
    else:
        offers.preview(step, campaign, agent, record)
    return True


def _explain(step: Step, campaign: Campaign) -> None:
    reason = why_no_calls(step.world, campaign, trunks_for(step, campaign), step.at)
    if reason != campaign.reason:
        campaign.reason = reason
        step.campaign_changed(campaign.name)
