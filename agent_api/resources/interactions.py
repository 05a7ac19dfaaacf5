"""Interactions and what their agent does with them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.command_body import body_of, command_from, summary_of
from agent_api.frame.desk import act
from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import AGENTS, PREFIX, READERS, Route
from agent_api.frame.section import Section
from config.model import Role
from dialer.callflow.actions import ACTIONS
from dialer.core.actions import Action
from dialer.interactions.interaction import Interaction
from dialer.views.desk import DeskView
from dialer.views.interaction import (
    InteractionSummary,
    InteractionView,
    interaction_summary,
    interaction_view,
    is_blank,
)
from dialer.vocabulary.commands import CloseInteraction, ReassignInteraction
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import AgentName, InteractionId


class CloseRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`reason` is for the audit and for the agent. The call result stays; `disposition` left out leaves the agent's,
    which may be none."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    disposition: Annotated[str, Meta(max_length=64)] | None = None


class ReassignRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The agent who takes it over; `reason` is for the audit and for both."""

    agent: Annotated[str, Meta(min_length=1, max_length=64)]
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


def _id(exchange: Exchange) -> InteractionId:
    return InteractionId(exchange.path("interaction"))


def _seen(exchange: Exchange) -> Interaction:
    """The interaction of the path. To an agent, one that is not on their desk does not exist. Raises NotFound."""
    interaction = exchange.world.interaction(_id(exchange))
    mine = interaction.agent == exchange.agent_name and not is_blank(interaction)
    if exchange.who.role is Role.AGENT and not mine:
        raise NotFound("interaction", interaction.id)
    return interaction


async def show(exchange: Exchange) -> Reply:
    own = exchange.who.role is Role.AGENT
    return Reply(interaction_view(exchange.world, _seen(exchange), exchange.now, own=own))


async def show_all(exchange: Exchange) -> Reply:
    """All open interactions, for supervisors, oldest first."""
    world, now = exchange.world, exchange.now
    found = sorted(world.interactions.values(), key=lambda each: (each.begun_at, each.id))
    return Reply(tuple(interaction_summary(world, each, now) for each in found))


def _route(desk: Section, action: Action) -> Route:
    """The route of a row of the table of actions, answered with the desk after it."""
    kind, body = action.command, body_of(action.command, action.button)

    async def carry_out(exchange: Exchange) -> Reply:
        return await act(exchange, command_from(kind, exchange.agent_name, _id(exchange), exchange.content))

    name = kind.__name__[0].lower() + kind.__name__[1:]
    path, summary = f"/{action.button}", summary_of(kind)
    if body is None:
        return desk.post(path, name, summary, carry_out, DeskView)
    return desk.post(path, name, summary, carry_out, DeskView, request=body)


class Closed(Struct, frozen=True):
    """`open`: a call is being ended, and the interaction is closed with its end."""

    interaction: str
    open: bool


async def close(exchange: Exchange) -> Reply:
    """A supervisor closes an interaction on whatever desk."""
    said, id_ = exchange.content_as(CloseRequest), _id(exchange)
    who = exchange.who.user.name
    await exchange.ask(CloseInteraction(id_, who, said.reason, said.disposition))
    return Reply(Closed(id_, id_ in exchange.world.interactions))


async def reassign(exchange: Exchange) -> Reply:
    """Answered with what is on the desk of the agent who has it now; a record that was not dialed begins anew."""
    said = exchange.content_as(ReassignRequest)
    agent = exchange.world.agent(AgentName(said.agent))
    await exchange.ask(ReassignInteraction(_id(exchange), agent.name, exchange.who.user.name, said.reason))
    now_on_desk = exchange.world.interaction(agent.interaction or _id(exchange))
    return Reply(interaction_summary(exchange.world, now_on_desk, exchange.now))


def routes() -> tuple[Route, ...]:
    floor = Section("supervision", f"{PREFIX}/interactions")
    desk = Section("interactions", f"{PREFIX}/interactions/{{interaction}}", AGENTS | READERS, AGENTS)
    close_words, taken = "Close it on whatever desk", InteractionSummary
    return (
        floor.get("", "interactions", "All open interactions", show_all, tuple[InteractionSummary, ...]),
        desk.get("", "interaction", "One interaction; an agent sees only their own", show, InteractionView),
        *(_route(desk, action) for action in ACTIONS),
        floor.post("/{interaction}/close", "closeInteraction", close_words, close, Closed, request=CloseRequest),
        floor.post(
            "/{interaction}/reassign",
            "reassignInteraction",
            "Give it to another agent",
            reassign,
            taken,
            request=ReassignRequest,
        ),
    )
