"""The agent's own state: ready, not ready, notices, campaigns."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.desk import act, desk
from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import AGENTS, PREFIX, Route
from agent_api.frame.section import Section
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


async def _begin_work(exchange: Exchange, command: LogIn | GoReady) -> Reply:
    """An agent at work needs a desktop: one that never connects counts as lost."""
    await exchange.ask(command)
    exchange.dependencies.announcer.announce(DesktopAwaited(exchange.agent_name))
    return desk(exchange)


async def log_in(exchange: Exchange) -> Reply:
    return await _begin_work(exchange, LogIn(exchange.agent_name))


async def log_out(exchange: Exchange) -> Reply:
    """During a conversation it is pending until the interaction is done."""
    return await act(exchange, LogOut(exchange.agent_name))


async def ready(exchange: Exchange) -> Reply:
    return await _begin_work(exchange, GoReady(exchange.agent_name))


async def not_ready(exchange: Exchange) -> Reply:
    return await act(exchange, GoNotReady(exchange.agent_name, exchange.content_as(NotReadyRequest).reason))


async def show_reasons(exchange: Exchange) -> Reply:
    return Reply(reasons(exchange.world))


async def show_notices(exchange: Exchange) -> Reply:
    return Reply(notices(exchange.world, exchange.agent))


async def acknowledge(exchange: Exchange) -> Reply:
    """The agent's OK, stored with agent and time."""
    return await act(exchange, AcknowledgeNotice(exchange.agent_name, NoticeId(exchange.path("notice"))))


async def show_campaigns(exchange: Exchange) -> Reply:
    return Reply(my_campaigns(exchange.world, exchange.agent))


async def get_record(exchange: Exchange) -> Reply:
    """PREVIEW: it comes at once or as soon as there is one; the events tell."""
    return await act(exchange, GetRecord(exchange.agent_name, CampaignName(exchange.path("campaign"))))


async def everyone(exchange: Exchange) -> Reply:
    """All agents, for supervisors."""
    agents = sorted(exchange.world.agents.values(), key=lambda each: each.name)
    return Reply(tuple(agent_summary(exchange.world, each) for each in agents))


def routes() -> tuple[Route, ...]:
    own = Section("agent", f"{PREFIX}/agent", readers=AGENTS, writers=AGENTS)
    everybody = Section("supervision", f"{PREFIX}/agents")
    #: A user who has just been made an agent may not be known as one yet.
    get, post = partial(own.get, refusals=(404,)), partial(own.post, refusals=(404,))
    return (
        get("", "desk", "State, interaction, notices and reasons", show, DeskView),
        post("/log-in", "agentLogIn", "Begin work: not ready", log_in, DeskView),
        post("/log-out", "agentLogOut", "End work, after the conversation", log_out, DeskView),
        post("/ready", "goReady", "Be ready for contacts", ready, DeskView),
        post("/not-ready", "goNotReady", "Be not ready, with a reason", not_ready, DeskView, request=NotReadyRequest),
        get("/reasons", "reasons", "Reasons for not being ready", show_reasons, tuple[ReasonView, ...]),
        get("/notices", "notices", "Notices that wait for OK", show_notices, tuple[NoticeView, ...]),
        post("/notices/{notice}/ok", "acknowledgeNotice", "OK to a notice", acknowledge, DeskView),
        get("/campaigns", "myCampaigns", "My campaigns", show_campaigns, tuple[MyCampaign, ...]),
        post(
            "/campaigns/{campaign}/get-record", "getRecord", "Ask for the next record (preview)", get_record, DeskView
        ),
        everybody.get("", "agents", "All agents and their states", everyone, tuple[AgentSummary, ...]),
    )
