"""The tick: records claimed, waiting contacts served, records offered or dialled, and why if none are."""

from __future__ import annotations

from config.model import Mode
from dialer.agents.agent import Agent, AgentState
from dialer.callflow import asm, lending, offers, predictive, running, waiting
from dialer.callflow.calendar import closings, minute_of
from dialer.callflow.consent import may_work
from dialer.callflow.habits import follow_the_day
from dialer.callflow.reasons import why_no_calls
from dialer.callflow.snapshot import snapshot_of
from dialer.callflow.step import Step
from dialer.campaigns.campaign import OFFER_MODES, Campaign
from dialer.compliance.check import Rule, check
from dialer.compliance.record_hours import is_within
from dialer.compliance.window import next_opening, open_zones
from dialer.trunks.choice import TrunkChoice, choose
from dialer.trunks.trunk import TrunkRefusal
from dialer.vocabulary import events
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.outputs import ClaimRecords, ListShare
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.writes import UpdateRecord

#: After a claim that found nothing, the next one waits this long.
CLAIM_PAUSE_S = 1.0
#: The counts of records that wait are at most this old, also while none has to be claimed.
COUNT_EVERY_S = 2.0
#: Records in hand per agent, so that a free agent never waits for the store.
IN_HAND_PER_AGENT = 2
MOST_IN_HAND = 400
#: Many contacts are dialled for each agent at the start of a shift.
IN_HAND_PER_AGENT_AHEAD = 6
MOST_IN_HAND_AHEAD = 2000
#: Shortest wait for a trunk that has used up its calls per second: fast trunks get several calls at a look.
LOOK_AGAIN_S = 0.01
#: The same while nobody is idle and contacts are dialled ahead: a trunk saves up a tenth of a second's calls.
LOOK_AHEAD_AGAIN_S = 0.1


def tick(step: Step) -> None:
    """All of it, in the order of urgency: people who wait on the line come first."""
    running_now = [campaign for campaign in step.world.campaigns.values() if campaign.is_running]
    waiting.serve(step)
    for campaign in running_now:
        _close_windows(step, campaign)
        _claim(step, campaign)
    _engage(step)
    lending.lend(step, running_now)
    _supply(step, running_now)
    for campaign in running_now:
        _explain(step, campaign)


def _engage(step: Step) -> None:
    for agent in step.world.agents.values():
        if agent.engaged is None and agent.state is AgentState.READY:
            asm.engage(step, agent)
            predictive.look_for_phone(step, agent)


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
            why = f"The calling window in {interaction.record.zone} is over."
            running.take_off(step, campaign, interaction, Rule.CALLING_WINDOW, why)
    running.release_pool(step, campaign)


def _claim(step: Step, campaign: Campaign) -> None:
    if campaign.claiming or step.world.store_problem or step.now < campaign.claim_after or not step.world.restored:
        return
    want = _wanted(step, campaign)
    enough = len(campaign.pool) * 2 > want
    if enough and step.now < campaign.counted_at + COUNT_EVERY_S:
        return
    settings = campaign.settings
    zones = open_zones(settings.calling_window, campaign.zones, step.utc)
    campaign.claiming = True
    step.put(
        ClaimRecords(
            campaign=campaign.name,
            lists=tuple(ListShare(ListName(each.name), each.weight) for each in settings.lists),
            zones=zones,
            limit=0 if enough else want - len(campaign.pool),
            lease_s=step.world.settings.server.claim_lease_s,
            now=step.utc,
            max_attempts=settings.max_attempts,
            closes_at=closings(campaign, zones, step.utc),
        )
    )


def _wanted(step: Step, campaign: Campaign) -> int:
    """How many records to have in hand."""
    agents = [agent for agent in step.world.agents_of(campaign) if agent.state is not AgentState.LOGGED_OUT]
    if campaign.mode is Mode.PREVIEW:
        return 1 + sum(1 for agent in agents if agent.waits_for == campaign.name)
    if campaign.is_predictive:
        return min(MOST_IN_HAND_AHEAD, max(10, IN_HAND_PER_AGENT_AHEAD * len(agents)))
    return min(MOST_IN_HAND, max(2, IN_HAND_PER_AGENT * len(agents)))


def on_records_claimed(step: Step, event: events.RecordsClaimed) -> None:
    campaign = step.world.campaigns.get(event.campaign)
    if campaign is None:
        return
    new_zones = set(event.zones) - set(campaign.zones)
    campaign.claiming = False
    campaign.claim_problem = ""
    if not new_zones:
        # Counts of a claim that did not know a zone call its records out of the window.
        campaign.waiting = event.waiting
        campaign.counted_at = step.now
    campaign.zones = event.zones
    campaign.pool.add(record for record in event.records if _is_callable(step, campaign, record))
    # Zones that were not known when the claim was made: ask again at once.
    campaign.claim_after = step.now if event.records or new_zones else step.now + CLAIM_PAUSE_S
    if not campaign.is_running:
        running.release_pool(step, campaign)
    elif event.records or new_zones:
        step.start_timer("pace", 0.0)


