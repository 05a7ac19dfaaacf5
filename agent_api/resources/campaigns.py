"""Campaigns: their state, the reason why they dial nothing, and their steering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, structs

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from dialer.campaigns.reason import NoCallsCode
from dialer.ports.reports import ResultCounts
from dialer.views.campaign import CampaignView, WhyView, campaign_view, why_view
from dialer.views.mode_change import ModeChangeView, before_change, mode_change_view
from dialer.views.overview import OverviewView, overview
from dialer.views.pacing_sentence import pacing_reason
from dialer.vocabulary.commands import ChangeMode, Command, LoadCampaign, StartCampaign, StopCampaign, UnloadCampaign
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.vocabulary.reasons.why import FinishedWith, ListFinished, ResultCount
from dialer.vocabulary.results import CallResult


class UnloadRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`force` waits for nothing, in whatever state the campaign is: records go back, overrun after-call work is closed.
    Conversations go on."""

    force: bool = False


class ModeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The new mode."""

    mode: Literal["PREVIEW", "PUSH_PREVIEW", "PROGRESSIVE", "PREDICTIVE", "PROGRESSIVE_ASM", "PREDICTIVE_ASM"]


class WhyReply(Struct, frozen=True):
    """`why` is None while the campaign dials. `pacing`: what the pacing does now and why, also while it dials: why not
    more."""

    campaign: str
    state: str
    why: WhyView | None
    pacing: Sentence


def _name(exchange: Exchange) -> CampaignName:
    return CampaignName(exchange.path("campaign"))


async def _steer(exchange: Exchange, command: Command) -> Reply:
    """Carry out a command to the campaign; answered with how it is then."""
    await exchange.ask(command)
    return Reply(campaign_view(exchange.world, exchange.campaign))


async def show_all(exchange: Exchange) -> Reply:
    found = sorted(exchange.world.campaigns.values(), key=lambda each: each.name)
    return Reply(tuple(campaign_view(exchange.world, each) for each in found))


async def show(exchange: Exchange) -> Reply:
    """With the results of all its attempts."""
    campaign = exchange.campaign
    results = await exchange.dependencies.reports.read(ResultCounts(campaign.name))
    return Reply(campaign_view(exchange.world, campaign, {result.value: n for result, n in results.items()}))


async def why(exchange: Exchange) -> Reply:
    world = exchange.world
    campaign = exchange.campaign
    found = why_view(world, campaign)
    if found is not None and found.code == NoCallsCode.LIST_FINISHED:
        results = await exchange.dependencies.reports.read(ResultCounts(campaign.name))
        found = structs.replace(found, sentence=Sentence(_with_results(found, results)))
    return Reply(WhyReply(campaign.name, campaign.state, found, Sentence(pacing_reason(world, campaign))))


def _with_results(why: WhyView, results: Mapping[CallResult, int]) -> Reason:
    """The reason with the results of a finished list's attempts; a list of barred numbers ends without attempts."""
    finished = why.sentence.reason or ListFinished(why.total)
    attempts = sum(results.values())
    counts = tuple(ResultCount(number, result) for result, number in sorted(results.items()))
    return FinishedWith(finished, attempts, counts, attempts < why.done)


async def load(exchange: Exchange) -> Reply:
    return await _steer(exchange, LoadCampaign(_name(exchange), exchange.who.user.name))


async def start(exchange: Exchange) -> Reply:
    return await _steer(exchange, StartCampaign(_name(exchange), exchange.who.user.name))


async def stop(exchange: Exchange) -> Reply:
    return await _steer(exchange, StopCampaign(_name(exchange), exchange.who.user.name))


async def unload(exchange: Exchange) -> Reply:
    force = exchange.content_as(UnloadRequest).force
    return await _steer(exchange, UnloadCampaign(_name(exchange), exchange.who.user.name, force))


async def change_mode(exchange: Exchange) -> Reply:
    """Answered with what happens to calls that ring, to offers and to agents."""
    mode = exchange.content_as(ModeRequest).mode
    world = exchange.world
    before = before_change(world, exchange.campaign)
    await exchange.ask(ChangeMode(_name(exchange), mode, exchange.who.user.name))
    return Reply(mode_change_view(world, exchange.campaign, before))


async def show_overview(exchange: Exchange) -> Reply:
    return Reply(overview(exchange.world, exchange.now))


def routes() -> tuple[Route, ...]:
    section = Section("campaigns", PREFIX)
    one = Section("campaigns", f"{PREFIX}/campaigns/{{campaign}}")
    return (
        section.get("/overview", "overview", "All that a supervisor sees", show_overview, OverviewView),
        section.get("/campaigns", "campaigns", "All campaigns", show_all, tuple[CampaignView, ...]),
        one.get("", "campaign", "One campaign, with results", show, CampaignView),
        one.get("/why", "why", "Why it dials nothing", why, WhyReply),
        one.post("/load", "loadCampaign", "Load: agents get the first notice", load, CampaignView),
        one.post("/start", "startCampaign", "Start: agents get the second notice", start, CampaignView),
        one.post("/stop", "stopCampaign", "Stop: conversations go on", stop, CampaignView),
        one.post("/unload", "unloadCampaign", "Unload", unload, CampaignView, request=UnloadRequest),
        one.post(
            "/mode",
            "changeMode",
            "Change the mode: says what happens",
            change_mode,
            ModeChangeView,
            request=ModeRequest,
        ),
    )
