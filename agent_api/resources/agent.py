"""The agent's own state: ready, not ready, notices, campaigns."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.desk import desk
from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import AGENTS, PREFIX, READERS, Handler, Route
from dialer.views.agent import (
    AgentSummary,
    MyCampaign,
    NoticeView,
    ReasonView,
    agent_summary,
    my_campaigns,
    notices,
    reasons,
)
from dialer.views.desk import DeskView
from dialer.vocabulary.commands import AcknowledgeNotice, GetRecord, GoNotReady, GoReady, LogIn, LogOut
from dialer.vocabulary.events import DesktopAwaited
from dialer.vocabulary.ids import CampaignName, NoticeId


class NotReadyRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`reason` is one of the codes of /agent/reasons."""

    reason: Annotated[str, Meta(min_length=1, max_length=64)]


async def show(exchange: Exchange) -> Reply:
    return desk(exchange)


def _await_desktop(exchange: Exchange) -> None:
    """Who works is to have a desktop: one that never connects counts as one that was lost."""
    exchange.dependencies.announcer.announce(DesktopAwaited(exchange.agent_name))


async def log_in(exchange: Exchange) -> Reply:
    await exchange.ask(LogIn(exchange.agent_name))
    _await_desktop(exchange)
    return desk(exchange)


async def log_out(exchange: Exchange) -> Reply:
    """During a conversation it is pending until the interaction is done."""
    await exchange.ask(LogOut(exchange.agent_name))
    return desk(exchange)


async def ready(exchange: Exchange) -> Reply:
    await exchange.ask(GoReady(exchange.agent_name))
    _await_desktop(exchange)
    return desk(exchange)


async def not_ready(exchange: Exchange) -> Reply:
    await exchange.ask(GoNotReady(exchange.agent_name, exchange.content_as(NotReadyRequest).reason))
    return desk(exchange)


async def show_reasons(exchange: Exchange) -> Reply:
    return Reply(reasons(exchange.world))


async def show_notices(exchange: Exchange) -> Reply:
    return Reply(notices(exchange.world, exchange.agent))


async def acknowledge(exchange: Exchange) -> Reply:
    """The agent's OK, stored with agent and time."""
    await exchange.ask(AcknowledgeNotice(exchange.agent_name, NoticeId(exchange.path("notice"))))
    return desk(exchange)


async def show_campaigns(exchange: Exchange) -> Reply:
    return Reply(my_campaigns(exchange.world, exchange.agent))


async def get_record(exchange: Exchange) -> Reply:
    """PREVIEW: it comes at once or as soon as there is one; the events tell."""
    await exchange.ask(GetRecord(exchange.agent_name, CampaignName(exchange.path("campaign"))))
    return desk(exchange)


async def everyone(exchange: Exchange) -> Reply:
    """All agents, for supervisors."""
    agents = sorted(exchange.world.agents.values(), key=lambda each: each.name)
    return Reply(tuple(agent_summary(exchange.world, each) for each in agents))


def _post(path: str, name: str, summary: str, handler: Handler, request: type[Struct] | None = None) -> Route:
    return Route(
        method="POST",
        path=f"{PREFIX}/agent/{path}",
        name=name,
        summary=summary,
        tag="agent",
        handler=handler,
        roles=AGENTS,
        request=request,
        response=DeskView,
        refusals=(404, 409),
    )


def _get(path: str, name: str, summary: str, handler: Handler, response: object) -> Route:
    return Route(
        method="GET",
        path=f"{PREFIX}/agent{path}",
        name=name,
        summary=summary,
        tag="agent",
        handler=handler,
        roles=AGENTS,
        response=response,
        refusals=(404,),
    )


def routes() -> tuple[Route, ...]:
    return (
        _get("", "desk", "State, interaction, notices and reasons", show, DeskView),
        _post("log-in", "agentLogIn", "Begin work: not ready", log_in),
        _post("log-out", "agentLogOut", "End work, after the conversation", log_out),
        _post("ready", "goReady", "Be ready for contacts", ready),
        _post("not-ready", "goNotReady", "Be not ready, with a reason", not_ready, NotReadyRequest),
        _get("/reasons", "reasons", "Reasons for not being ready", show_reasons, tuple[ReasonView, ...]),
        _get("/notices", "notices", "Notices that wait for OK", show_notices, tuple[NoticeView, ...]),
        _post("notices/{notice}/ok", "acknowledgeNotice", "OK to a notice", acknowledge),
        _get("/campaigns", "myCampaigns", "My campaigns", show_campaigns, tuple[MyCampaign, ...]),
        _post("campaigns/{campaign}/get-record", "getRecord", "Ask for the next record (preview)", get_record),
        Route(
            method="GET",
            path=f"{PREFIX}/agents",
            name="agents",
            summary="All agents and their states",
            tag="supervision",
            handler=everyone,
            roles=READERS,
            response=tuple[AgentSummary, ...],
        ),
    )
