"""Campaigns: what they do, why they dial nothing, and steering them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, structs

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import FLOOR, PREFIX, READERS, Handler, Route
from dialer.campaigns.reason import NoCallsCode
from dialer.views.campaign import CampaignView, WhyView, campaign_view, why_view
from dialer.views.mode_change import ModeChangeView, before_change, mode_change_view
from dialer.views.overview import OverviewView, overview
from dialer.views.pacing_sentence import pacing_sentence
from dialer.vocabulary.commands import ChangeMode, LoadCampaign, StartCampaign, StopCampaign, UnloadCampaign
from dialer.vocabulary.counted import counted
from dialer.vocabulary.ids import CampaignName
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
    pacing: str


def _name(exchange: Exchange) -> CampaignName:
    return CampaignName(exchange.path("campaign"))


def _shown(exchange: Exchange) -> Reply:
    return Reply(campaign_view(exchange.world, exchange.world.campaign(_name(exchange))))


async def show_all(exchange: Exchange) -> Reply:
    found = sorted(exchange.world.campaigns.values(), key=lambda each: each.name)
    return Reply(tuple(campaign_view(exchange.world, each) for each in found))


async def show(exchange: Exchange) -> Reply:
    """With the results of all its attempts."""
    campaign = exchange.world.campaign(_name(exchange))
    results = await exchange.dependencies.attempts.results(campaign.name)
    return Reply(campaign_view(exchange.world, campaign, {result.value: n for result, n in results.items()}))


async def why(exchange: Exchange) -> Reply:
    world = exchange.world
    campaign = world.campaign(_name(exchange))
    found = why_view(world, campaign)
    if found is not None and found.code == NoCallsCode.LIST_FINISHED:
        results = await exchange.dependencies.attempts.results(campaign.name)
        found = structs.replace(found, sentence=f"{found.sentence} {_what_was_done(found, results)}")
    return Reply(WhyReply(campaign.name, campaign.state, found, pacing_sentence(world, campaign)))


def _what_was_done(why: WhyView, results: Mapping[CallResult, int]) -> str:
    """What the attempts of a list at its end came to; a list of barred numbers ends without any."""
    attempts = sum(results.values())
    each = ", ".join(f"{number} {result.replace('_', ' ')}" for result, number in sorted(results.items()))
    told = f"{counted(attempts, 'attempt')}: {each}." if attempts else "No attempt was made."
    barred = "Numbers on the do-not-call list are done without an attempt."
    return told if attempts >= why.done else f"{told} {barred}"


async def load(exchange: Exchange) -> Reply:
    await exchange.ask(LoadCampaign(_name(exchange), exchange.who.user.name))
    return _shown(exchange)


async def start(exchange: Exchange) -> Reply:
    await exchange.ask(StartCampaign(_name(exchange), exchange.who.user.name))
    return _shown(exchange)


async def stop(exchange: Exchange) -> Reply:
    await exchange.ask(StopCampaign(_name(exchange), exchange.who.user.name))
    return _shown(exchange)


async def unload(exchange: Exchange) -> Reply:
    force = exchange.content_as(UnloadRequest).force
    await exchange.ask(UnloadCampaign(_name(exchange), exchange.who.user.name, force))
    return _shown(exchange)


async def change_mode(exchange: Exchange) -> Reply:
    """Answered with what happens to calls that ring, to offers and to agents."""
    mode = exchange.content_as(ModeRequest).mode
    world = exchange.world
    before = before_change(world, world.campaign(_name(exchange)))
    await exchange.ask(ChangeMode(_name(exchange), mode, exchange.who.user.name))
    return Reply(mode_change_view(world, world.campaign(_name(exchange)), before))


async def show_overview(exchange: Exchange) -> Reply:
    return Reply(overview(exchange.world, exchange.now))


def _steer(
    path: str,
    name: str,
    summary: str,
    handler: Handler,
    request: type[Struct] | None = None,
    response: type[Struct] = CampaignView,
) -> Route:
    return Route(
        method="POST",
        path=f"{PREFIX}/campaigns/{{campaign}}/{path}",
        name=name,
        summary=summary,
        tag="campaigns",
        handler=handler,
        roles=FLOOR,
        request=request,
        response=response,
        refusals=(404, 409),
    )


def _look(path: str, name: str, summary: str, handler: Handler, response: object, *, may_miss: bool) -> Route:
    return Route(
        method="GET",
        path=f"{PREFIX}/{path}",
        name=name,
        summary=summary,
        tag="campaigns",
        handler=handler,
        roles=READERS,
        response=response,
        refusals=(404,) if may_miss else (),
    )


def routes() -> tuple[Route, ...]:
    return (
        _look("overview", "overview", "All that a supervisor sees", show_overview, OverviewView, may_miss=False),
        _look("campaigns", "campaigns", "All campaigns", show_all, tuple[CampaignView, ...], may_miss=False),
        _look("campaigns/{campaign}", "campaign", "One campaign, with results", show, CampaignView, may_miss=True),
        _look("campaigns/{campaign}/why", "why", "Why it dials nothing", why, WhyReply, may_miss=True),
        _steer("load", "loadCampaign", "Load: agents get the first notice", load),
        _steer("start", "startCampaign", "Start: agents get the second notice", start),
        _steer("stop", "stopCampaign", "Stop: conversations go on", stop),
        _steer("unload", "unloadCampaign", "Unload", unload, UnloadRequest),
        _steer("mode", "changeMode", "Change the mode: says what happens", change_mode, ModeRequest, ModeChangeView),
    )
