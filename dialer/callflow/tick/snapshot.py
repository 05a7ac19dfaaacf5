"""What the pacing of a campaign has to know at the time of a decision."""

from __future__ import annotations

from itertools import islice

from dialer.agents.agent import Agent, AgentState
from dialer.callflow.pacing.traits import score_of, traits_of
from dialer.campaigns.calendar import open_hours
from dialer.campaigns.campaign import Campaign, OpenHours
from dialer.core.step import Step
from dialer.interactions.attempt import AttemptState
from dialer.interactions.interaction import InteractionState
from dialer.pacing import PacingSnapshot, Traits, Window
from dialer.world.consent import may_work
from dialer.world.lookups import engaged_leg

#: Records that the pacing may choose from, where the list scores them.
UPCOMING = 64


#: Records that it is told of where it dials them in the order of the list.
UPCOMING_IN_ORDER = 32


def snapshot_of(step: Step, campaign: Campaign) -> PacingSnapshot:
    """The state of the campaign now."""
    idle = reserved = busy = 0
    for agent in step.world.agents_of(campaign):
        state = agent.state
        if not may_work(campaign, agent) or not step.world.counts_on(campaign, agent):
            continue
        if state is AgentState.READY:
            idle += agent.is_idle and can_take(step, campaign, agent)
        elif state is AgentState.RESERVED:
            reserved += 1
        elif state is AgentState.BUSY or state is AgentState.AFTER_CALL_WORK:
            busy += not agent.is_leaving
    ringing, waiting = _calls(step, campaign)
    if not campaign.is_predictive:
        return PacingSnapshot(idle, reserved, busy, ringing, waiting, len(campaign.pool), lag_s=_lag_s(step))
    hours = open_hours(campaign, step.utc)
    return PacingSnapshot(
        idle=idle,
        reserved=reserved,
        busy=busy,
        ringing=ringing,
        waiting=waiting,
        in_hand=len(campaign.pool),
        upcoming=_upcoming(step, campaign),
        records_left=_records_left(campaign),
        retries_later=campaign.waiting.retry - campaign.waiting.retry_today,
        seconds_left=None if hours is None else max(0.0, hours.closes_at - step.utc),
        may_dial=_may_dial(step, campaign),
        windows=() if hours is None else _windows(step, campaign, hours),
        lag_s=_lag_s(step),
    )


def can_take(step: Step, campaign: Campaign, agent: Agent) -> bool:
    """Whether an idle agent can be given a contact: joined where that is asked for, and reachable. A phone that is
    being rung to engage its agent is not rung for a call as well."""
    if not may_work(campaign, agent):
        return False
    return engaged_leg(step.world, agent) is not None if campaign.is_asm or agent.engaged is not None else True


def _lag_s(step: Step) -> float:
    return step.world.lag_at(step.now)


def _calls(step: Step, campaign: Campaign) -> tuple[int, int]:
    """Calls that ring for no agent in particular, and answered contacts without an agent."""
    ringing = waiting = 0
    for interaction in step.world.interactions.values():
        if interaction.campaign != campaign.name:
            continue
        attempt = interaction.attempt
        if interaction.state is InteractionState.DIALING:
            ringing += interaction.ahead and attempt is not None and attempt.state is not AttemptState.CANCELLING
        elif interaction.state is InteractionState.QUEUED and interaction.owner is None:
            waiting += not (interaction.ahead and attempt is not None and attempt.abandoned)
    return ringing, waiting


def _records_left(campaign: Campaign) -> int:
    """Records that may yet be dialed today: whose retry is due on another day gives no answers to this one."""
    return len(campaign.pool) + campaign.waiting.today


def _may_dial(step: Step, campaign: Campaign) -> int:
    """Calls that the trunks take now, by their legs and by their rate."""
    return sum(trunk.room(step.now) for trunk in step.world.trunks_of(campaign))


def _upcoming(step: Step, campaign: Campaign) -> tuple[Traits, ...]:
    """The next records, if something is known by which they may differ: scores of the list, or habits."""
    first = next(iter(campaign.pool), None)
    if first is None:
        return ()
    scored = score_of(first) is not None
    if not scored and not campaign.has_habits:
        return ()
    most = UPCOMING if scored else UPCOMING_IN_ORDER
    return tuple([traits_of(record, step.utc) for record in islice(campaign.pool, most)])


def _windows(step: Step, campaign: Campaign, hours: OpenHours) -> tuple[Window, ...]:
    """Today, and the days over which the law counts if they are more."""
    rules = campaign.settings.predictive
    limit = rules.abandonment_limit_percent / 100
    today = campaign.abandonment.within(1, hours.day)
    elapsed_s = step.utc - hours.since
    length_s = hours.closes_at - hours.since
    found = [Window("day", limit, today.answers, today.abandoned, elapsed_s, length_s, hours.day)]
    days = rules.window_days
    if days > 1:
        total = campaign.abandonment.within(days, hours.day)
        day_s = hours.closes_at - hours.opens_at
        passed_s = campaign.abandonment.days_before(days, hours.day) * day_s
        length_s = max(days * day_s, passed_s + length_s)
        found.append(
            Window(f"{days} days", limit, total.answers, total.abandoned, passed_s + elapsed_s, length_s, day=None)
        )
    return tuple(found)
