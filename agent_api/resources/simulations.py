"""A campaign tried for the next hours from today's figures, with more or fewer agents."""

from __future__ import annotations

import asyncio
from math import floor
from typing import Annotated, Literal

from msgspec import Meta, Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.campaigns.calendar import day_of, hours_at
from dialer.campaigns.campaign import Campaign
from dialer.campaigns.day_figures import DayFigures
from dialer.compliance.window import next_opening, open_zones
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.shifts import SEEDS, CountedDay, ShiftOutlook, ShiftQuestion
from dialer.world.world import World

#: The most agents times hours times shifts of one answer: half a minute of work.
MOST_AGENT_HOURS = 200.0
SECONDS_OF_HOUR = 3600
MOST_HOURS = 8.0
LEAST_HOURS = 0.25
#: The fewest calls of today for which their figures count.
ENOUGH_CALLS = 50

#: Figures of the benchmark, used where today has none yet.
USUAL = {"answer_rate": 0.25, "ring_s": 12.0, "busy_share": 0.25, "talk_s": 120.0, "wrap_s": 20.0}

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class SimulationRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`agents`: differences to the agents who are logged in now, of whom at least one is taken to be there. What is
    left out comes from today's figures, `hours` from the calling window, today's or the next, `mode` from the
    campaign."""

    agents: Annotated[tuple[Annotated[int, Meta(ge=-500, le=500)], ...], Meta(min_length=1, max_length=5)] = (-2, 0, 2)
    hours: Annotated[float, Meta(ge=LEAST_HOURS, le=MOST_HOURS)] | None = None
    answer_rate: Annotated[float, Meta(gt=0, le=1)] | None = None
    talk_s: Seconds | None = None
    wrap_s: Seconds | None = None
    mode: Literal["PROGRESSIVE", "PROGRESSIVE_ASM", "PREDICTIVE", "PREDICTIVE_ASM"] | None = None


class SimulationReply(Struct, frozen=True):
    """What it was reckoned with, and an outlook for each number of agents. `assumed` names the figures that today
    does not have yet. `answers_before` and `abandoned_before`: the day's live answers until the simulated hours
    begin, and those without an agent in time; `abandonment_of_day` of an outlook holds them."""

    campaign: str
    mode: str
    agents_now: int
    hours: float
    answer_rate: float
    ring_s: float
    talk_s: float
    wrap_s: float
    records: int
    answers_before: int
    abandoned_before: int
    assumed: tuple[str, ...]
    outlooks: tuple[ShiftOutlook, ...]


class ToDial(Struct, frozen=True):
    """The records that a campaign has to dial, and the zones of their contacts."""

    records: int
    zones: tuple[str, ...]


class Calendar(Struct, frozen=True):
    """Dates, as ordinals, where the contacts live: `today`, and `day`, that of the next calling hours.
    These begin at `begins_utc` (epoch seconds), `opened_h` after the calling window has opened, and last `left_h`, to
    the end of the window or of the shift."""

    today: int
    day: int
    begins_utc: float
    opened_h: float
    left_h: float


async def simulate(exchange: Exchange) -> Reply:
    """What was abandoned today, and on the days before over which the law counts, binds the simulated campaign as it
    does the real one."""
    request = exchange.content_as(SimulationRequest)
    world = exchange.world
    campaign = exchange.campaign
    to_dial = await _to_dial(exchange, campaign)
    # In a thread, as zones and public holidays are read from files at their first use.
    calendar = await asyncio.to_thread(_calendar, campaign, to_dial.zones, exchange.now.utc)
    question, assumed, now = _question(world, campaign, request, to_dial, calendar)
    outlooks = await exchange.dependencies.simulator.outlook(question)
    before = [each for each in question.counted if each.days_ago == 0]
    reply = SimulationReply(
        campaign=campaign.name,
        mode=request.mode or campaign.mode,
        agents_now=now,
        hours=question.hours,
        answer_rate=question.answer_rate,
        ring_s=question.ring_s,
        talk_s=question.talk_s,
        wrap_s=question.wrap_s,
        records=question.records or 0,
        answers_before=sum(each.answers for each in before),
        abandoned_before=sum(each.abandoned for each in before),
        assumed=assumed,
        outlooks=outlooks,
    )
    return Reply(reply)


async def _to_dial(exchange: Exchange, campaign: Campaign) -> ToDial:
    """The records to dial: of a running campaign as last counted, of another one by its lists in the store."""
    waiting, own = campaign.waiting, campaign.settings.time_zone
    if campaign.is_running and waiting.total:
        records = len(campaign.pool) + waiting.today + waiting.out_of_window
        return ToDial(records, campaign.zones or ((own,) if own else ()))
    names = {each.name for each in campaign.settings.lists}
    lists = [each for each in await exchange.dependencies.lists.lists() if each.name in names]
    zones = {each.zone or own for each in lists if each.ready}
    return ToDial(sum(each.ready for each in lists), tuple(sorted(zone for zone in zones if zone)))


def _question(
    world: World, campaign: Campaign, request: SimulationRequest, to_dial: ToDial, calendar: Calendar
) -> tuple[ShiftQuestion, tuple[str, ...], int]:
    """The question, what in it is assumed, and the number of agents now. Raises Refused."""
    mode = Mode(request.mode or campaign.mode)
    if mode in (Mode.PREVIEW, Mode.PUSH_PREVIEW):
        raise Refused("mode_not_simulated", f"In {mode} agents say when to dial; name another mode.", mode=mode)
    if to_dial.records == 0:
        words = f"{campaign.name} has no records to dial today; import some into its lists."
        raise Refused("nothing_to_dial", words, campaign=campaign.name)
    now = sum(1 for agent in world.agents_of(campaign) if agent.state is not AgentState.LOGGED_OUT)
    agents = tuple(sorted({max(1, now + more) for more in request.agents}))
    # Until the first call of a day the figures are those of an earlier day.
    today = campaign.today if campaign.today.day == calendar.today else DayFigures()
    figures, assumed = _figures(today, request)
    hours, seeds = _size(request.hours, calendar.left_h, sum(agents))
    trunks = world.trunks_of(campaign)
    question = ShiftQuestion(
        agents=agents,
        hours=hours,
        answer_rate=figures["answer_rate"],
        ring_s=figures["ring_s"],
        busy_share=figures["busy_share"],
        talk_s=figures["talk_s"],
        wrap_s=figures["wrap_s"],
        campaign=campaign.settings.model_copy(update={"mode": mode}).model_dump_json(),
        rule="predictive" if mode.predictive else "progressive",
        max_legs=max(1, sum(trunk.settings.max_legs for trunk in trunks)),
        max_calls_per_s=sum(trunk.settings.max_calls_per_s for trunk in trunks) or 1.0,
        records=to_dial.records,
        seeds=seeds,
        counted=_counted(campaign, calendar.day),
        dialed_h=_dialed_h(campaign, calendar),
        left_h=calendar.left_h,
    )
    return question, assumed, now


def _counted(campaign: Campaign, day: int) -> tuple[CountedDay, ...]:
    """The counts of the law on `day` and on the days before it that matter. Counts from before a restart are assigned
    to their days only when the campaign dials: before that they are not in `abandonment`."""
    found = []
    for days_ago in range(campaign.settings.predictive.window_days):
        count = campaign.abandonment.within(1, day - days_ago)
        kept = [each for each in campaign.remembered if day_of(campaign, each.at) == day - days_ago]
        answers = count.answers + sum(each.answers for each in kept)
        abandoned = count.abandoned + sum(each.abandoned for each in kept)
        if answers or abandoned:
            found.append(CountedDay(days_ago, answers, abandoned))
    return tuple(found)


def _dialed_h(campaign: Campaign, calendar: Calendar) -> float:
    """Hours of the day that count as dialed in: since the first call if that is known, else since the opening."""
    hours = campaign.hours
    if hours is not None and hours.day == calendar.day:
        return max(0.0, calendar.begins_utc - hours.since) / SECONDS_OF_HOUR
    return calendar.opened_h


def _figures(today: DayFigures, request: SimulationRequest) -> tuple[dict[str, float], tuple[str, ...]]:
    """The requested figures, else today's, else the usual ones, with the names of the usual ones. Raises Refused."""
    calls = today.answers + today.unanswered
    enough = calls >= ENOUGH_CALLS
    if enough and not today.answers and request.answer_rate is None:
        words = f"None of today's {calls} calls was answered; name the answer_rate to try."
        raise Refused("nobody_answers", words, calls=calls)
    found = {
        "answer_rate": request.answer_rate or (today.answer_rate if enough else None),
        "ring_s": today.mean_ring_s if enough else None,
        "busy_share": today.busy_share if enough else None,
        "talk_s": request.talk_s or (today.mean_talk_s if enough else None),
        "wrap_s": request.wrap_s or (today.mean_wrap_s if enough else None),
    }
    assumed = tuple(name for name, value in found.items() if value is None)
    return {name: USUAL[name] if value is None else value for name, value in found.items()}, assumed


