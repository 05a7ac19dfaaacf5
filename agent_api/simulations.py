"""A campaign tried for the next hours from today's figures, with more or fewer agents."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from agent_api.exchange import Exchange, Reply
from agent_api.route import FLOOR, PREFIX, Route
from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.world import World
from dialer.campaigns.campaign import Campaign
from dialer.campaigns.day_figures import DayFigures
from dialer.ports import Moment
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.shifts import SEEDS, ShiftOutlook, ShiftQuestion

#: Agents times hours times shifts that are simulated for one answer: half a minute of work.
MOST_AGENT_HOURS = 200.0
MOST_HOURS = 8.0
LEAST_HOURS = 0.25
#: With fewer calls today their figures are chance.
ENOUGH_CALLS = 50

#: Taken where today has no figures yet: those of the benchmark.
USUAL = {"answer_rate": 0.25, "ring_s": 12.0, "busy_share": 0.25, "talk_s": 120.0, "wrap_s": 20.0}

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class SimulationRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`agents`: differences to the agents who are logged in now. What is left out comes from today's figures, `hours`
    from the calling window, `mode` from the campaign."""

    agents: Annotated[tuple[Annotated[int, Meta(ge=-500, le=500)], ...], Meta(min_length=1, max_length=5)] = (-2, 0, 2)
    hours: Annotated[float, Meta(ge=LEAST_HOURS, le=MOST_HOURS)] | None = None
    answer_rate: Annotated[float, Meta(gt=0, le=1)] | None = None
    talk_s: Seconds | None = None
    wrap_s: Seconds | None = None
    mode: Literal["PROGRESSIVE", "PROGRESSIVE_ASM", "PREDICTIVE", "PREDICTIVE_ASM"] | None = None


class SimulationReply(Struct, frozen=True):
    """What it was reckoned with, and an outlook for each number of agents. `assumed` names the figures that today
    does not have yet."""

    campaign: str
    mode: str
    agents_now: int
    hours: float
    answer_rate: float
    ring_s: float
    talk_s: float
    wrap_s: float
    records: int
    assumed: tuple[str, ...]
    outlooks: tuple[ShiftOutlook, ...]


async def simulate(exchange: Exchange) -> Reply:
    request = exchange.content_as(SimulationRequest)
    world = exchange.world
    campaign = world.campaign(CampaignName(exchange.path("campaign")))
    question, assumed, now = _question(world, campaign, request, exchange.now)
    outlooks = await exchange.dependencies.simulator.outlook(question)
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
        assumed=assumed,
        outlooks=outlooks,
    )
    return Reply(reply)


def _question(
    world: World, campaign: Campaign, request: SimulationRequest, at: Moment
) -> tuple[ShiftQuestion, tuple[str, ...], int]:
    """The question, what in it is assumed, and the number of agents now. Raises Refused."""
    mode = Mode(request.mode or campaign.mode)
    if mode in (Mode.PREVIEW, Mode.PUSH_PREVIEW):
        raise Refused("mode_not_simulated", f"In {mode} agents say when to dial; name another mode.", mode=mode)
    records = len(campaign.pool) + campaign.waiting.due + campaign.waiting.retry + campaign.waiting.out_of_window
    if records == 0:
        raise Refused("nothing_to_dial", f"{campaign.name} has no records to dial.", campaign=campaign.name)
    now = sum(1 for agent in world.agents_of(campaign) if agent.state is not AgentState.LOGGED_OUT)
    agents = tuple(sorted({max(1, now + more) for more in request.agents}))
    figures, assumed = _figures(campaign.today, request)
    settings = campaign.settings.model_copy(update={"mode": mode})
    trunks = world.trunks_of(campaign)
    question = ShiftQuestion(
        agents=agents,
        hours=_hours(campaign, request, at, sum(agents)),
        answer_rate=figures["answer_rate"],
        ring_s=figures["ring_s"],
        busy_share=figures["busy_share"],
        talk_s=figures["talk_s"],
        wrap_s=figures["wrap_s"],
        campaign=settings.model_dump_json(),
        rule="predictive" if mode.predictive else "progressive",
        max_legs=max(1, sum(trunk.settings.max_legs for trunk in trunks)),
        max_calls_per_s=max(1.0, sum(trunk.settings.max_calls_per_s for trunk in trunks)),
        records=records,
    )
    return question, assumed, now


def _figures(today: DayFigures, request: SimulationRequest) -> tuple[dict[str, float], tuple[str, ...]]:
    """What was asked for, else today's, else the usual ones, and the names of these."""
    enough = today.answers + today.unanswered >= ENOUGH_CALLS
    found = {
        "answer_rate": request.answer_rate or (today.answer_rate if enough else None),
        "ring_s": today.mean_ring_s if enough else None,
        "busy_share": today.busy_share if enough else None,
        "talk_s": request.talk_s or (today.mean_talk_s if enough else None),
        "wrap_s": request.wrap_s or (today.mean_wrap_s if enough else None),
    }
    assumed = tuple(name for name, value in found.items() if value is None)
    return {name: USUAL[name] if value is None else value for name, value in found.items()}, assumed


def _hours(campaign: Campaign, request: SimulationRequest, at: Moment, agents: int) -> float:
    """As many as were asked for, else the rest of the calling window, and no more than can be reckoned in time."""
    affordable = MOST_AGENT_HOURS / (agents * SEEDS)
    if request.hours is not None:
        if request.hours > max(LEAST_HOURS, affordable):
            words = (
                f"{request.hours:g} h with {agents} agents in all take too long; ask for {affordable:.2g} h or less."
            )
            raise Refused("simulation_too_large", words, most_hours=affordable)
        return request.hours
    left_h = MOST_HOURS if campaign.hours is None else (campaign.hours.closes_at - at.utc) / 3600
    return max(LEAST_HOURS, min(left_h, MOST_HOURS, affordable))


def routes() -> tuple[Route, ...]:
    return (
        Route(
            method="POST",
            path=f"{PREFIX}/campaigns/{{campaign}}/simulations",
            name="simulateCampaign",
            summary="The next hours from today's figures, with more or fewer agents; up to half a minute of work",
            tag="campaigns",
            handler=simulate,
            roles=FLOOR,
            request=SimulationRequest,
            response=SimulationReply,
            refusals=(404, 409),
        ),
    )
