"""Records in hand: how many are wanted, when the store is asked for them, and what becomes of those that it gives."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from config.model import Mode
from dialer.agents.agent import Agent, AgentState
from dialer.campaigns.calendar import closings
from dialer.campaigns.campaign import Campaign
from dialer.compliance.check import Rule, check, check_number
from dialer.compliance.record_hours import is_within
from dialer.compliance.window import next_opening, open_zones
from dialer.core.step import Step
from dialer.vocabulary import events
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import ListName, RecordId
from dialer.vocabulary.outputs import ALL_RETRIES, ClaimRecords, ListShare
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.writes import ReleaseRecord, UpdateRecord
from dialer.world.consent import may_work

#: After a claim that found nothing, the next one waits this long.
CLAIM_PAUSE_S = 1.0


#: The counts of records that wait are at most this old, also while none has to be claimed.
COUNT_EVERY_S = 2.0


#: While there are enough in hand, those that go before them are asked for so often at most, however many become due.
DUE_EVERY_S = 0.5


#: Records in hand per agent, so that a free agent never waits for the store.
IN_HAND_PER_AGENT = 2


MOST_IN_HAND = 400


#: Many contacts are dialed for each agent at the start of a shift.
IN_HAND_PER_AGENT_AHEAD = 6


MOST_IN_HAND_AHEAD = 2000


def claim(step: Step, campaign: Campaign) -> None:
    """Ask for records if there are too few in hand, and for those that go before them if some are due by now."""
    if campaign.claiming or step.world.store_problem or not step.world.restored:
        return
    want = _wanted(step, campaign)
    takers = _takers(step, campaign)
    seen = _seen(step, campaign, takers)
    enough = seen * 2 > want
    is_due = step.utc >= campaign.next_due_at
    # An agent who came after the last claim asks anew: records that others gave back may be there.
    asks = (campaign.is_preview or campaign.claim_hid) and not {each.name for each in takers} <= campaign.claimed_for
    if step.now < campaign.claim_after and not is_due and not asks:
        return
    if enough and step.now < campaign.counted_at + (DUE_EVERY_S if is_due else COUNT_EVERY_S):
        return
    campaign.claiming = True
    campaign.claim_fills = not enough
    campaign.claimed_for = frozenset() if enough else frozenset(each.name for each in takers)
    if is_due:
        campaign.next_due_at = inf
    limit = max(0, want - campaign.pool.ahead) if enough else want - seen
    hidden = _hidden(step, campaign, takers)
    campaign.claim_hid = bool(hidden)
    step.put(_request(step, campaign, limit, hidden, ahead_only=enough))


def _request(
    step: Step, campaign: Campaign, limit: int, hidden: tuple[RecordId, ...], *, ahead_only: bool
) -> ClaimRecords:
    settings = campaign.settings
    zones = open_zones(settings.calling_window, campaign.zones, step.utc)
    return ClaimRecords(
        campaign=campaign.name,
        lists=tuple(ListShare(ListName(each.name), each.weight) for each in settings.lists),
        zones=zones,
        limit=limit,
        lease_s=step.world.settings.server.claim_lease_s,
        now=step.utc,
        max_attempts=settings.max_attempts,
        closes_at=closings(campaign, zones, step.utc),
        retry_share=settings.retry_share_percent,
        ahead_only=ahead_only,
        hidden=hidden,
    )


def _at_work(step: Step, campaign: Campaign) -> list[Agent]:
    return [agent for agent in step.world.agents_of(campaign) if agent.state is not AgentState.LOGGED_OUT]


def _wanted(step: Step, campaign: Campaign) -> int:
    """How many records to have in hand."""
    agents = _at_work(step, campaign)
    if campaign.mode is Mode.PREVIEW:
        return 1 + sum(1 for agent in agents if agent.waits_for == campaign.name)
    if campaign.is_predictive:
        return min(MOST_IN_HAND_AHEAD, max(10, IN_HAND_PER_AGENT_AHEAD * len(agents)))
    return min(MOST_IN_HAND, max(2, IN_HAND_PER_AGENT * len(agents)))


def _takers(step: Step, campaign: Campaign) -> Sequence[Agent]:
    """The agents to whom a record would be given now. In predictive modes records are dialed for nobody."""
    if campaign.is_predictive:
        return ()
    agents = _at_work(step, campaign)
    if campaign.is_preview:
        return [agent for agent in agents if agent.waits_for == campaign.name]
    return [agent for agent in agents if agent.is_idle and may_work(campaign, agent)]


def _seen(step: Step, campaign: Campaign, takers: Sequence[Agent]) -> int:
    """How many records in hand each of the takers may be given: what is hidden from one takes no place."""
    pool = campaign.pool
    hidden = [each.hidden_records(step.now) for each in takers if each.hidden]
    most = max((sum(1 for record in pool if record.record in each) for each in hidden), default=0)
    return len(pool) - most


def _hidden(step: Step, campaign: Campaign, takers: Sequence[Agent]) -> tuple[RecordId, ...]:
    """The records that none of the takers may be given, or, while there are none, nobody at work."""
    agents = takers or ([] if campaign.is_predictive else _at_work(step, campaign))
    if not agents or not all(each.hidden for each in agents):
        return ()
    return tuple(sorted(frozenset.intersection(*(each.hidden_records(step.now) for each in agents))))


def on_records_claimed(step: Step, event: events.RecordsClaimed) -> None:
    campaign = step.world.campaigns.get(event.campaign)
    if campaign is None:
        return
    new_zones = set(event.zones) - set(campaign.zones)
    campaign.claiming = False
    campaign.claim_problem = ""
    if event.waiting.next_due_at is not None and event.waiting.next_due_at > step.utc:
        campaign.next_due_at = min(campaign.next_due_at, event.waiting.next_due_at)
    if not new_zones:
        # Counts of a claim that did not know a zone call its records out of the window.
        campaign.waiting = event.waiting
        campaign.counted_at = step.now
    campaign.zones = event.zones
    callable_now = [record for record in event.records if _is_callable(step, campaign, record)]
    campaign.pool.add(callable_now, retries_first=campaign.settings.retry_share_percent >= ALL_RETRIES)
    # Zones that were not known when the claim was made: ask again at once.
    if event.records or new_zones:
        campaign.claim_after = step.now
    elif campaign.claim_fills:
        campaign.claim_after = step.now + CLAIM_PAUSE_S
    if not campaign.is_running:
        release_pool(step, campaign)
    elif event.records or new_zones:
        step.start_timer("pace", 0.0)


def _is_callable(step: Step, campaign: Campaign, record: ClaimedRecord) -> bool:
    """A record that its own hours keep from being dialed today goes back until they begin. One whose number is of a
    type that is not dialed is out of this run."""
    settings = campaign.settings
    refusal = check_number(settings, record.number)
    refusal = refusal or check(settings.calling_window, record, settings.max_attempts, step.utc)
    if refusal is None:
        return True
    status, due_at = RecordStatus.STALE, None
    if refusal.rule is Rule.NUMBER_TYPE:
        status = RecordStatus.CANCELLED
        campaign.of_refused_type += 1
    if refusal.rule in (Rule.RECORD_HOURS, Rule.CALLING_WINDOW):
        status, due_at = RecordStatus.READY, _next_hour_within(campaign, record, step.utc)
    step.write(UpdateRecord(record.record, record.fence, status, None, None, due_at, step.utc))
    step.history(
        "record_refused",
        campaign=campaign.name,
        record=record.record,
        rule=refusal.rule,
        judged_by=refusal.reason.facts,
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


def release_pool(step: Step, campaign: Campaign) -> None:
    """The records in hand go back. Those that were never dialed have their old places, lest they go before retries."""
    for record in campaign.pool.drain():
        step.write(ReleaseRecord(record.record, record.fence, not record.fresh, step.utc))
