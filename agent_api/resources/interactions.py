"""Interactions and what their agent does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from agent_api.frame.desk import act
from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import AGENTS, PREFIX, READERS, Handler, Route
from agent_api.frame.section import Section
from agent_api.frame.typed_text import LINES
from config.model import Role
from dialer.interactions.interaction import Interaction
from dialer.views.desk import DeskView
from dialer.views.interaction import (
    InteractionSummary,
    InteractionView,
    interaction_summary,
    interaction_view,
    is_blank,
)
from dialer.vocabulary.commands import (
    AcceptOffer,
    CallAgain,
    CancelRecord,
    CloseInteraction,
    Command,
    DialRecord,
    Done,
    EndCall,
    ExtendAfterCall,
    Hold,
    Mute,
    ReassignInteraction,
    RejectOffer,
    Resume,
    ReturnRecord,
    SendDigits,
    SetOutcome,
)
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import AgentName, InteractionId, OfferId
from dialer.vocabulary.limits import NOTE_LENGTH, VALUE_LENGTH
from dialer.vocabulary.results import CallResult

#: The value of a field of a record.
Value = Annotated[str, Meta(max_length=VALUE_LENGTH, extra=LINES)]


class OfferRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`offer` is the id of the offer that the desktop shows: a click on an older one changes nothing."""

    offer: Annotated[str, Meta(min_length=1, max_length=64)]


class MuteRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the agent is not to be heard."""

    on: bool


class DigitsRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Digits to be sent to the contact (RFC 4733)."""

    digits: Annotated[str, Meta(pattern=r"^[0-9*#A-D]{1,32}$")]


class OutcomeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is. `data` holds changed fields of the record."""

    result: CallResult | None = None
    disposition: Annotated[str, Meta(max_length=64)] | None = None
    note: Annotated[str, Meta(max_length=NOTE_LENGTH, extra=LINES)] | None = None
    do_not_call: bool | None = None
    data: dict[Annotated[str, Meta(max_length=64)], Value] | None = None


class DoneRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the agent goes; left out, as the campaign says."""

    then: Literal["", "ready", "not_ready"] = ""


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


def _with(command: Callable[[AgentName, InteractionId], Command]) -> Handler:
    """The handler of a command that says no more than its interaction."""

    async def carry_out(exchange: Exchange) -> Reply:
        return await act(exchange, command(exchange.agent_name, _id(exchange)))

    return carry_out


async def accept(exchange: Exchange) -> Reply:
    _seen(exchange)
    return await act(exchange, AcceptOffer(exchange.agent_name, OfferId(exchange.content_as(OfferRequest).offer)))


async def reject(exchange: Exchange) -> Reply:
    _seen(exchange)
    return await act(exchange, RejectOffer(exchange.agent_name, OfferId(exchange.content_as(OfferRequest).offer)))


async def mute(exchange: Exchange) -> Reply:
    return await act(exchange, Mute(exchange.agent_name, _id(exchange), exchange.content_as(MuteRequest).on))


async def digits(exchange: Exchange) -> Reply:
    return await act(
        exchange, SendDigits(exchange.agent_name, _id(exchange), exchange.content_as(DigitsRequest).digits)
    )


async def outcome(exchange: Exchange) -> Reply:
    said = exchange.content_as(OutcomeRequest)
    command = SetOutcome(
        exchange.agent_name, _id(exchange), said.result, said.disposition, said.note, said.do_not_call, said.data
    )
    return await act(exchange, command)


async def done(exchange: Exchange) -> Reply:
    return await act(exchange, Done(exchange.agent_name, _id(exchange), exchange.content_as(DoneRequest).then))


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
    close_words, outcome_words = "Close it on whatever desk", "Call result, disposition, note, do not call, fields"
    taken = InteractionSummary
    return (
        floor.get("", "interactions", "All open interactions", show_all, tuple[InteractionSummary, ...]),
        desk.get("", "interaction", "One interaction; an agent sees only their own", show, InteractionView),
        desk.post("/accept", "acceptOffer", "Accept the offer: it is dialed", accept, DeskView, request=OfferRequest),
        desk.post("/reject", "rejectOffer", "Give the offered record back", reject, DeskView, request=OfferRequest),
        desk.post("/dial", "dialRecord", "Dial the record on the desk (preview)", _with(DialRecord), DeskView),
        desk.post("/return", "returnRecord", "Give the previewed record back", _with(ReturnRecord), DeskView),
        desk.post("/cancel", "cancelRecord", "Take the record out of this run", _with(CancelRecord), DeskView),
        desk.post("/hold", "hold", "Put the contact on hold", _with(Hold), DeskView),
        desk.post("/resume", "resume", "Take the contact off hold", _with(Resume), DeskView),
        desk.post("/mute", "mute", "Not be heard, or be heard again", mute, DeskView, request=MuteRequest),
        desk.post("/digits", "sendDigits", "Send digits to the contact", digits, DeskView, request=DigitsRequest),
        desk.post("/end", "endCall", "End the call", _with(EndCall), DeskView),
        desk.post("/outcome", "setOutcome", outcome_words, outcome, DeskView, request=OutcomeRequest),
        desk.post(
            "/call-again", "callAgain", "Dial the contact again within this interaction", _with(CallAgain), DeskView
        ),
        desk.post("/extend", "extendAfterCall", "More time for after-call work", _with(ExtendAfterCall), DeskView),
        desk.post("/done", "done", "Close the interaction", done, DeskView, request=DoneRequest),
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
