"""Interactions and what their agent does with them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from agent_api.frame.desk import desk
from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import AGENTS, FLOOR, PREFIX, READERS, Handler, Route
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
    note: Annotated[str, Meta(max_length=NOTE_LENGTH)] | None = None
    do_not_call: bool | None = None
    data: dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=VALUE_LENGTH)]] | None = None


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


async def accept(exchange: Exchange) -> Reply:
    _seen(exchange)
    await exchange.ask(AcceptOffer(exchange.agent_name, OfferId(exchange.content_as(OfferRequest).offer)))
    return desk(exchange)


async def reject(exchange: Exchange) -> Reply:
    _seen(exchange)
    await exchange.ask(RejectOffer(exchange.agent_name, OfferId(exchange.content_as(OfferRequest).offer)))
    return desk(exchange)


async def dial(exchange: Exchange) -> Reply:
    await exchange.ask(DialRecord(exchange.agent_name, _id(exchange)))
    return desk(exchange)


async def give_back(exchange: Exchange) -> Reply:
    await exchange.ask(ReturnRecord(exchange.agent_name, _id(exchange)))
    return desk(exchange)


async def cancel(exchange: Exchange) -> Reply:
    await exchange.ask(CancelRecord(exchange.agent_name, _id(exchange)))
    return desk(exchange)


async def hold(exchange: Exchange) -> Reply:
    await exchange.ask(Hold(exchange.agent_name, _id(exchange)))
    return desk(exchange)


async def resume(exchange: Exchange) -> Reply:
    await exchange.ask(Resume(exchange.agent_name, _id(exchange)))
    return desk(exchange)


async def mute(exchange: Exchange) -> Reply:
    await exchange.ask(Mute(exchange.agent_name, _id(exchange), exchange.content_as(MuteRequest).on))
    return desk(exchange)


async def digits(exchange: Exchange) -> Reply:
    await exchange.ask(SendDigits(exchange.agent_name, _id(exchange), exchange.content_as(DigitsRequest).digits))
    return desk(exchange)


async def end(exchange: Exchange) -> Reply:
    await exchange.ask(EndCall(exchange.agent_name, _id(exchange)))
    return desk(exchange)


async def outcome(exchange: Exchange) -> Reply:
    said = exchange.content_as(OutcomeRequest)
    await exchange.ask(
        SetOutcome(
            exchange.agent_name, _id(exchange), said.result, said.disposition, said.note, said.do_not_call, said.data
        )
    )
    return desk(exchange)


async def call_again(exchange: Exchange) -> Reply:
    await exchange.ask(CallAgain(exchange.agent_name, _id(exchange)))
    return desk(exchange)


async def extend(exchange: Exchange) -> Reply:
    await exchange.ask(ExtendAfterCall(exchange.agent_name, _id(exchange)))
    return desk(exchange)


async def done(exchange: Exchange) -> Reply:
    await exchange.ask(Done(exchange.agent_name, _id(exchange), exchange.content_as(DoneRequest).then))
    return desk(exchange)


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
    """Answered with what is on the desk of the agent who has it now; a record that was not dialled begins anew."""
    said = exchange.content_as(ReassignRequest)
    agent = exchange.world.agent(AgentName(said.agent))
    await exchange.ask(ReassignInteraction(_id(exchange), agent.name, exchange.who.user.name, said.reason))
    now_on_desk = exchange.world.interaction(agent.interaction or _id(exchange))
    return Reply(interaction_summary(exchange.world, now_on_desk, exchange.now))


def _supervise(path: str, name: str, summary: str, handler: Handler, request: type[Struct], response: object) -> Route:
    return Route(
        method="POST",
        path=f"{PREFIX}/interactions/{{interaction}}/{path}",
        name=name,
        summary=summary,
        tag="supervision",
        handler=handler,
        roles=FLOOR,
        request=request,
        response=response,
        refusals=(404, 409),
    )


def _action(path: str, name: str, summary: str, handler: Handler, request: type[Struct] | None = None) -> Route:
    return Route(
        method="POST",
        path=f"{PREFIX}/interactions/{{interaction}}/{path}",
        name=name,
        summary=summary,
        tag="interactions",
        handler=handler,
        roles=AGENTS,
        request=request,
        response=DeskView,
        refusals=(404, 409),
    )


def routes() -> tuple[Route, ...]:
    return (
        Route(
            method="GET",
            path=f"{PREFIX}/interactions",
            name="interactions",
            summary="All open interactions",
            tag="supervision",
            handler=show_all,
            roles=READERS,
            response=tuple[InteractionSummary, ...],
        ),
        Route(
            method="GET",
            path=f"{PREFIX}/interactions/{{interaction}}",
            name="interaction",
            summary="One interaction; an agent sees only their own",
            tag="interactions",
            handler=show,
            roles=AGENTS | READERS,
            response=InteractionView,
            refusals=(404,),
        ),
        _action("accept", "acceptOffer", "Accept the offer: it is dialled", accept, OfferRequest),
        _action("reject", "rejectOffer", "Give the offered record back", reject, OfferRequest),
        _action("dial", "dialRecord", "Dial the record on the desk (preview)", dial),
        _action("return", "returnRecord", "Give the previewed record back", give_back),
        _action("cancel", "cancelRecord", "Take the record out of this run", cancel),
        _action("hold", "hold", "Put the contact on hold", hold),
        _action("resume", "resume", "Take the contact off hold", resume),
        _action("mute", "mute", "Not be heard, or be heard again", mute, MuteRequest),
        _action("digits", "sendDigits", "Send digits to the contact", digits, DigitsRequest),
        _action("end", "endCall", "End the call", end),
        _action(
            "outcome", "setOutcome", "Call result, disposition, note, do not call, fields", outcome, OutcomeRequest
        ),
        _action("call-again", "callAgain", "Dial the contact again within this interaction", call_again),
        _action("extend", "extendAfterCall", "More time for after-call work", extend),
        _action("done", "done", "Close the interaction", done, DoneRequest),
        _supervise("close", "closeInteraction", "Close it on whatever desk", close, CloseRequest, Closed),
        _supervise(
            "reassign", "reassignInteraction", "Give it to another agent", reassign, ReassignRequest, InteractionSummary
        ),
    )