def _is_callable(step: Step, campaign: Campaign, record: ClaimedRecord) -> bool:
    """A record that its own hours keep from being dialled today goes back until they begin."""
    settings = campaign.settings
    refusal = check(settings.calling_window, record, settings.max_attempts, step.utc)
    if refusal is None:
        return True
    status, due_at = RecordStatus.STALE, None
    if refusal.rule in (Rule.RECORD_HOURS, Rule.CALLING_WINDOW):
        status, due_at = RecordStatus.READY, _next_hour_within(campaign, record, step.utc)
    step.write(UpdateRecord(record.record, record.fence, status, None, None, due_at, step.utc))
    step.history(
        "record_refused", campaign=campaign.name, record=record.record, rule=refusal.rule, judged_by=refusal.facts
    )
    return False


def _next_hour_within(campaign: Campaign, record: ClaimedRecord, utc: float) -> float:
    """The next quarter of an hour in which both the window and the record's hours are open, a day at most ahead."""
    window = campaign.settings.calling_window
    quarter_s = 900.0
    at = utc - utc % quarter_s
    for _ in range(96):
        at += quarter_s
        within = is_within(record.daily_from, record.daily_till, record.zone, at)
        if within and open_zones(window, (record.zone,), at):
            return at
    return next_opening(window, (record.zone,), utc) or utc + 86_400


def on_claim_failed(step: Step, event: events.ClaimFailed) -> None:
    campaign = step.world.campaigns.get(event.campaign)
    if campaign is not None:
        campaign.claiming = False
        campaign.claim_problem = event.problem
        campaign.claim_after = step.now + CLAIM_PAUSE_S


def on_leases_lost(step: Step, event: events.LeasesLost) -> None:
    """Another node has these records now."""
    lost = frozenset(event.records)
    for campaign in step.world.campaigns.values():
        campaign.pool.drop(lost)


def trunks_for(step: Step, campaign: Campaign) -> TrunkChoice:
    return choose(step.world.trunks_of(campaign), frozenset(), step.now)


def _supply(step: Step, running_now: list[Campaign]) -> None:
    """Give records to idle agents: by the campaign's priority, then its weight."""
    world = step.world
    if world.store_problem or not world.restored or world.usable_engine() is None:
        return
    allowance = {campaign.name: _allowance(step, campaign) for campaign in running_now}
    if any(allowance.values()):
        for agent in waiting.idle_agents(step):
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
    """Whether contacts would be dialled ahead, and the trunks took no more of them at this look."""
    last = step.world.pacers[campaign.name].last
    return campaign.is_predictive and last is not None and last.may_dial is not None and last.dial >= last.may_dial


def _allowance(step: Step, campaign: Campaign) -> int:
    """What the pacing lets us give to idle agents now. In predictive modes that is nothing: what it says is dialled
    here, for nobody in particular."""
    governor = step.world.pacers[campaign.name]
    snapshot = snapshot_of(step, campaign)
    decision = governor.decide(step.now, step.utc, snapshot, forecasts=campaign.is_predictive)
    if governor.untold:
        governor.untold = False
        step.history("pacing_failed", campaign=campaign.name, problem=governor.failure)
        step.campaign_changed(campaign.name)
    if not campaign.is_predictive:
        return decision.dial
    predictive.carry_out(step, campaign, decision)
    if not snapshot.idle + snapshot.reserved + snapshot.busy:
        predictive.give_up_all(step, campaign)
    return 0


def _give(step: Step, campaign: Campaign, agent: Agent) -> bool:
    """One record of the campaign to the agent, in the way of its mode. False if it cannot be now."""
    if not may_work(campaign, agent) or not (campaign.is_preview or step.world.counts_on(campaign, agent)):
        return False
    asks = agent.waits_for == campaign.name
    if campaign.mode is Mode.PREVIEW and not asks:
        return False
    if agent.waits_for is not None and not asks:
        return False
    # A phone that is being rung to engage its agent is not rung for a call as well.
    if (campaign.is_asm or agent.engaged is not None) and asm.engaged_leg(step, agent) is None:
        return False
    if trunks_for(step, campaign).trunk is None:
        return False
    record = campaign.pool.take(lambda each: agent.sees(each.record, step.now))
    if record is None:
        if asks and not campaign.claiming and step.now < campaign.claim_after:
            agent.waits_for = None
            step.publish(agent.name, "no_record", campaign.name, {"reason": "There is no record to call now."})
            step.agent_changed(agent.name)
        return False
    if campaign.is_asm:
        return asm.dial(step, campaign, agent, record)
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