def _calendar(campaign: Campaign, zones: tuple[str, ...], utc: float) -> Calendar:
    window = campaign.settings.calling_window
    begins = utc if open_zones(window, zones, utc) else next_opening(window, zones, utc)
    today = day_of(campaign, utc)
    if begins is None:
        return Calendar(today, today, utc, 0.0, MOST_HOURS)
    hours = hours_at(campaign, zones, begins)
    opens_at, closes_at = (begins, begins) if hours is None else hours
    opened_h, left_h = (begins - opens_at) / SECONDS_OF_HOUR, (closes_at - begins) / SECONDS_OF_HOUR
    return Calendar(today, day_of(campaign, begins), begins, opened_h, left_h)


def _size(asked_h: float | None, left_h: float, agents: int) -> tuple[float, int]:
    """Hours and the number of shifts for each number of agents: the requested hours, else the rest of the calling
    window, and no more than can be simulated in time. A single shift of a large team is enough: chance evens out in it.
    Raises Refused."""
    seeds = SEEDS if agents * LEAST_HOURS * SEEDS <= MOST_AGENT_HOURS else 1
    affordable = floor(100 * MOST_AGENT_HOURS / (agents * seeds)) / 100
    if affordable < LEAST_HOURS:
        most = int(MOST_AGENT_HOURS / LEAST_HOURS)
        words = f"{agents} agents in all are more than {most}; ask for fewer numbers of agents at a time."
        raise Refused("simulation_too_large", words, most_agents=most)
    if asked_h is not None and asked_h > affordable:
        words = f"{asked_h:g} h with {agents} agents in all take too long; ask for {affordable:g} h or less."
        raise Refused("simulation_too_large", words, most_hours=affordable)
    return asked_h or max(LEAST_HOURS, min(left_h, MOST_HOURS, affordable)), seeds


def routes() -> tuple[Route, ...]:
    section = Section("campaigns", f"{PREFIX}/campaigns/{{campaign}}/simulations")
    words = "The next hours from today's figures, with more or fewer agents; up to half a minute of work"
    return (section.post("", "simulateCampaign", words, simulate, SimulationReply, request=SimulationRequest),)
